/**
 * What one block adds to persons' lists and no map holds yet, as one row: a row an item would cost as much
 * as indexing it once more, only to be removed by the next map.
 */
import type { LeafIndex } from '../../base/brand.js';
import { ByteReader, ByteWriter } from '../../base/byte-codec.js';
import { sha256Digest } from '../../base/bytes.js';
import type { ListItem } from '../../tlog/person-list.js';

/** An item and whose list it belongs to. */
export interface UnmappedItem extends ListItem {
  /** 32 bytes. */
  readonly tag: Uint8Array;
}

const ITEM_BYTES = 32 + 8 + 32;

/** Of each item `tag[32] ‖ u64 index ‖ leaf hash[32]`. */
export function encodeUnmapped(items: readonly UnmappedItem[]): Uint8Array {
  const writer = new ByteWriter(ITEM_BYTES * items.length);
  for (const { tag, index, leafHash } of items) {
    writer.bytes(tag);
    writer.u64(index);
    writer.bytes(leafHash);
  }
  return writer.finish();
}

/** In the order of the entries. @throws BaseError BYTES_MALFORMED. */
export function decodeUnmapped(row: Uint8Array): UnmappedItem[] {
  const reader = new ByteReader(row);
  const items: UnmappedItem[] = [];
  while (reader.remaining > 0)
    items.push({
      tag: reader.bytes(32),
      index: reader.u64() as LeafIndex,
      leafHash: sha256Digest(reader.bytes(32)),
    });
  return items;
}
