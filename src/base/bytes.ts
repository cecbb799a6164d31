/**
 * Bytes and their strict text forms. One encoding only: a decoder refuses every text that its
 * encoder would not have written, so that no two texts mean the same bytes.
 */
import { timingSafeEqual } from 'node:crypto';
import type { Sha256Digest } from './brand.js';
import { BaseError } from './errors.js';

const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const utf8Encoder = new TextEncoder();

export function utf8(text: string): Uint8Array {
  return utf8Encoder.encode(text);
}

/** @throws BaseError BYTES_MALFORMED for anything that is not well-formed UTF-8 (RFC 3629). */
export function utf8ToString(bytes: Uint8Array): string {
  try {
    return utf8Decoder.decode(bytes);
  } catch (cause) {
    throw new BaseError('BYTES_MALFORMED', 'not valid UTF-8', { cause });
  }
}

export function toHex(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('hex');
}

/** @throws BaseError BYTES_MALFORMED unless lower-case hex of whole bytes (and of `length` bytes, if given). */
export function fromHex(text: string, length?: number): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/.test(text))
    throw new BaseError('BYTES_MALFORMED', 'not lower-case hex');
  return sized(plain(Buffer.from(text, 'hex')), length);
}

export function toBase64(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('base64');
}

/** @throws BaseError BYTES_MALFORMED unless RFC 4648 §4 base64 with padding and zero trailing bits. */
export function fromBase64(text: string, length?: number): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text)
    throw new BaseError('BYTES_MALFORMED', 'not canonical base64');
  return sized(plain(bytes), length);
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return plain(Buffer.concat(parts));
}

/** Constant time in the content; not in the length, which is public. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Big-endian; `value` must be a safe integer ≥ 0. */
export function u64be(value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return plain(bytes);
}

/** Big-endian; `value` must be 0…2³²−1. */
export function u32be(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return plain(bytes);
}

/** @throws BaseError BYTES_MALFORMED unless exactly 32 bytes. */
export function sha256Digest(bytes: Uint8Array): Sha256Digest {
  return sized(bytes, 32) as Sha256Digest;
}

/** A Buffer over the same memory, for calls that want one. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function sized(bytes: Uint8Array, length: number | undefined): Uint8Array {
  if (length !== undefined && bytes.length !== length)
    throw new BaseError('BYTES_MALFORMED', `expected ${length} bytes, got ${bytes.length}`);
  return bytes;
}

/** A plain Uint8Array over the same memory, so that `Buffer`'s own methods do not leak out. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
