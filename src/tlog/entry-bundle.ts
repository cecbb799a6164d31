/** Entry bundles: the entries under one tile of leaf hashes, as they are served (C2SP tlog-tiles, "Log entries"). */
import { ByteReader, ByteWriter } from '../base/byte-codec.js';
import { assert } from '../base/errors.js';
import { TILE_WIDTH } from './tile.js';
import { refusedAs } from './tlog-error.js';

const CODE = 'ENTRY_BUNDLE_MALFORMED';

/** `u16 length ‖ entry` for each of 1…256 entries of at most 65,535 bytes. */
export function encodeEntryBundle(entries: readonly Uint8Array[]): Uint8Array {
  assert(entries.length >= 1 && entries.length <= TILE_WIDTH, 'a bundle holds 1…256 entries');
  const writer = new ByteWriter(entries.reduce((length, entry) => length + 2 + entry.length, 0));
  for (const entry of entries) writer.bytes16(entry);
  return writer.finish();
}

/**
 * Exactly `width` entries, as views of `bytes`. Does not check that they hash to the tile.
 *
 * @throws TlogError ENTRY_BUNDLE_MALFORMED for fewer or more entries, or cut ones.
 */
export function decodeEntryBundle(bytes: Uint8Array, width: number): Uint8Array[] {
  assert(Number.isInteger(width) && width >= 1 && width <= TILE_WIDTH, 'a tile is 1…256 wide');
  return refusedAs(CODE, `not a bundle of ${width} entries`, () => {
    const reader = new ByteReader(bytes);
    const entries = Array.from({ length: width }, () => reader.bytes16());
    reader.end();
    return entries;
  });
}
