/**
 * Base58 with Bitcoin's alphabet, as multibase `z` uses it. One spelling only: what is decoded is written
 * again and compared. Quadratic in the length, so it takes short texts alone.
 */
import { BaseError } from './errors.js';

/** Keys and hashes are far shorter. */
const MAX_BYTES = 128;
const MAX_TEXT = 176;

/** @throws BaseError BYTES_MALFORMED beyond 128 bytes. */
export function toBase58(bytes: Uint8Array): string {
  if (bytes.length > MAX_BYTES) throw malformed();
  let left = bytes.reduce((value, byte) => value * 256n + BigInt(byte), 0n);
  let text = '';
  for (; left > 0n; left /= 58n) text = ALPHABET.charAt(Number(left % 58n)) + text;
  const zeros = bytes.findIndex((byte) => byte !== 0);
  return ZERO.repeat(zeros < 0 ? bytes.length : zeros) + text;
}

/** @throws BaseError BYTES_MALFORMED for other characters, and beyond 128 bytes. */
export function fromBase58(text: string): Uint8Array {
  if (text.length > MAX_TEXT) throw malformed();
  let value = 0n;
  for (const character of text) {
    const digit = ALPHABET.indexOf(character);
    if (digit < 0) throw malformed();
    value = value * 58n + BigInt(digit);
  }
  const digits: number[] = [];
  for (; value > 0n; value >>= 8n) digits.unshift(Number(value & 0xffn));
  const zeros = /^1*/.exec(text)?.[0].length ?? 0;
  const bytes = Uint8Array.from([...new Array<number>(zeros).fill(0), ...digits]);
  if (bytes.length > MAX_BYTES) throw malformed();
  return bytes;
}

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const ZERO = '1';

function malformed(): BaseError {
  return new BaseError('BYTES_MALFORMED', 'not base58 of at most 128 bytes');
}
