/**
 * The levels of EN 319 122-1, with time-stamps and revocation data from wherever the node gets them: what is added
 * is what a validation in ten years will ask for, as long as it can be had. Whether the result is good, the
 * validator says; here nothing is added that a time-stamp authority or a revocation service has not vouched for.
 */
import type { UnixMillis } from '../base/brand.js';
import { ChirographError } from '../base/errors.js';
import { TimeStampError } from '../keys/time-stamp-error.js';
import { acceptsSignature, ALGORITHM_POLICY_2026_11 } from '../signing/algorithm-policy.js';
import { readCmsSignatureAlgorithm } from '../signing/algorithms.js';
import { prepareArchiveTimeStamp, withArchiveTimeStamp } from '../signing/archive-time-stamp.js';
import {
  levelOf,
  signatureImprint,
  unsignedValues,
  withSignatureTimeStamp,
  withValidationData,
} from '../signing/cades-levels.js';
import { validateCertificatePath } from '../signing/certificate-path.js';
import { type Certificate, publicKeyOf } from '../signing/certificate.js';
import { parseSignedData, type SignedData } from '../signing/cms-signed-data.js';
import { type DigestName, digestOf, DIGESTS } from '../signing/digest-algorithms.js';
import { readDigestAlgorithm } from '../signing/digest-algorithms.js';
import { OID } from '../signing/oids.js';
import type { CertificatePath } from '../signing/path-verdict.js';
import { type TimeStampToken, timeStampTokenFrom } from '../signing/time-stamp-token.js';
import { timeStampUsageFlaw } from '../signing/time-stamp-usage.js';
import type { TrustAnchor, TrustPurpose } from '../signing/trust-anchor.js';
import type {
  Augmentation,
  AugmentationRequest,
  AugmentationStep,
  Augmenter,
} from './augmenter.js';
import { type RevocationServices, validationDataOf } from './validation-data.js';

/** A time-stamp authority, or several in turn. */
export interface TimeStamps {
  /** A token that has been validated. @throws if there is none to be had. */
  stamp(imprint: {
    readonly digest: DigestName;
    readonly hash: Uint8Array;
  }): Promise<TimeStampToken>;
}

export interface LevelsAugmenterOptions {
  readonly timeStamps: TimeStamps;
  readonly revocation: RevocationServices;
  readonly anchors: readonly TrustAnchor[];
  /** So long before the means of the last time-stamp end it is renewed. */
  readonly renewBeforeMillis: number;
}

const DIGEST = DIGESTS.sha256;

export function levelsAugmenter(options: LevelsAugmenterOptions): Augmenter {
  return {
    needs: (cms, at) => needs(parseSignedData(cms), (at + options.renewBeforeMillis) as UnixMillis),
    next: (request) => {
      switch (request.step) {
        case 'T':
          return timeStamped(options, request);
        case 'LT':
          return withEvidence(options, request, 'signature');
        case 'LTA':
          return archived(options, request, request.cms);
        case 'renewal':
          return renewed(options, request);
      }
    },
  };
}

function needs(signedData: SignedData, soon: UnixMillis): AugmentationStep | null {
  switch (levelOf(signedData)) {
    case 'B-B':
      return 'T';
    case 'B-T':
      return 'LT';
    case 'B-LT':
      return 'LTA';
    case 'B-LTA':
      return lastsUntil(signedData, soon) ? null : 'renewal';
  }
}

/** Whether the newest archive time-stamp still stands then: its certificate's dates, its algorithm. */
function lastsUntil(signedData: SignedData, at: UnixMillis): boolean {
  const token = newestArchiveToken(signedData);
  const authority = token === null ? null : authorityOf(token);
  if (token === null || authority === null || authority.notAfter < at) return false;
  const { signer } = token.signedData;
  const digest = readDigestAlgorithm(signer.digestAlgorithm);
  const algorithm = readCmsSignatureAlgorithm(signer.signatureAlgorithm, digest);
  return acceptsSignature(ALGORITHM_POLICY_2026_11, algorithm, publicKeyOf(authority), at);
}

async function timeStamped(
  { timeStamps }: LevelsAugmenterOptions,
  { cms }: AugmentationRequest,
): Promise<Augmentation> {
  const token = await stamp(timeStamps, signatureImprint(parseSignedData(cms), DIGEST));
  if ('kind' in token) return token;
  return { kind: 'augmented', cms: withSignatureTimeStamp(cms, token) };
}

/** What the signature's own certificates and those of its time-stamp need. */
async function withEvidence(
  { revocation, anchors }: LevelsAugmenterOptions,
  { cms, at }: AugmentationRequest,
  purpose: TrustPurpose,
): Promise<Augmentation> {
  const signedData = parseSignedData(cms);
  const [node] = unsignedValues(signedData, OID.signatureTimeStamp);
  if (node === undefined) return { kind: 'refused', reason: 'it has no time-stamp to go by' };
  const token = timeStampTokenFrom(node);
  const { genTime } = token.info;
  const signerPath = pathOf(signerCertificate(signedData), signedData, anchors, genTime, purpose);
  const authorityPath = authorityPathOf(token, anchors);
  if (signerPath === null)
    return {
      kind: 'refused',
      reason: 'its certificate led to no trust anchor when it was stamped',
    };
  if (authorityPath === null)
    return { kind: 'refused', reason: 'its time-stamp leads to no trust anchor' };
  return raised(revocation, cms, [signerPath, authorityPath], genTime, at);
}

async function archived(
  { timeStamps }: LevelsAugmenterOptions,
  { content }: AugmentationRequest,
  cms: Uint8Array,
): Promise<Augmentation> {
  const prepared = prepareArchiveTimeStamp(cms, digestOf(DIGEST, content), DIGEST);
  const token = await stamp(timeStamps, prepared.imprint);
  if ('kind' in token) return token;
  return { kind: 'augmented', cms: withArchiveTimeStamp(cms, token, prepared.hashIndex) };
}

/** The validation data of the last archive time-stamp go in before the next covers them. */
async function renewed(
  options: LevelsAugmenterOptions,
  request: AugmentationRequest,
): Promise<Augmentation> {
  const token = newestArchiveToken(parseSignedData(request.cms));
  if (token === null) return { kind: 'refused', reason: 'it has no archive time-stamp' };
  const path = authorityPathOf(token, options.anchors);
  // What can no longer be judged is covered as it is: a validator may still have what it takes.
  const { genTime } = token.info;
  const filled =
    path === null
      ? ({ kind: 'augmented', cms: request.cms } as const)
      : await raised(options.revocation, request.cms, [path], genTime, request.at);
  return filled.kind === 'augmented' ? archived(options, request, filled.cms) : filled;
}

async function raised(
  revocation: RevocationServices,
  cms: Uint8Array,
  paths: readonly CertificatePath[],
  since: UnixMillis,
  now: UnixMillis,
): Promise<Augmentation> {
  const found = await validationDataOf(revocation, paths, since, now);
  if (found.kind !== 'found') return found;
  return { kind: 'augmented', cms: withValidationData(cms, found.data) };
}

async function stamp(
  timeStamps: TimeStamps,
  hash: Uint8Array,
): Promise<TimeStampToken | Augmentation> {
  try {
    return await timeStamps.stamp({ digest: DIGEST.name, hash });
  } catch (cause) {
    if (!(cause instanceof ChirographError)) throw cause;
    const until = cause instanceof TimeStampError ? cause.until : null;
    return { kind: 'no-time-stamps', reason: cause.message, ...(until !== null && { until }) };
  }
}

/** The certificate that made the signature: the one whose key the CMS names. */
function signerCertificate({ certificates, signer }: SignedData): Certificate | null {
  const { identifier } = signer;
  if (identifier.kind !== 'issuer-and-serial-number') return null;
  const issuer = Buffer.from(identifier.issuer);
  const serial = Buffer.from(identifier.serialNumber);
  return (
    certificates.find(
      (each) => issuer.equals(each.issuer.der) && serial.equals(each.serialNumber),
    ) ?? null
  );
}

function authorityOf({ signedData }: TimeStampToken): Certificate | null {
  return signedData.certificates.find((each) => timeStampUsageFlaw(each) === null) ?? null;
}

function authorityPathOf(
  token: TimeStampToken,
  anchors: readonly TrustAnchor[],
): CertificatePath | null {
  return pathOf(authorityOf(token), token.signedData, anchors, token.info.genTime, 'time-stamp');
}

function pathOf(
  target: Certificate | null,
  { certificates }: SignedData,
  anchors: readonly TrustAnchor[],
  at: UnixMillis,
  purpose: TrustPurpose,
): CertificatePath | null {
  if (target === null) return null;
  const intermediates = certificates.filter((each) => each !== target);
  const verdict = validateCertificatePath({ target, intermediates, anchors, at, purpose });
  return verdict.kind === 'valid' ? verdict : null;
}

function newestArchiveToken(signedData: SignedData): TimeStampToken | null {
  const tokens = unsignedValues(signedData, OID.archiveTimeStampV3).map(timeStampTokenFrom);
  return tokens.reduce<TimeStampToken | null>(
    (newest, token) =>
      newest !== null && newest.info.genTime >= token.info.genTime ? newest : token,
    null,
  );
}
