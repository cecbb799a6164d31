/** A person's list as the newest map has it: enough to append to it, and its value in the map. */
import type { LeafIndex, Sha256Digest, TreeSize } from '../../base/brand.js';
import { ByteReader, ByteWriter } from '../../base/byte-codec.js';
import { sha256Digest } from '../../base/bytes.js';
import { listRoot, listSize, type PersonList } from '../../tlog/person-list.js';
import { mapValueOf } from '../../tlog/person-map.js';

/** `value[32] ‖ u64 last ‖ u64 size ‖ peaks`. */
export function encodeListRow(list: PersonList): { row: Uint8Array; value: Sha256Digest } {
  const value = mapValueOf(listSize(list), listRoot(list));
  const { size, peaks } = list.range;
  const writer = new ByteWriter(48 + 32 * peaks.length);
  writer.bytes(value);
  writer.u64(list.last ?? 0);
  writer.u64(size);
  for (const peak of peaks) writer.bytes(peak);
  return { row: writer.finish(), value };
}

/** @throws BaseError BYTES_MALFORMED. */
export function decodeListRow(row: Uint8Array): PersonList {
  const reader = new ByteReader(row);
  reader.bytes(32);
  const last = reader.u64() as LeafIndex;
  const size = reader.u64() as TreeSize;
  const peaks: Sha256Digest[] = [];
  while (reader.remaining > 0) peaks.push(sha256Digest(reader.bytes(32)));
  return { last, range: { size, peaks } };
}

/** What stands in the map for the list. */
export function mapValueIn(row: Uint8Array): Sha256Digest {
  return sha256Digest(row.subarray(0, 32));
}
