/**
 * What a signature carries that no check has covered. It could be exchanged unseen, or claim what is not
 * true: EN 319 102-1 ignores such things, and a court that is shown the file sees them all the same.
 */
import { equalBytes, toHex } from '../../base/bytes.js';
import { type Certificate, isSignedBy } from '../certificate.js';
import type { SignedData } from '../cms-signed-data.js';
import { DerFields } from '../der-fields.js';
import { readOid } from '../der-values.js';
import { displayName } from '../distinguished-name.js';
import { OID } from '../oids.js';
import type { RevocationStatus } from '../revocation.js';
import { restates, type TrustAnchor } from '../trust-anchor.js';
import type { Judgement, PassedJudgement } from './certificate-judgement.js';
import type { ValidatedCounterSignature } from './counter-signature-validation.js';
import { statusesOf } from './path-status.js';
import { above, type CertificatesBySubject } from './relevant-certificates.js';
import type { ValidatedTimeStamp } from './time-stamp-validation.js';
import type { ValidationContext } from './validation-context.js';
import type { ValidationMaterial } from './validation-material.js';

export interface Accounting {
  readonly signedData: SignedData;
  readonly material: ValidationMaterial;
  readonly timeStamps: readonly ValidatedTimeStamp[];
  readonly counterSignatures: readonly ValidatedCounterSignature[];
  /** Of the signer. */
  readonly judgement: PassedJudgement;
}

/** A phrase for each thing; empty if everything has been covered. */
export function uncheckedIn(context: ValidationContext, accounting: Accounting): readonly string[] {
  const { signedData, material, timeStamps, counterSignatures } = accounting;
  const carried = [
    ...signedData.certificates,
    ...timeStamps.flatMap(({ carried: { token } }) => token?.signedData.certificates ?? []),
  ];
  const used = usedBy(accounting, context.bySubject);
  const isIdle = (certificate: Certificate): boolean =>
    !used.has(toHex(certificate.sha256)) && !isOfAnchor(certificate, context.anchors);
  const isIdleEvidence = (hash: string): boolean => !used.has(hash);
  const hashes = evidenceHashes(context, material);
  // Most signatures carry nothing else than what they need: then nobody else is asked.
  if (carried.some(isIdle) || hashes.some(isIdleEvidence))
    addOtherAnswers(context, accounting, used);
  if (hashes.some(isIdleEvidence)) addAnswersAboutStrangers(context, accounting, used);
  const unused = new Map<string, string>();
  for (const certificate of carried)
    if (isIdle(certificate))
      unused.set(toHex(certificate.sha256), displayName(certificate.subject));
  const unusedEvidence = hashes.filter(isIdleEvidence);
  return atMost(MAX_PHRASES, [
    ...unknownAttributes(accounting),
    ...idleDigests(accounting),
    ...timeStamps
      .filter(({ isGenuine }) => !isGenuine)
      .map(({ carried: { kind } }) => `a time-stamp (${kind}) that is not one over this signature`),
    ...counterSignatures
      .filter(({ isGenuine }) => !isGenuine)
      .map(() => 'a counter-signature that is not one over this signature, or carries more'),
    ...(hasTwice(signedData.certificates) ? ['the same certificate twice'] : []),
    ...[...unused.values()].map((name) => `a certificate that no path uses: ${name}`),
    ...(material.unreadable === 0 ? [] : [`revocation data that cannot be read`]),
    ...(unusedEvidence.length === 0 ? [] : ['revocation data about no certificate of its paths']),
  ]);
}

/** A stranger decides how much there is to say. */
const MAX_PHRASES = 16;

function atMost(count: number, phrases: readonly string[]): readonly string[] {
  return phrases.length <= count
    ? phrases
    : [...phrases.slice(0, count), `and ${phrases.length - count} more`];
}

function hasTwice(certificates: readonly Certificate[]): boolean {
  return new Set(certificates.map(({ sha256 }) => toHex(sha256))).size < certificates.length;
}

const VALIDATED: ReadonlySet<string> = new Set([
  OID.signatureTimeStamp,
  OID.archiveTimeStampV3,
  OID.countersignature,
]);

function unknownAttributes({ signedData, timeStamps }: Accounting): readonly string[] {
  const types = signedData.signer.unsignedAttributes
    .map(({ type }) => type)
    .filter((type) => !VALIDATED.has(type));
  const inTokens = timeStamps.flatMap(({ carried: { kind, token } }) =>
    (token?.signedData.signer.unsignedAttributes ?? [])
      .map(({ type }) => type)
      // The imprint of an archive time-stamp covers its index.
      .filter((type) => kind !== 'archive' || type !== OID.atsHashIndexV3),
  );
  return [
    ...new Set(types.map((type) => `an unsigned attribute of type ${type}`)),
    ...new Set(inTokens.map((type) => `an unsigned attribute of type ${type} in a time-stamp`)),
  ];
}

/** Readers that hash while they read go by these, and no signature covers them. */
function idleDigests({ signedData, timeStamps }: Accounting): readonly string[] {
  const tokens = timeStamps.flatMap(({ carried: { token } }) => (token === null ? [] : [token]));
  const imprints = tokens.map(({ info }) => info.imprint.digest.oid);
  const idle = [
    ...digestsBeyond(signedData, imprints),
    ...tokens.flatMap((token) => digestsBeyond(token.signedData, [token.info.imprint.digest.oid])),
  ];
  return [...new Set(idle)].map((oid) => `a digest algorithm that nothing in it uses: ${oid}`);
}

function digestsBeyond(
  { digestAlgorithms, signer }: SignedData,
  imprints: readonly string[],
): readonly string[] {
  const { signingCertificates, signingCertificatesBySha1 } = signer.signedAttributes;
  const used = new Set([
    ...imprints,
    readOid(DerFields.of(signer.digestAlgorithm).next()),
    // Without a name it is SHA-256 (RFC 5035 §4).
    ...(signingCertificates ?? []).map(({ hashAlgorithm }) =>
      hashAlgorithm === null ? OID.sha256 : readOid(DerFields.of(hashAlgorithm).next()),
    ),
    ...(signingCertificatesBySha1 === null ? [] : [OID.sha1]),
  ]);
  return digestAlgorithms.filter((oid) => !used.has(oid));
}

/** Hashes of the certificates and of the evidence that the judgements rest on. */
function usedBy(accounting: Accounting, bySubject: CertificatesBySubject): Set<string> {
  const used = new Set<string>();
  const use = (certificate: Certificate): void => {
    used.add(toHex(certificate.sha256));
  };
  unknownTo(accounting, bySubject).forEach(use);
  for (const each of judgementsIn(accounting)) {
    each.path?.certificates.forEach(use);
    if (each.kind === 'passed')
      for (const known of each.revocation)
        if (known.kind === 'status') useStatus(used, known.status);
  }
  return used;
}

/**
 * Certificates of those whom nobody here trusts, and what may lie above them: that cannot be told from
 * what does not.
 */
function unknownTo(
  { timeStamps, counterSignatures }: Accounting,
  bySubject: CertificatesBySubject,
): ReadonlySet<Certificate> {
  const strangers: Certificate[] = [];
  for (const { judgement, certificate, carried } of timeStamps)
    if (!judgement?.path) {
      if (certificate !== null) strangers.push(certificate);
      strangers.push(...(carried.token?.signedData.certificates ?? []));
    }
  for (const { judgement, certificate } of counterSignatures)
    if (!judgement?.path && certificate !== null) strangers.push(certificate);
  return new Set([...strangers, ...above(bySubject, strangers)]);
}

/** By names and numbers: nobody who is trusted has signed what speaks of strangers. */
function addAnswersAboutStrangers(
  { evidence, bySubject }: ValidationContext,
  accounting: Accounting,
  used: Set<string>,
): void {
  const strangers = [...unknownTo(accounting, bySubject)];
  const issuers = new Set(strangers.map(({ issuer }) => issuer.comparable));
  const numbers = new Set(strangers.map(({ serialNumber }) => toHex(serialNumber)));
  for (const { issuer, sha256 } of evidence.crls)
    if (issuers.has(issuer.comparable)) used.add(toHex(sha256));
  for (const { answers, sha256 } of evidence.ocspResponses)
    if (answers.some(({ certificateId }) => numbers.has(toHex(certificateId.serialNumber))))
      used.add(toHex(sha256));
}

/** And of those that answer about the same certificates, whether anything rested on them or not. */
function addOtherAnswers(
  context: ValidationContext,
  accounting: Accounting,
  used: Set<string>,
): void {
  // Whose algorithms have been given up since has answered all the same.
  const existedAt = context.proofs.earliest('signature').time;
  for (const { path } of judgementsIn(accounting))
    path?.certificates.forEach((_, index) => {
      for (const status of statusesOf(context, path, index, existedAt)) useStatus(used, status);
    });
}

function judgementsIn({
  timeStamps,
  counterSignatures,
  judgement,
}: Pick<Accounting, 'timeStamps' | 'counterSignatures' | 'judgement'>): readonly Judgement[] {
  return [
    judgement,
    ...[...timeStamps, ...counterSignatures].flatMap((each) => each.judgement ?? []),
  ];
}

function useStatus(used: Set<string>, { evidence, issuerPath }: RevocationStatus): void {
  for (const { sha256 } of issuerPath) used.add(toHex(sha256));
  for (const hash of evidence) used.add(toHex(hash));
}

/** Of what the signature and its time-stamps carry; what the caller brings is the caller's. */
function evidenceHashes(
  { evidence }: ValidationContext,
  { carried, inside }: ValidationMaterial,
): readonly string[] {
  const all = new Set(carried);
  for (const hashes of inside.values()) for (const hash of hashes) all.add(toHex(hash));
  const revocations = [...evidence.crls, ...evidence.ocspResponses].map(({ sha256 }) =>
    toHex(sha256),
  );
  return revocations.filter((hash) => all.has(hash));
}

/** No more than an anchor's own certificate, or a root renewed with the same key. */
function isOfAnchor(certificate: Certificate, anchors: readonly TrustAnchor[]): boolean {
  return anchors.some(
    (anchor) =>
      (anchor.certificate !== null && equalBytes(certificate.der, anchor.certificate.der)) ||
      (restates(certificate, anchor) &&
        equalBytes(certificate.issuer.der, anchor.subject.der) &&
        isSignedBy(certificate, anchor.publicKey)),
  );
}
