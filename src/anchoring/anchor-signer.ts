/**
 * Who holds the anchor key. The key may live in a device that signs raw digests (PKCS#11 CKM_ECDSA, a
 * KMS with MessageType DIGEST): it sees a hash and never leaves.
 */
import * as secp256k1 from 'tiny-secp256k1';
import { assert } from '../base/errors.js';

export interface AnchorSigner {
  /** Compressed secp256k1 point, 33 bytes. */
  readonly publicKey: Uint8Array;
  /** ECDSA over the digest itself: r ‖ s, 64 bytes. High s is taken and normalised by the caller. */
  sign(hash: Uint8Array): Promise<Uint8Array>;
}

/** Signs in this process, deterministically (RFC 6979). `secret` is copied. */
export function softwareAnchorSigner(secret: Uint8Array): AnchorSigner {
  const key = secret.slice();
  const publicKey = secp256k1.isPrivate(key) ? secp256k1.pointFromScalar(key, true) : null;
  assert(publicKey !== null, 'an anchor secret is 32 bytes, 1…n−1');
  return { publicKey, sign: (hash) => Promise.resolve(secp256k1.sign(hash, key)) };
}
