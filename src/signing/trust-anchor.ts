/**
 * Trust anchors (RFC 5280 §6.1.1 (d)): a name and a key that the caller trusts for reasons of its own, for
 * some purposes and for some time. Dates and constraints of the anchor's certificate do not count: an
 * anchor that has expired still vouches for what was signed before.
 */
import type { UnixMillis } from '../base/brand.js';
import { equalBytes } from '../base/bytes.js';
import { type Certificate, publicKeyOf } from './certificate.js';
import type { DistinguishedName } from './distinguished-name.js';
import type { PublicKey } from './public-key.js';

/**
 * What a path may be wanted for: a document's signature or seal, a time-stamp token, or a CRL or OCSP
 * response that is looked at on its own. The signers of revocation data on a path end where the path ends.
 */
export const TRUST_PURPOSES = ['signature', 'time-stamp', 'revocation'] as const;
export type TrustPurpose = (typeof TRUST_PURPOSES)[number];

/** When and what for an anchor is trusted; both ends included, null without an end. */
export interface TrustScope {
  /** Null: for all. */
  readonly purposes: ReadonlySet<TrustPurpose> | null;
  readonly from: UnixMillis | null;
  readonly until: UnixMillis | null;
}

export interface TrustAnchor extends TrustScope {
  readonly subject: DistinguishedName;
  readonly subjectPublicKeyInfo: Uint8Array;
  readonly publicKey: PublicKey;
  /** The certificate it was taken from: the one copy a CMS may carry along. */
  readonly certificate: Certificate | null;
  /** Of the certificate that it was taken from; what names the anchor in reports. */
  readonly sha256: Uint8Array;
}

export const TRUSTED_FOR_ALL: TrustScope = { purposes: null, from: null, until: null };

/** @throws SigningError KEY_UNSUPPORTED. */
export function trustAnchorFrom(
  certificate: Certificate,
  scope: TrustScope = TRUSTED_FOR_ALL,
): TrustAnchor {
  const { subject, subjectPublicKeyInfo, sha256 } = certificate;
  const publicKey = publicKeyOf(certificate);
  return { ...scope, subject, subjectPublicKeyInfo, publicKey, certificate, sha256 };
}

/** Whether an anchor may end a path for this purpose; for any, if none is named. */
export function isTrustedFor({ purposes }: TrustScope, purpose: TrustPurpose | undefined): boolean {
  return purposes === null || purpose === undefined || purposes.has(purpose);
}

/** Whether it is trusted at some instant from `from` to `until`, both included. */
export function isTrustedWithin(scope: TrustScope, from: UnixMillis, until: UnixMillis): boolean {
  return (
    (scope.from === null || scope.from <= until) && (scope.until === null || scope.until >= from)
  );
}

/** Whether this certificate says no more than the anchor itself: same name, same key. */
export function restates(certificate: Certificate, anchor: TrustAnchor): boolean {
  return (
    equalBytes(certificate.subject.der, anchor.subject.der) &&
    equalBytes(certificate.subjectPublicKeyInfo, anchor.subjectPublicKeyInfo)
  );
}
