/** Whoever knows where to get what is said of a certificate's revocation. */
import type { UnixMillis } from '../base/brand.js';
import type { Certificate } from '../signing/certificate.js';

/** DER of each; authenticated, about the certificate asked for and not superseded when it was got. */
export interface RevocationData {
  readonly crls: readonly Uint8Array[];
  readonly ocspResponses: readonly Uint8Array[];
  /** The places that gave nothing, in the order in which they were asked. */
  readonly failures: readonly RevocationFailure[];
}

export interface RevocationFailure {
  readonly kind: 'ocsp' | 'crl';
  readonly host: string;
  /** Of OutboundError or RevocationError. */
  readonly code: string;
}

export interface RevocationQuestion {
  /**
   * Only what was made then or later: with the time of a signature, what tells of a revocation before it
   * (EN 319 102-1 §5.2.5). Without it, whatever has not been superseded.
   */
  readonly madeSince?: UnixMillis;
}

export interface RevocationSource {
  /**
   * What one place says that can be believed; nothing, with the reasons, where there is none. Never throws
   * for what others do wrong.
   */
  get(
    certificate: Certificate,
    issuer: Certificate,
    question?: RevocationQuestion,
  ): Promise<RevocationData>;
}

export const NO_REVOCATION_DATA: RevocationData = { crls: [], ocspResponses: [], failures: [] };
