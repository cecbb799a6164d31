/** Against a plain `Map` of the same records. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toHex, u64be } from '../../src/base/bytes.js';
import { sha256 } from '../../src/base/hash.js';
import { RecordTable } from '../../src/base/record-table.js';

const KEY = 9;
const RECORD = 12;
/** Few keys, some of which differ in what is not hashed alone. */
const key = fc.tuple(fc.nat(3), fc.nat(40), fc.nat(2)).map(([first, middle, last]) => {
  return Uint8Array.of(first, 0, 0, 0, middle, 0, 0, 0, last);
});
const value = fc.uint8Array({ minLength: RECORD - KEY, maxLength: RECORD - KEY });

describe('RecordTable', () => {
  it('has what was put last under each key, in the order in which the keys came', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(key, value), { maxLength: 200 }), key, (puts, stranger) => {
        const table = new RecordTable(KEY, RECORD);
        const model = new Map<string, string>();
        for (const [name, rest] of puts) {
          // Behind something else, as a record in a row of them is.
          table.put(Buffer.concat([Buffer.of(1, 2), name, rest]), 2);
          model.set(toHex(name), toHex(rest));
        }
        expect(table.size).toBe(model.size);
        const wanted = [...model].map(([name, rest]) => name + rest);
        expect([...table.records()].map(toHex)).toEqual(wanted);
        expect(toHex(table.joined())).toBe(wanted.join(''));
        const slot = table.find(stranger);
        expect(slot !== 0).toBe(model.has(toHex(stranger)));
        if (slot !== 0) expect(toHex(table.at(slot).subarray(0, KEY))).toBe(toHex(stranger));
      }),
    );
  });

  it('finds each of more than a page of them, and adds none twice', () => {
    const table = new RecordTable(KEY, RECORD);
    const keys = Array.from({ length: 5000 }, (_, at) => sha256(u64be(at)).subarray(0, KEY));
    const slots = keys.map((one) => table.findOrAdd(one));
    expect(slots).toEqual(keys.map((_, at) => at + 1));
    expect(keys.map((one) => table.find(one))).toEqual(slots);
    expect(keys.map((one) => table.findOrAdd(one))).toEqual(slots);
    expect(table.size).toBe(5000);
  });

  it('begins a record with zeros, whatever the memory held before', () => {
    const table = new RecordTable(KEY, 4096);
    for (let at = 0; at < 64; at++) {
      const record = table.at(table.findOrAdd(sha256(u64be(at)).subarray(0, KEY)));
      expect(record.subarray(KEY).every((byte) => byte === 0)).toBe(true);
    }
  });

  it('takes no record that does not begin with a key of 8 bytes or more', () => {
    expect(() => new RecordTable(7, 12)).toThrow('begins with its key');
    expect(() => new RecordTable(8, 7)).toThrow('begins with its key');
  });
});
