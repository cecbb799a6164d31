import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fromHex, toHex, utf8ToString } from '../../src/base/bytes.js';
import { decodeEntryBundle, encodeEntryBundle } from '../../src/tlog/entry-bundle.js';
import { leafHash } from '../../src/tlog/merkle-hash.js';
import { parseEntryBundlePath, tilePath } from '../../src/tlog/tile-path.js';
import { TlogError } from '../../src/tlog/tlog-error.js';
import { present } from './naive-tree.js';
import { tesseraLog } from './vectors.js';

describe('entry bundle', () => {
  it('reads the bundles of another log, whose entries hash to its tiles', () => {
    const { tiles, entryBundles } = tesseraLog;
    for (const [path, hex] of Object.entries(entryBundles)) {
      const { index, width } = parseEntryBundlePath(path);
      const entries = decodeEntryBundle(fromHex(hex), width);
      const tile = present(tiles[tilePath({ level: 0, index, width })]);
      expect(entries.map((entry) => toHex(leafHash(entry))).join('')).toBe(tile);
      expect(toHex(encodeEntryBundle(entries))).toBe(hex);
      expect(utf8ToString(present(entries[0]))).toBe('one');
    }
  });

  it('gives back the entries, and refuses the bytes for any other number of them', () => {
    const entries = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 256 });
    fc.assert(
      fc.property(entries, fc.integer({ min: 1, max: 256 }), (list, width) => {
        const bytes = encodeEntryBundle(list);
        expect(decodeEntryBundle(bytes, list.length)).toEqual(list);
        if (width !== list.length) expect(() => decodeEntryBundle(bytes, width)).toThrow(TlogError);
      }),
    );
  });

  it('refuses cut and lengthened bundles', () => {
    const bytes = encodeEntryBundle([Uint8Array.of(1, 2, 3), new Uint8Array(300), Uint8Array.of()]);
    for (let length = 0; length < bytes.length; length++)
      expect(() => decodeEntryBundle(bytes.subarray(0, length), 3)).toThrow(TlogError);
    expect(() => decodeEntryBundle(Uint8Array.of(...bytes, 0), 3)).toThrow(TlogError);
  });

  it('holds entries of up to 65,535 bytes, at most 256', () => {
    const largest = new Uint8Array(65_535);
    expect(decodeEntryBundle(encodeEntryBundle([largest]), 1)).toEqual([largest]);
    expect(() => encodeEntryBundle([new Uint8Array(65_536)])).toThrow('assertion failed');
    expect(() => encodeEntryBundle([])).toThrow('assertion failed');
    expect(() => encodeEntryBundle(Array(257).fill(largest.subarray(0, 1)))).toThrow(
      'assertion failed',
    );
  });
});
