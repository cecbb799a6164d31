/**
 * Signature values as they come from where keys are: ECDSA in DER (X.509, openssl, most tokens) or as r ‖ s of
 * fixed length (PKCS#11, IEEE P1363, some services of the CSC API). A CMS has DER.
 */
import { type SignatureAlgorithm, verifySignature } from './algorithms.js';
import { TAG } from './der-tag.js';
import { der, derSequence } from './der-writer.js';
import type { PublicKey } from './public-key.js';

/**
 * The form of the value that verifies, as a CMS has it.
 *
 * @returns null if it is no signature by the key over these bytes.
 */
export function acceptedSignatureValue(
  algorithm: SignatureAlgorithm,
  key: PublicKey,
  toBeSigned: Uint8Array,
  value: Uint8Array,
): Uint8Array | null {
  const forms = [value, ...(algorithm.scheme === 'ecdsa' ? fromFixedLength(value) : [])];
  return forms.find((form) => verifySignature(algorithm, key, toBeSigned, form)) ?? null;
}

/** P-256 to P-521: two numbers of 32 to 66 bytes. */
const MAX_VALUE = 132;

function fromFixedLength(value: Uint8Array): Uint8Array[] {
  if (value.length % 2 !== 0 || value.length < 2 || value.length > MAX_VALUE) return [];
  const half = value.length / 2;
  return [derSequence(unsigned(value.subarray(0, half)), unsigned(value.subarray(half)))];
}

/** INTEGER in its shortest form (X.690 §8.3.2). */
function unsigned(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = first < 0 ? Uint8Array.of(0) : bytes.subarray(first);
  const isNegative = ((digits[0] ?? 0) & 0x80) !== 0;
  return der(TAG.integer, isNegative ? Uint8Array.of(0, ...digits) : digits);
}
