/** libsodium's sealed boxes to an Ed25519 key: whoever knows the public key can seal, only the secret key opens. */
import sodium from 'sodium-native';

const SEAL_LENGTH = 48;

/** Whether anything can be sealed to it: not every 32 bytes are a point, and those of small order are none for us. */
export function isSealable(publicKey: Uint8Array): boolean {
  try {
    sodium.crypto_sign_ed25519_pk_to_curve25519(new Uint8Array(32), publicKey);
    return true;
  } catch {
    // All that libsodium says of it is that it cannot be converted.
    return false;
  }
}

/** @param publicKey Ed25519, 32 bytes, `isSealable`. */
export function sealTo(publicKey: Uint8Array, bytes: Uint8Array): Uint8Array {
  const recipient = new Uint8Array(32);
  sodium.crypto_sign_ed25519_pk_to_curve25519(recipient, publicKey);
  const box = new Uint8Array(bytes.length + SEAL_LENGTH);
  sodium.crypto_box_seal(box, bytes, recipient);
  return box;
}

/**
 * @param secretKey Ed25519 as libsodium has it, seed ‖ public key.
 * @returns null for what is not sealed to this key, or was altered.
 */
export function openSealed(
  { publicKey, secretKey }: { readonly publicKey: Uint8Array; readonly secretKey: Uint8Array },
  box: Uint8Array,
): Uint8Array | null {
  if (box.length < SEAL_LENGTH) return null;
  const recipient = new Uint8Array(32);
  sodium.crypto_sign_ed25519_pk_to_curve25519(recipient, publicKey);
  const secret = sodium.sodium_malloc(32);
  try {
    sodium.crypto_sign_ed25519_sk_to_curve25519(secret, secretKey);
    const bytes = new Uint8Array(box.length - SEAL_LENGTH);
    return sodium.crypto_box_seal_open(bytes, box, recipient, secret) ? bytes : null;
  } finally {
    sodium.sodium_memzero(secret);
  }
}
