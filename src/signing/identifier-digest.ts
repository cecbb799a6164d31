/**
 * SHA-1, to compare identifiers that others have made with it: ESSCertID (RFC 5035 §5.4.1), CertID
 * and ResponderID (RFC 6960 §4.1.1 and §4.2.1). Whoever finds a second certificate of the same
 * SHA-1 gains nothing: what is identified must be vouched for by a signature over SHA-2 anyway.
 * It has no entry among the digests, so that nothing signed or relied upon can name it.
 */
import { createHash } from 'node:crypto';

export function sha1Identifier(bytes: Uint8Array): Uint8Array {
  const digest = createHash('sha1').update(bytes).digest();
  return new Uint8Array(digest.buffer, digest.byteOffset, digest.byteLength);
}
