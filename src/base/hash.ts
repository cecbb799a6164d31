/**
 * SHA-256 and HMAC-SHA-256. Most of what we hash is short, and then one call over joined bytes costs
 * a third of what Node's hash objects do: they are the price of a record, several times over.
 */
import { createHash, createHmac, hash } from 'node:crypto';
import type { Sha256Digest } from './brand.js';
import { assert } from './errors.js';
import type { HexDigest } from './hex-digest.js';

export function sha256(...parts: readonly Uint8Array[]): Sha256Digest {
  const length = totalLength(parts);
  if (length <= ONE_SHOT_LIMIT)
    return fromBinary(hash('sha256', joined(parts, 0, length), 'binary'));
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  return fromBinary(digest.digest('binary'));
}

/** Written to where it is wanted, `at` bytes into `target`: for millions of which none is kept as an object. */
export function sha256Into(target: Uint8Array, at: number, data: Uint8Array): void {
  setBinary(target, at, hash('sha256', data, 'binary'));
}

export function hmacSha256(key: Uint8Array, ...parts: readonly Uint8Array[]): Sha256Digest {
  return fromBinary(hmac(key, parts, 'binary'));
}

/**
 * HMAC-SHA-256 under one key for very many short messages: the blocks that the key alone makes are made once (RFC 2104 §4), and
 * with them the key stays in memory for as long as this does.
 */
export class HmacSha256Key {
  /** Block of the key, and room for a message. */
  #inner = new Uint8Array(BLOCK_LENGTH + ONE_SHOT_LIMIT);
  readonly #outer = new Uint8Array(BLOCK_LENGTH + DIGEST_LENGTH);

  /** @param key at most 64 bytes. */
  constructor(key: Uint8Array) {
    assert(key.length <= BLOCK_LENGTH, 'a longer key would be hashed first');
    padInto(this.#inner, this.#outer, key);
  }

  /** Of the parts, joined. */
  of(...parts: readonly Uint8Array[]): Sha256Digest {
    const end = BLOCK_LENGTH + totalLength(parts);
    if (end > this.#inner.length) {
      const larger = new Uint8Array(2 * end);
      larger.set(this.#inner.subarray(0, BLOCK_LENGTH));
      this.#inner = larger;
    }
    setParts(this.#inner, BLOCK_LENGTH, parts);
    sha256Into(this.#outer, BLOCK_LENGTH, this.#inner.subarray(0, end));
    return fromBinary(hash('sha256', this.#outer, 'binary'));
  }
}

/** In hex at once. Text counts as its UTF-8 and must be well-formed. */
export function sha256Hex(data: Uint8Array | string): HexDigest {
  return hash('sha256', data, 'hex') as HexDigest;
}

export function hmacSha256Hex(key: Uint8Array, data: Uint8Array | string): HexDigest {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  return hmac(key, [bytes], 'hex') as HexDigest;
}

/** Joined in Node's buffer pool, which holds 4 KiB at most. */
const ONE_SHOT_LIMIT = 2048;
const BLOCK_LENGTH = 64;
const DIGEST_LENGTH = 32;

function hmac(key: Uint8Array, parts: readonly Uint8Array[], encoding: 'binary' | 'hex'): string {
  const length = totalLength(parts);
  if (key.length <= BLOCK_LENGTH && length <= ONE_SHOT_LIMIT)
    return shortHmac(key, parts, length, encoding);
  const digest = createHmac('sha256', key);
  for (const part of parts) digest.update(part);
  return digest.digest(encoding);
}

/** RFC 2104 §2: H(K ⊕ opad ‖ H(K ⊕ ipad ‖ text)). */
function shortHmac(
  key: Uint8Array,
  parts: readonly Uint8Array[],
  length: number,
  encoding: 'binary' | 'hex',
): string {
  const inner = joined(parts, BLOCK_LENGTH, length);
  const outer = Buffer.allocUnsafe(BLOCK_LENGTH + DIGEST_LENGTH);
  padInto(inner, outer, key);
  setBinary(outer, BLOCK_LENGTH, hash('sha256', inner, 'binary'));
  const digest = hash('sha256', outer, encoding);
  // The pool is shared: the key must not stay in it.
  for (let at = 0; at < BLOCK_LENGTH; at++) inner[at] = outer[at] = 0;
  return digest;
}

/** What both hashes begin with: the key, filled up with zeros, and ipad or opad. */
function padInto(inner: Uint8Array, outer: Uint8Array, key: Uint8Array): void {
  for (let at = 0; at < BLOCK_LENGTH; at++) {
    const byte = key[at] ?? 0;
    inner[at] = byte ^ 0x36;
    outer[at] = byte ^ 0x5c;
  }
}

/** The parts one after the other, behind `offset` and in `room` bytes whose content is undefined. */
function joined(parts: readonly Uint8Array[], offset: number, room: number): Buffer {
  const buffer = Buffer.allocUnsafe(offset + room);
  setParts(buffer, offset, parts);
  return buffer;
}

function setParts(target: Uint8Array, from: number, parts: readonly Uint8Array[]): void {
  let at = from;
  for (const part of parts) {
    target.set(part, at);
    at += part.length;
  }
}

function totalLength(parts: readonly Uint8Array[]): number {
  let length = 0;
  for (const part of parts) length += part.length;
  return length;
}

function fromBinary(digest: string): Sha256Digest {
  const bytes = new Uint8Array(DIGEST_LENGTH);
  setBinary(bytes, 0, digest);
  return bytes as Sha256Digest;
}

/** A loop: for 32 bytes it is faster than a call into Node. */
function setBinary(target: Uint8Array, offset: number, digest: string): void {
  for (let at = 0; at < DIGEST_LENGTH; at++) target[offset + at] = digest.charCodeAt(at);
}
