/**
 * What revocation says of a certificate, and what it is read from. Evidence is brought along by a
 * signature or by the caller; nothing is fetched here (keys/ does that).
 */
import type { UnixMillis } from '../base/brand.js';
import type { CertificateList } from './certificate-list.js';
import type { Certificate } from './certificate.js';
import type { OcspResponse } from './ocsp-response.js';

/** Parsed, and hostile until its signature has been verified by an issuer that may say so. */
export interface RevocationEvidence {
  readonly crls: readonly CertificateList[];
  readonly ocspResponses: readonly OcspResponse[];
}

export const NO_REVOCATION_EVIDENCE: RevocationEvidence = { crls: [], ocspResponses: [] };

export type RevocationOutcome =
  | { readonly kind: 'good' }
  | {
      readonly kind: 'revoked';
      readonly at: UnixMillis;
      /** CRLReason by its name in RFC 5280 §5.3.1, null if none is given. */
      readonly reason: string | null;
    };

/** One authenticated answer about one certificate: whoever signed it was allowed to. */
export interface RevocationStatus {
  readonly source: 'crl' | 'ocsp';
  /** SHA-256 of the DER of each file that it rests on: a CRL and its delta, or an OCSP response. */
  readonly evidence: readonly Uint8Array[];
  /** When it was made: thisUpdate of a CRL, producedAt of an OCSP response. */
  readonly issuedAt: UnixMillis;
  readonly thisUpdate: UnixMillis;
  readonly nextUpdate: UnixMillis | null;
  readonly outcome: RevocationOutcome;
  /** From the CRL's signer or the responder up to, and not including, the anchor; empty if the anchor signed. */
  readonly issuerPath: readonly Certificate[];
}

/** What became of one certificate of a path, from the target up. */
export type CertificateRevocation =
  | { readonly kind: 'status'; readonly status: RevocationStatus }
  /**
   * `ocsp-nocheck`: RFC 6960 §4.2.2.2.1. `no-rev-avail`: RFC 9608. `short-term`: EN 319 412-1 §5.2.2.
   * `not-offered`: it names no place to ask and nothing was brought. `not-asked`: nobody wanted to know.
   */
  | {
      readonly kind: 'not-checked';
      readonly why: 'ocsp-nocheck' | 'no-rev-avail' | 'short-term' | 'not-offered' | 'not-asked';
    };
