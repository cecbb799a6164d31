/** What `certificate-path` says of a certificate at an instant. */
import type { Certificate } from './certificate.js';
import type { TrustAnchor } from './trust-anchor.js';

/** Sub-indications of EN 319 102-1 §5.1 that a path can earn in this version. */
export type PathFailureReason =
  /** No chain of names and verified signatures leads to an anchor. */
  | 'NO_CERTIFICATE_CHAIN_FOUND'
  /** The search was cut off by its budget, so nothing can be said. */
  | 'CERTIFICATE_CHAIN_GENERAL_FAILURE'
  | 'CHAIN_CONSTRAINTS_FAILURE'
  | 'CRYPTO_CONSTRAINTS_FAILURE'
  | 'EXPIRED'
  | 'NOT_YET_VALID';

export interface PathFailure {
  readonly reason: PathFailureReason;
  /** Plain words; continues "the certificate …" where `certificateIndex` is a number. */
  readonly detail: string;
  /** 0 is the target, counted up towards the anchor; null if no single certificate is to blame. */
  readonly certificateIndex: number | null;
}

export type PathVerdict = ValidPath | InvalidPath;

export interface ValidPath {
  readonly kind: 'valid';
  /** From the target up, the anchor not included. */
  readonly certificates: readonly Certificate[];
  readonly anchor: TrustAnchor;
  readonly revocation: 'not-checked';
}

export interface InvalidPath extends PathFailure {
  readonly kind: 'invalid';
  readonly revocation: 'not-checked';
}
