import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  entryBundlePath,
  parseEntryBundlePath,
  parseTilePath,
  tilePath,
} from '../../src/tlog/tile-path.js';
import { TlogError } from '../../src/tlog/tlog-error.js';

const tile = fc.record({
  level: fc.nat(63),
  index: fc.oneof(fc.nat(2_000), fc.maxSafeNat()),
  width: fc.integer({ min: 1, max: 256 }),
});

describe('tile path', () => {
  it('is written as C2SP tlog-tiles says', () => {
    expect(tilePath({ level: 0, index: 0, width: 256 })).toBe('tile/0/000');
    expect(tilePath({ level: 0, index: 0, width: 255 })).toBe('tile/0/000.p/255');
    expect(tilePath({ level: 1, index: 1234067, width: 256 })).toBe('tile/1/x001/x234/067');
    expect(tilePath({ level: 15, index: 455667, width: 256 })).toBe('tile/15/x455/667');
    expect(tilePath({ level: 15, index: 123456789, width: 41 })).toBe('tile/15/x123/x456/789.p/41');
    expect(entryBundlePath({ index: 255, width: 253 })).toBe('tile/entries/255.p/253');
    expect(entryBundlePath({ index: 1000, width: 256 })).toBe('tile/entries/x001/000');
  });

  it('reads back what was written, for every tile', () => {
    fc.assert(
      fc.property(tile, ({ level, index, width }) => {
        expect(parseTilePath(tilePath({ level, index, width }))).toEqual({ level, index, width });
        const bundle = parseEntryBundlePath(entryBundlePath({ index, width }));
        expect(bundle).toEqual({ index, width });
      }),
    );
  });

  it.each([
    'tile/0/x001/x234/067.p/',
    'tile/0/x001/x234/067.p',
    'tile/0/x001/x234/',
    'tile/0/x001/x234',
    'tile/0/x001/',
    'tile/0/x001',
    'tile/1/x001/.p/abc',
    'tile/64/x001/002',
    'tile/-1/x001/002',
    'tile/abc/x001/002',
    'tile/8/001/002',
    'tile/8/x001/0002',
    'tile/8/x001/-002',
    'tile/8/x001/002.p/256',
    'tile/63/x999/x999/x999/x999/x999/x999/999.p/255',
    'tile/0/x999/x999/x999/x999/x999/999',
    'tile/0/x000/001',
    'tile/00/001',
    'tile/0/1',
    'tile/0/001.p/0',
    'tile/0/001.p/01',
    'tile/0/001.p/999',
    'tile/entries/001',
    'tile//001',
    'tile/0',
    'tile/0/',
    '/tile/0/001',
    'tile/0/001/',
    'tile/0/001\n',
    'tile/0/٠٠١',
    'tiles/0/001',
    '',
  ])('refuses %j', (path) => {
    expect(() => parseTilePath(path)).toThrow(TlogError);
  });

  it('keeps bundles and tiles apart', () => {
    expect(() => parseEntryBundlePath('tile/0/001')).toThrow(TlogError);
    expect(() => parseEntryBundlePath('tile/entries/1')).toThrow(TlogError);
  });

  it('refuses every text that would not be written', () => {
    fc.assert(
      fc.property(tile, fc.nat(), fc.string({ maxLength: 2 }), (id, place, text) => {
        const path = tilePath(id);
        const at = place % path.length;
        const changed = path.slice(0, at) + text + path.slice(at + 1);
        let written: string | undefined;
        try {
          written = tilePath(parseTilePath(changed));
        } catch (error) {
          expect(error).toBeInstanceOf(TlogError);
          return;
        }
        expect(written).toBe(changed);
      }),
      { numRuns: 1_000 },
    );
  });
});
