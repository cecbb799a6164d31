/**
 * Trust anchors (RFC 5280 §6.1.1 (d)): a name and a key that the caller trusts for reasons of its
 * own. Dates and constraints of the anchor's certificate do not count: an anchor that has expired
 * still vouches for what was signed before.
 */
import { equalBytes } from '../base/bytes.js';
import { type Certificate, publicKeyOf } from './certificate.js';
import type { DistinguishedName } from './distinguished-name.js';
import type { PublicKey } from './public-key.js';

export interface TrustAnchor {
  readonly subject: DistinguishedName;
  readonly subjectPublicKeyInfo: Uint8Array;
  readonly publicKey: PublicKey;
  /** The certificate it was taken from, if it was: the one copy a CMS may carry along. */
  readonly certificate: Certificate | null;
}

/** @throws SigningError KEY_UNSUPPORTED. */
export function trustAnchorFrom(certificate: Certificate): TrustAnchor {
  const { subject, subjectPublicKeyInfo } = certificate;
  return { subject, subjectPublicKeyInfo, publicKey: publicKeyOf(certificate), certificate };
}

/** Whether this certificate says no more than the anchor itself: same name, same key. */
export function restates(certificate: Certificate, anchor: TrustAnchor): boolean {
  return (
    equalBytes(certificate.subject.der, anchor.subject.der) &&
    equalBytes(certificate.subjectPublicKeyInfo, anchor.subjectPublicKeyInfo)
  );
}
