/** What `certificate-path` says of a certificate at an instant. */
import type { UnixMillis } from '../base/brand.js';
import type { Certificate } from './certificate.js';
import type { CertificateRevocation } from './revocation.js';
import type { TrustAnchor } from './trust-anchor.js';

/** Sub-indications of EN 319 102-1 §5.1 that a path can earn. */
export type PathFailureReason =
  /** No chain of names and verified signatures leads to an anchor. */
  | 'NO_CERTIFICATE_CHAIN_FOUND'
  /** The search was cut off by its budget, so nothing can be said. */
  | 'CERTIFICATE_CHAIN_GENERAL_FAILURE'
  | 'CHAIN_CONSTRAINTS_FAILURE'
  | 'CRYPTO_CONSTRAINTS_FAILURE'
  | 'EXPIRED'
  | 'NOT_YET_VALID'
  /** The target is revoked. */
  | 'REVOKED'
  /** A certificate above it is. */
  | 'REVOKED_CA'
  /** Revocation is wanted and there is no answer, or none fresh enough. */
  | 'TRY_LATER';

export interface PathFailure {
  readonly reason: PathFailureReason;
  /** Plain words; continues "the certificate …" where `certificateIndex` is a number. */
  readonly detail: string;
  /** 0 is the target, counted up towards the anchor; null if no single certificate is to blame. */
  readonly certificateIndex: number | null;
  /** Of REVOKED and REVOKED_CA. */
  readonly revokedAt?: UnixMillis;
}

export type PathVerdict = ValidPath | InvalidPath;

/** A way from a certificate up to an anchor. */
export interface CertificatePath {
  /** From the target up, the anchor not included. */
  readonly certificates: readonly Certificate[];
  readonly anchor: TrustAnchor;
}

export interface ValidPath extends CertificatePath {
  readonly kind: 'valid';
  /** One for each certificate, in the same order. */
  readonly revocation: readonly CertificateRevocation[];
}

export interface InvalidPath extends PathFailure {
  readonly kind: 'invalid';
  /** The path that the failure is of, for judging the past (EN 319 102-1 §5.6.2); null if there is none. */
  readonly path: CertificatePath | null;
}
