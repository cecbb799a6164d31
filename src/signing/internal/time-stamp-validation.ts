/**
 * Validates one time-stamp (EN 319 102-1 §5.4 and §5.6.3.4): what it is over, its own signature, and
 * whether its authority could be relied on since it is known to exist. One that fails proves nothing.
 */
import type { UnixMillis } from '../../base/brand.js';
import { toHex } from '../../base/bytes.js';
import { sha256 } from '../../base/hash.js';
import { formatInstant } from '../../base/time.js';
import { archiveTimeStampCoverage } from '../archive-time-stamp.js';
import type { Certificate } from '../certificate.js';
import type { SignedData } from '../cms-signed-data.js';
import { type ContentDigest, contentDigestUnder } from '../content-digest.js';
import { derBytes } from '../der-reader.js';
import { OID } from '../oids.js';
import { objectId, type ProofOfExistence } from '../proof-of-existence.js';
import {
  isRefusal,
  type Refusal,
  type TimeStampCoverage,
  type TimeStampReport,
} from '../signature-report.js';
import { checkTimeStampToken, type TimeStampToken } from '../time-stamp-token.js';
import { type CarriedTimeStamp, isTimeStampType } from './carried-time-stamps.js';
import { type Judgement, judgeCertificate } from './certificate-judgement.js';
import { describeAnchor, isDevelopment, summarize } from './certificate-summary.js';
import { type Coverage, NOTHING } from './poe-extraction.js';
import { describeRevocation } from './revocation-summary.js';
import type { ValidationContext } from './validation-context.js';

export interface ValidatedTimeStamp {
  readonly carried: CarriedTimeStamp;
  /** Imprint and signature value hold: it is a token over this signature, whoever made it. */
  readonly isGenuine: boolean;
  readonly hasPassed: boolean;
  readonly covers: Coverage;
  /** Of its authority; this and the next are null where it did not get as far as that. */
  readonly certificate: Certificate | null;
  readonly judgement: Judgement | null;
  readonly report: TimeStampReport;
}

export function validateTimeStamp(
  context: ValidationContext,
  signedData: SignedData,
  carried: CarriedTimeStamp,
  content: Uint8Array | ContentDigest,
): ValidatedTimeStamp {
  const { token, flaw } = carried;
  if (token === null)
    return failed(carried, {
      subIndication: 'FORMAT_FAILURE',
      says: `It is not a time-stamp that can be read: ${flaw}.`,
    });
  const existence = context.proofs.earliest(objectId(token.sha256));
  const existedAt = existence.time;
  const covers = coverageOf(signedData, carried, token, content);
  if (isRefusal(covers)) return failed(carried, covers);
  const imprinted = carried.kind === 'signature' ? signedData.signer.signature : imprintOf(token);
  const checked = checkTimeStampToken(
    token,
    imprinted,
    context.policy.algorithms,
    existedAt,
    context.certificates,
    context.keys,
  );
  if (isRefusal(checked)) return failed(carried, checked);

  const { certificate } = checked;
  const judgement = judgeCertificate(context, { certificate, purpose: 'time-stamp', existedAt });
  // Judged whatever its time: what serves its path is not without a check.
  const refusal =
    timeFlaw(token, existence, context.validationTime, certificate) ??
    (judgement.kind === 'refused' ? judgement.refusal : null);
  return {
    carried,
    isGenuine: true,
    hasPassed: refusal === null,
    covers,
    certificate,
    judgement,
    report: {
      ...reportOf(carried, refusal),
      ...(refusal === null && judgement.kind === 'passed'
        ? { says: PASSED[judgement.way], covers: countsOf(covers) }
        : {}),
      ...describeAuthority(certificate, judgement),
    },
  };
}

type AuthorityFacts = Pick<
  TimeStampReport,
  'authority' | 'trustAnchor' | 'revocation' | 'development'
>;

function describeAuthority(certificate: Certificate, judgement: Judgement): AuthorityFacts {
  const { path } = judgement;
  return {
    authority: summarize(certificate),
    ...describeAnchor(path),
    revocation: judgement.kind === 'passed' ? describeRevocation(judgement) : [],
    development: isDevelopment([certificate, ...(path?.certificates ?? [])]),
  };
}

function countsOf({ certificates, revocations, timeStamps }: Coverage): TimeStampCoverage {
  return {
    certificates: certificates.length,
    revocationData: revocations.length,
    timeStamps: timeStamps.length,
  };
}

const PASSED = {
  'at-validation-time': 'Its authority is trusted.',
  'at-best-signature-time': 'Its authority was trusted when it is first known to have existed.',
  'in-the-past': 'Its authority was trusted, as later time-stamps prove.',
} as const;

/** The imprint itself, once what it should be has been found to be the same. */
function imprintOf({ info }: TimeStampToken): ContentDigest {
  return { algorithm: info.imprint.digest.name, digest: info.imprint.hash };
}

function coverageOf(
  signedData: SignedData,
  { kind }: CarriedTimeStamp,
  token: TimeStampToken,
  content: Uint8Array | ContentDigest,
): Coverage | Refusal {
  if (kind === 'signature') return NOTHING;
  const found = archiveTimeStampCoverage(signedData, token, (digest) =>
    contentDigestUnder(content, digest),
  );
  if (isRefusal(found)) return found;
  const { certificates, revocations, unsignedValues } = found.covers;
  const hashes = (isWanted: (type: string) => boolean): Uint8Array[] =>
    unsignedValues.filter(({ type }) => isWanted(type)).map(({ node }) => sha256(derBytes(node)));
  return {
    certificates,
    revocations,
    timeStamps: hashes(isTimeStampType),
    counterSignatures: hashes((type) => type === OID.countersignature),
  };
}

/** What its time cannot be, whoever says so. */
function timeFlaw(
  { info: { genTime, accuracyMillis } }: TimeStampToken,
  { time: existedAt, by }: ProofOfExistence,
  validationTime: UnixMillis,
  { notBefore, notAfter }: Certificate,
): Refusal | null {
  if (genTime > validationTime)
    return { subIndication: 'TRY_LATER', says: 'It was made after the instant of validation.' };
  // Between the clocks of two authorities; that of a ledger is nobody's authority (§5.5.4 step 4 (e)).
  if (by === 'archive-time-stamp' && genTime - (accuracyMillis ?? 0) > existedAt)
    return {
      subIndication: 'TIMESTAMP_ORDER_FAILURE',
      says: 'It says that it is younger than a time-stamp that covers it.',
    };
  if (genTime < notBefore || genTime > notAfter)
    return {
      subIndication: 'OUT_OF_BOUNDS_NO_POE',
      says: "It says a time at which its authority's certificate was not valid.",
    };
  return null;
}

function failed(carried: CarriedTimeStamp, refusal: Refusal): ValidatedTimeStamp {
  return {
    carried,
    isGenuine: false,
    hasPassed: false,
    covers: NOTHING,
    certificate: null,
    judgement: null,
    report: reportOf(carried, refusal),
  };
}

function reportOf({ kind, token }: CarriedTimeStamp, refusal: Refusal | null): TimeStampReport {
  return {
    kind,
    outcome: refusal === null ? 'passed' : 'failed',
    subIndication: refusal?.subIndication ?? null,
    says: refusal?.says ?? '',
    genTime: token === null ? null : formatInstant(token.info.genTime),
    accuracyMillis: token?.info.accuracyMillis ?? null,
    authority: null,
    ...describeAnchor(null),
    sha256: token === null ? null : toHex(token.sha256),
    covers: null,
    revocation: [],
    development: false,
  };
}
