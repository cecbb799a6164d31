/** Salted commitments (docs/formats/commitment.md): `HMAC-SHA-256(salt, bytes)`. */
import { equalBytes } from '../base/bytes.js';
import { hmacSha256Hex } from '../base/hash.js';
import { digestFromHex, type HexDigest } from '../base/hex-digest.js';

export const SALT_LENGTH = 32;

/** @param salt 32 fresh random bytes: a salt used twice tells that two contents are alike. */
export function commit(salt: Uint8Array, bytes: Uint8Array): HexDigest {
  return hmacSha256Hex(salt, bytes);
}

export function verifyCommitment(
  salt: Uint8Array,
  bytes: Uint8Array,
  commitment: HexDigest,
): boolean {
  // A longer salt is hashed by HMAC, a shorter one padded: either would make a second salt for one commitment.
  return (
    salt.length === SALT_LENGTH &&
    equalBytes(digestFromHex(commit(salt, bytes)), digestFromHex(commitment))
  );
}
