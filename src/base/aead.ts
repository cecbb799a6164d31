/**
 * The one authenticated cipher of all our formats: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03,
 * IETF construction), whose nonce is long enough to be drawn at random under a long-lived key.
 */
import sodium from 'sodium-native';
import { assert } from './errors.js';
import { systemErrorMessage } from './system-error.js';

export const AEAD_NONCE_LENGTH = 24;
export const AEAD_TAG_LENGTH = 16;

/**
 * Encrypts in place: `buffer` holds the plaintext followed by AEAD_TAG_LENGTH bytes of any content,
 * and afterwards the ciphertext followed by the tag. No second copy of the plaintext comes to be.
 * The nonce must never have been used under this key.
 */
export function sealInPlace(
  buffer: Uint8Array,
  key: Uint8Array,
  nonce: Uint8Array,
  associatedData: Uint8Array,
): void {
  assert(buffer.length >= AEAD_TAG_LENGTH, 'there is room for the tag');
  const plaintext = buffer.subarray(0, buffer.length - AEAD_TAG_LENGTH);
  sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
    buffer,
    plaintext,
    associatedData,
    null,
    nonce,
    key,
  );
}

/**
 * The plaintext, or null if key, nonce, associated data or a bit of `sealed` is not what it was
 * when it was sealed: which of them cannot be told.
 */
export function openSealed(
  sealed: Uint8Array,
  key: Uint8Array,
  nonce: Uint8Array,
  associatedData: Uint8Array,
): Uint8Array | null {
  if (sealed.length < AEAD_TAG_LENGTH) return null;
  const plaintext = new Uint8Array(sealed.length - AEAD_TAG_LENGTH);
  return decrypt(plaintext, sealed, key, nonce, associatedData) ? plaintext : null;
}

/**
 * As `openSealed`, where the ciphertext lies: `sealed` then holds the plaintext, of which a view is given, followed by
 * what was the tag. Null leaves nothing in it that means anything.
 */
export function openInPlace(
  sealed: Uint8Array,
  key: Uint8Array,
  nonce: Uint8Array,
  associatedData: Uint8Array,
): Uint8Array | null {
  if (sealed.length < AEAD_TAG_LENGTH) return null;
  const plaintext = sealed.subarray(0, sealed.length - AEAD_TAG_LENGTH);
  return decrypt(plaintext, sealed, key, nonce, associatedData) ? plaintext : null;
}

/** Whether it opened. */
function decrypt(
  plaintext: Uint8Array,
  sealed: Uint8Array,
  key: Uint8Array,
  nonce: Uint8Array,
  associatedData: Uint8Array,
): boolean {
  try {
    const length = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
      plaintext,
      null,
      sealed,
      associatedData,
      nonce,
      key,
    );
    // The binding hands on libsodium's length or throws; trust it only if both agree.
    return length === plaintext.length;
  } catch (cause) {
    if (isVerificationFailure(cause)) return false;
    throw cause;
  }
}

function isVerificationFailure(cause: unknown): boolean {
  return systemErrorMessage(cause) === 'could not verify data';
}
