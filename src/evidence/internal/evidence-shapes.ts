/** Shapes of an evidence file's members, each bounded before anything is decoded. */
import type { Sha256Digest } from '../../base/brand.js';
import { fromHex, sha256Digest } from '../../base/bytes.js';
import type { JsonValue } from '../../base/canonical-json.js';
import { arrayOf, base64Of, type Shape, textLike } from '../../base/json-members.js';

/** A tree of 2⁵³ leaves has no longer proof. */
export const MAX_PROOF_HASHES = 64;

export const ANY: Shape<JsonValue> = { what: 'a value', read: (value) => value };

export const HASH: Shape<Sha256Digest> = mapped(base64Of(32), sha256Digest);
export const PROOF: Shape<readonly Sha256Digest[]> = listOf(HASH, MAX_PROOF_HASHES);

/** The end of a path, a key and its value, and 256 siblings. */
export const MAP_PROOF = base64UpTo(67 + 256 * 32);

/** An array of `0…maximum` items. */
export function listOf<T>(item: Shape<T>, maximum: number): Shape<readonly T[]> {
  const items = arrayOf(item, maximum);
  return {
    what: `an array of up to ${maximum} items, each ${item.what}`,
    read: (value) => (Array.isArray(value) && value.length === 0 ? [] : items.read(value)),
  };
}

/** Base64 of 1…`maximum` bytes. */
export function base64UpTo(maximum: number): Shape<Uint8Array> {
  const bytes = base64Of();
  return {
    what: `base64 of 1 to ${maximum} bytes`,
    read: (value) => {
      if (typeof value !== 'string' || value.length > 4 * Math.ceil(maximum / 3)) return null;
      const read = bytes.read(value);
      return read === null || read.length === 0 || read.length > maximum ? null : read;
    },
  };
}

export function hexOf(length: number): Shape<Uint8Array> {
  const pattern = new RegExp(`^[0-9a-f]{${2 * length}}$`);
  return mapped(textLike(pattern, `lower-case hex of ${length} bytes`), (text) => fromHex(text));
}

export function textUpTo(maximum: number): Shape<string> {
  return {
    what: `text of 1 to ${maximum} characters`,
    read: (value) =>
      typeof value === 'string' && value.length > 0 && value.length <= maximum ? value : null,
  };
}

function mapped<A, B>(shape: Shape<A>, map: (value: A) => B): Shape<B> {
  return {
    what: shape.what,
    read: (value) => {
      const read = shape.read(value);
      return read === null ? null : map(read);
    },
  };
}
