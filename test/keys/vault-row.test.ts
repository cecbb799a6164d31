import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { utf8ToString } from '../../src/base/bytes.js';
import {
  ROW_ID_LENGTH,
  SECRET_LENGTH,
  unwrapInPlace,
  unwrapRow,
  type VaultKey,
  wrapInPlace,
  wrapRow,
} from '../../src/keys/internal/vault-row.js';
import { KeysError } from '../../src/keys/keys-error.js';
import { SeededRandom } from '../support/seeded-random.js';

const random = new SeededRandom('vault rows');
const bytes = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length });
const key: fc.Arbitrary<VaultKey> = fc.record({
  generation: fc.integer({ min: 1, max: 0xffff_ffff }),
  key: bytes(32),
});
const secret = fc.record({
  ref: fc.record({ rowId: bytes(ROW_ID_LENGTH), secret: bytes(SECRET_LENGTH) }),
  text: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }),
});

describe('a row that is opened and wrapped anew where it lies', () => {
  it('is the same secret under the new key, says nothing under the old one, and is as long', () => {
    fc.assert(
      fc.property(secret, key, key, (named, old, now) => {
        fc.pre(old.generation !== now.generation);
        const row = wrapRow(named, old, random);
        const { length } = row;
        const before = row.slice();
        const { rowId, scope } = unwrapInPlace(row, old);
        expect([rowId, utf8ToString(scope)]).toEqual([named.ref.rowId, named.text]);
        wrapInPlace(row, now, random);
        expect(row).toHaveLength(length);
        expect(unwrapRow(row, now)).toEqual(named);
        expect(() => unwrapRow(row, old)).toThrow(KeysError);
        // Each wrapping has a nonce of its own.
        expect(row.subarray(21, 45)).not.toEqual(before.subarray(21, 45));
        expect(row.subarray(45)).not.toEqual(before.subarray(45));
      }),
    );
  });

  it('is refused with one bit changed, cut, or of another generation, as it is when it is copied', () => {
    fc.assert(
      fc.property(secret, key, fc.nat(), fc.nat(), (named, old, bit, cut) => {
        const row = wrapRow(named, old, random);
        const at = bit % (8 * row.length);
        const changed = row.slice();
        changed[at >> 3] = (changed[at >> 3] ?? 0) ^ (1 << (at & 7));
        const other = { ...old, generation: (old.generation % 0xffff_ffff) + 1 };
        for (const open of [unwrapRow, unwrapInPlace]) {
          expect(() => open(changed.slice(), old)).toThrow(KeysError);
          expect(() => open(row.slice(0, cut % row.length), old)).toThrow(KeysError);
          expect(() => open(row.slice(), other)).toThrow(KeysError);
        }
      }),
    );
  });
});
