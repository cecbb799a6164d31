/**
 * Which algorithms are accepted, and until when. A policy is data with a date and a name that goes
 * into every report, so that a verdict can be reproduced under the rules it was given by.
 *
 * The model is ETSI TS 119 312 (dated lists of recommended algorithms); the rows are our decision.
 */
import type { UnixMillis } from '../base/brand.js';
import type { IssuerAlgorithm } from './algorithms.js';
import type { PublicKey, PublicKeyKind } from './public-key.js';

export interface AlgorithmPolicy {
  /** Stable; a change of any row is a new policy with a new date. */
  readonly id: string;
  readonly schemes: readonly AcceptedScheme[];
  readonly digests: readonly AcceptedDigest[];
}

export interface AcceptedScheme {
  readonly scheme: IssuerAlgorithm['scheme'];
  readonly keyKind: PublicKeyKind;
  readonly minimumBits: number;
  /** The last instant at which it is accepted; null where no end has been set. */
  readonly until: UnixMillis | null;
}

/** SHA-1 among them: a policy for the past may accept what the product never makes. */
export type JudgedDigest = IssuerAlgorithm['digest']['name'];

export interface AcceptedDigest {
  readonly digest: JudgedDigest;
  readonly until: UnixMillis | null;
}

/** RSA of 2,048 bits is accepted because signers still hold such keys; new keys should be P-256. */
export const ALGORITHM_POLICY_2026_11: AlgorithmPolicy = {
  id: 'chirograph-algorithms/2026-11-23',
  schemes: [
    { scheme: 'ecdsa', keyKind: 'ec-p256', minimumBits: 256, until: null },
    { scheme: 'ecdsa', keyKind: 'ec-p384', minimumBits: 384, until: null },
    { scheme: 'rsa-pkcs1', keyKind: 'rsa', minimumBits: 2_048, until: null },
    { scheme: 'rsa-pss', keyKind: 'rsa', minimumBits: 2_048, until: null },
    { scheme: 'rsa-pss', keyKind: 'rsa-pss', minimumBits: 2_048, until: null },
  ],
  digests: [
    { digest: 'sha256', until: null },
    { digest: 'sha384', until: null },
    { digest: 'sha512', until: null },
  ],
};

/** Whether a digest alone (of content, or of a certificate) may be relied on at this instant. */
export function acceptsDigest(
  policy: AlgorithmPolicy,
  digest: JudgedDigest,
  at: UnixMillis,
): boolean {
  return policy.digests.some((row) => row.digest === digest && isOpen(row.until, at));
}

/** Whether a signature by this key under this algorithm may be relied on at this instant. */
export function acceptsSignature(
  policy: AlgorithmPolicy,
  algorithm: IssuerAlgorithm,
  key: PublicKey,
  at: UnixMillis,
): boolean {
  return (
    acceptsDigest(policy, algorithm.digest.name, at) &&
    policy.schemes.some(
      (row) =>
        row.scheme === algorithm.scheme &&
        row.keyKind === key.kind &&
        key.bits >= row.minimumBits &&
        isOpen(row.until, at),
    )
  );
}

/**
 * Up to when a signature by this key under this algorithm may be relied on: the last instant, null
 * where no end has been set, `never` for what the policy does not have.
 */
export function signatureEnd(
  policy: AlgorithmPolicy,
  algorithm: IssuerAlgorithm,
  key: PublicKey,
): AcceptanceEnd {
  const schemes = policy.schemes.filter(
    (row) =>
      row.scheme === algorithm.scheme && row.keyKind === key.kind && key.bits >= row.minimumBits,
  );
  return earlierEnd(latestEnd(schemes), digestEnd(policy, algorithm.digest.name));
}

export type AcceptanceEnd = UnixMillis | null | 'never';

/** The same of a digest alone. */
export function digestEnd(policy: AlgorithmPolicy, digest: JudgedDigest): AcceptanceEnd {
  return latestEnd(policy.digests.filter((row) => row.digest === digest));
}

export function isAcceptedAt(end: AcceptanceEnd, at: UnixMillis): boolean {
  return end !== 'never' && isOpen(end, at);
}

function latestEnd(rows: readonly { readonly until: UnixMillis | null }[]): AcceptanceEnd {
  let latest: AcceptanceEnd = 'never';
  for (const { until } of rows) {
    if (until === null) return null;
    if (latest === 'never' || until > latest) latest = until;
  }
  return latest;
}

/** What rests on two things can be relied on as long as on the shorter-lived. */
export function earlierEnd(a: AcceptanceEnd, b: AcceptanceEnd): AcceptanceEnd {
  if (a === 'never' || b === 'never') return 'never';
  if (a === null) return b;
  return b === null || a < b ? a : b;
}

function isOpen(until: UnixMillis | null, at: UnixMillis): boolean {
  return until === null || at <= until;
}
