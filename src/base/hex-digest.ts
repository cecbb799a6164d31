/** 32 bytes as 64 lower-case hex digits: how digests, tags and commitments stand in JSON. */
import type { Brand } from './brand.js';
import { asBuffer, toHex } from './bytes.js';
import { BaseError } from './errors.js';

export type HexDigest = Brand<string, 'HexDigest'>;

const HEX_DIGEST = /^[0-9a-f]{64}$/;

export function isHexDigest(text: string): text is HexDigest {
  return HEX_DIGEST.test(text);
}

/** @throws BaseError BYTES_MALFORMED unless 64 lower-case hex digits. */
export function hexDigest(text: string): HexDigest {
  if (!isHexDigest(text)) throw new BaseError('BYTES_MALFORMED', 'not 64 lower-case hex digits');
  return text;
}

/** @throws BaseError BYTES_MALFORMED unless exactly 32 bytes. */
export function digestToHex(bytes: Uint8Array): HexDigest {
  return hexDigest(toHex(bytes));
}

/** Writes the 32 bytes into `target` at `offset`, without an array in between. */
export function writeHexDigest(target: Uint8Array, offset: number, digest: HexDigest): void {
  asBuffer(target).write(digest, offset, 32, 'hex');
}

export function digestFromHex(digest: HexDigest): Uint8Array {
  const bytes = new Uint8Array(32);
  writeHexDigest(bytes, 0, digest);
  return bytes;
}
