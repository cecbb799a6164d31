/**
 * What an index holds in place of a search term: it finds what has the same term, and says nothing to
 * whoever lacks the key (docs/formats/schemas.md, "Search tags").
 */
import { ByteWriter } from '../base/byte-codec.js';
import { utf8 } from '../base/bytes.js';
import { assert } from '../base/errors.js';
import { hmacSha256 } from '../base/hash.js';
import type { FindableAs } from './schema-document.js';

export interface SearchField {
  readonly as: FindableAs;
  /** Whether the term is the whole value or one of its words: the two are never mixed up. */
  readonly part: 'whole' | 'word';
}

/** @param key 32 secret bytes. @returns 32 bytes. */
export function searchTag(key: Uint8Array, { as, part }: SearchField, term: string): Uint8Array {
  assert(key.length === 32, 'a key of search tags has 32 bytes');
  const bytes = utf8(term);
  const writer = new ByteWriter(LABEL.length + 64 + bytes.length);
  writer.bytes(LABEL);
  // Each with its length: no two fields and terms give the same bytes.
  for (const text of [as, part]) writer.bytes16(utf8(text));
  writer.bytes32(bytes);
  return hmacSha256(key, writer.finish());
}

/** 8 bytes that tell tags of this key from those of another, and nothing else. */
export function searchKeyId(key: Uint8Array): Uint8Array {
  return hmacSha256(key, ID_LABEL).slice(0, 8);
}

const LABEL = utf8('chirograph/search/1\0');
const ID_LABEL = utf8('chirograph/search/id/1\0');
