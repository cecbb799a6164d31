/**
 * A signature report for people: plain text that a court's expert can read beside the file. It says no
 * more than the report does. English; programs read the report itself, whose codes are stable.
 */
import type {
  Check,
  CounterSignatureReport,
  RevocationReport,
  SignatureReport,
  TimeStampReport,
} from './signature-report.js';

/** Lines of text, each ended by a line feed. Everything from the signature in it is escaped. */
export function formatSignatureReport(report: SignatureReport): string {
  const { indication, subIndication, unchecked, revocation, timeStamps } = report;
  const lines = [
    subIndication === null ? indication : `${indication} (${subIndication})`,
    ...verdictLines(report),
    '',
    ...signerLines(report),
    '',
    'Times',
    ...timeLines(report),
    '',
    'Time-stamps',
    ...(timeStamps.length === 0 ? ['  none'] : timeStamps.flatMap(timeStampLines)),
    '',
    ...(report.counterSignatures.length === 0
      ? []
      : ['Counter-signatures', ...report.counterSignatures.flatMap(counterSignatureLines), '']),
    'Revocation',
    ...(revocation.length === 0 ? ['  nothing is known'] : revocation.map(revocationLine)),
    '',
    ...(unchecked.length === 0
      ? []
      : ['Not checked', ...unchecked.map((phrase) => `  ${phrase}`), '']),
    'Checks',
    ...report.checks.map(checkLine),
    '',
    'Rules',
    `  validation policy  ${report.policy}`,
    `  algorithm policy   ${report.algorithmPolicy}`,
    '  No trusted list was consulted: nothing here says what the signature is worth under law.',
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function verdictLines({ intact, level, structure, development }: SignatureReport): string[] {
  return [
    intact
      ? '  The content is unchanged since it was signed with the key of the certificate below.'
      : '  It is not shown to be a signature over this content.',
    ...(level === null
      ? []
      : [
          `  level ${level}${level === structure ? '' : ` proven, ${structure ?? 'none'} by what it carries`}`,
        ]),
    ...(development ? ['  DEVELOPMENT ONLY: a certificate of it vouches for nobody.'] : []),
  ];
}

function signerLines({ signer, algorithm, ...anchor }: SignatureReport): string[] {
  if (signer === null) return ['Signer', '  unknown'];
  return [
    'Signer',
    `  name          ${signer.name}`,
    `  subject       ${signer.subject}`,
    ...(signer.organizationIdentifier === null
      ? []
      : [`  organization  ${signer.organizationIdentifier}`]),
    `  person        ${PERSONS[signer.person]}`,
    `  issuer        ${signer.issuer}`,
    `  serial        ${signer.serialNumber}`,
    `  certificate   SHA-256 ${signer.certificateSha256}`,
    `  trust anchor  ${anchor.trustAnchor ?? 'none found'}`,
    ...(anchor.trustAnchorSha256 === null
      ? []
      : [`                SHA-256 ${anchor.trustAnchorSha256}`]),
    `  algorithm     ${algorithm ?? 'not known'}`,
    ...signer.claims.map((claim) => `  the certificate claims ${claim}`),
  ];
}

const PERSONS = {
  natural: 'natural, by its certificate',
  legal: 'legal, by its certificate',
  unknown: 'the certificate does not say',
} as const;

function timeLines({
  claimedSigningTime,
  bestSignatureTime,
  corroboration,
  validatedAt,
}: SignatureReport): string[] {
  return [
    `  claimed by the signer  ${claimedSigningTime ?? 'nothing'}`,
    `  existed at the latest  ${
      bestSignatureTime === null
        ? 'not looked at'
        : `${bestSignatureTime.time}, ${SOURCES[bestSignatureTime.by]}`
    }`,
    ...(corroboration === null
      ? []
      : [`  in a Bitcoin block of  ${corroboration.time}, which supports and does not prove it`]),
    `  validated as of        ${validatedAt}`,
  ];
}

const SOURCES = {
  'validation-time': 'the instant of validation',
  caller: 'on the word of whoever had it validated',
  ledger: "by the ledger's record",
  'signature-time-stamp': 'by a time-stamp over it',
  'archive-time-stamp': 'by an archive time-stamp',
} as const;

function timeStampLines(timeStamp: TimeStampReport): string[] {
  const { kind, outcome, genTime, authority, says, subIndication, covers } = timeStamp;
  const accuracy = timeStamp.accuracyMillis === null ? '' : ` (to ${timeStamp.accuracyMillis} ms)`;
  return [
    `  ${kind}  ${genTime ?? 'no time'}${accuracy}  ${outcome}${subIndication === null ? '' : ` (${subIndication})`}`,
    `    by ${authority?.subject ?? 'nobody known'}`,
    `    ${says}`,
    ...(covers === null || kind === 'signature'
      ? []
      : [
          `    covers ${covers.certificates} certificates, ${covers.revocationData} CRLs and OCSP responses, ${covers.timeStamps} time-stamps`,
        ]),
    ...timeStamp.revocation.map((each) => `  ${revocationLine(each)}`),
  ];
}

function counterSignatureLines(counterSignature: CounterSignatureReport): string[] {
  const { outcome, subIndication, signer, says, claimedSigningTime } = counterSignature;
  return [
    `  ${outcome}${subIndication === null ? '' : ` (${subIndication})`}  by ${signer?.subject ?? 'nobody known'}`,
    `    ${says}`,
    ...(claimedSigningTime === null ? [] : [`    claims to be of ${claimedSigningTime}`]),
    ...(signer?.claims ?? []).map((claim) => `    the certificate claims ${claim}`),
    ...counterSignature.revocation.map((each) => `  ${revocationLine(each)}`),
  ];
}

function revocationLine(report: RevocationReport): string {
  const { certificate, outcome, source, issuedAt, revokedAt, reason, evidence } = report;
  const because = reason === null ? '' : ` (${reason})`;
  switch (outcome) {
    case 'not-offered':
      return `  ${certificate}: its issuer offers no answer`;
    case 'not-asked':
      return `  ${certificate}: nobody was asked`;
    case 'no-check':
      return `  ${certificate}: its issuer says that nobody need ask`;
    case 'good':
    case 'revoked':
      return `  ${certificate}: ${
        outcome === 'good' ? 'not revoked' : `revoked at ${revokedAt ?? ''}${because}`
      }, ${source ?? ''} of ${issuedAt ?? ''}, SHA-256 ${evidence.join(' ')}`;
  }
}

function checkLine({ name, outcome, says }: Check): string {
  return `  ${MARKS[outcome]} ${name}: ${says}`;
}

const MARKS = { passed: '+', failed: '!', 'not-done': '-' } as const;
