/**
 * The list of the entries about one person, and its RFC 6962 tree (docs/formats/person-map.md). Here it
 * is of no matter who the person is: a list belongs to a tag.
 */
import type { LeafIndex, Sha256Digest, TreeSize } from '../base/brand.js';
import { concat, u64be } from '../base/bytes.js';
import { assert } from '../base/errors.js';
import { EMPTY_RANGE, appendLeaves, rootHash, type CompactRange } from './compact-range.js';
import { leafHash } from './merkle-hash.js';

/** An entry of the ledger, as it stands in a list. */
export interface ListItem {
  readonly index: LeafIndex;
  /** Of the entry's statement, in the ledger's tree. */
  readonly leafHash: Sha256Digest;
}

/** As much of a list as must be kept to append to it and to know its size and root: 32 bytes a bit of its size. */
export interface PersonList {
  /** Index of its last item; null of the empty list. */
  readonly last: LeafIndex | null;
  readonly range: CompactRange;
}

export const EMPTY_LIST: PersonList = { last: null, range: EMPTY_RANGE };

/** `u64 index ‖ leaf hash`: what is hashed into the list's tree. */
export function listLeafInput({ index, leafHash: entry }: ListItem): Uint8Array {
  return concat(u64be(index), entry);
}

/** SHA-256(00 ‖ index ‖ leaf hash). */
export function listLeafHash(item: ListItem): Sha256Digest {
  return leafHash(listLeafInput(item));
}

/** Items ascend by index. */
export function extendList(list: PersonList, items: readonly ListItem[]): PersonList {
  let { last } = list;
  for (const { index } of items) {
    assert(last === null || last < index, 'the items of a list ascend');
    last = index;
  }
  return { last, range: appendLeaves(list.range, items.map(listLeafHash)) };
}

export function listSize(list: PersonList): TreeSize {
  return list.range.size;
}

export function listRoot(list: PersonList): Sha256Digest {
  return rootHash(list.range);
}
