/** Maps at every epoch, against the same changes applied to a plain map. */
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { MapHistory } from '../../src/anchoring/internal/map-history.js';
import { toHex } from '../../src/base/bytes.js';
import { type Row, RowDb } from '../../src/ledger/row-db.js';
import { SeededChoice } from '../support/seeded-choice.js';
import { inTempDir } from './fixture.js';

const KIND = { changes: 2, whole: 3, itemBytes: 10 };
const [ONE, OTHER] = ['00'.repeat(8), `${'00'.repeat(7)}01`];

/** Handle, 8 bytes, and what is there of it. */
const itemOf = (handle: number, value: number): Uint8Array =>
  Buffer.from([0, 0, 0, 0, 0, 0, handle >> 8, handle & 255, value >> 8, value & 255]);

const joined = (items: Iterable<Uint8Array>): Uint8Array => Buffer.concat([...items]);

const plain = (items: Iterable<Uint8Array>): string[] => [...items].map(toHex).sort();

describe('the history of a map', () => {
  it('gives the map of each epoch, with few rows to read, also when it is opened again', () =>
    inTempDir(async (directory) => {
      const db = await RowDb.open(join(directory, 'rows'));
      const choice = new SeededChoice('map history');
      let history = new MapHistory(db, KIND);
      const model = new Map([ONE, OTHER].map((map) => [map, new Map<string, Uint8Array>()]));
      const seen: { map: string; epoch: number; items: string[] }[] = [];
      let [rows, whole] = [0, 0];
      for (let epoch = 1; epoch <= 120; epoch++) {
        for (const [map, all] of model) {
          const isWhole = choice.below(40) === 0;
          const count = choice.below(4) === 0 ? 0 : 1 + choice.below(30);
          const items = new Map(
            Array.from({ length: count }, () => {
              const item = itemOf(choice.below(map === ONE ? 20 : 400), epoch);
              return [toHex(item.subarray(0, 8)), item];
            }),
          );
          if (isWhole) all.clear();
          for (const [handle, item] of items) all.set(handle, item);
          if (items.size > 0 || isWhole) {
            // Now and then there is no room for what is due: it comes later.
            const when = isWhole ? 'these' : choice.below(3) === 0 ? 'later' : 'when-due';
            const put: Row[] = await history.rows(map, epoch, joined(items.values()), when);
            await db.write({ put });
            rows += put.length;
            if (!isWhole) whole += put.filter(([key]) => key[0] === KIND.whole).length;
          }
          seen.push({ map, epoch, items: plain(all.values()) });
        }
        if (choice.below(10) === 0) history = new MapHistory(db, KIND);
      }
      for (const { map, epoch, items } of seen)
        expect([map, epoch, plain((await history.at(map, epoch)).records())]).toEqual([
          map,
          epoch,
          items,
        ]);
      // Whole ones are written unasked, and far fewer of them than changes.
      expect(whole).toBeGreaterThan(0);
      expect(whole).toBeLessThan(rows / 5);
      expect(plain((await history.at('ff'.repeat(8), 120)).records())).toEqual([]);
      await db.close();
    }));

  it('writes a whole map no sooner than there is room for it, and then at once', () =>
    inTempDir(async (directory) => {
      const db = await RowDb.open(join(directory, 'rows'), { isFrugal: true });
      const history = new MapHistory(db, KIND);
      const change = async (epoch: number, when: 'later' | 'when-due'): Promise<number> => {
        const items = joined(Array.from({ length: 100 }, (_, at) => itemOf(at, epoch)));
        const put = await history.rows(ONE, epoch, items, when);
        await db.write({ put });
        return put.filter(([key]) => key[0] === KIND.whole).length;
      };
      for (let epoch = 1; epoch <= 9; epoch++) expect(await change(epoch, 'later')).toBe(0);
      expect(await change(10, 'when-due')).toBe(1);
      expect(await change(11, 'when-due')).toBe(0);
      for (const epoch of [9, 10, 11])
        expect(plain((await history.at(ONE, epoch)).records())).toEqual(
          plain(Array.from({ length: 100 }, (_, at) => itemOf(at, epoch))),
        );
      await db.close();
    }));

  it('has a map of many items in several rows', () =>
    inTempDir(async (directory) => {
      const db = await RowDb.open(join(directory, 'rows'));
      const history = new MapHistory(db, KIND);
      const items = Array.from({ length: 20_000 }, (_, at) => itemOf(at, 1));
      const put = await history.rows(ONE, 1, joined(items), 'these');
      expect(put.length).toBe(3);
      await db.write({ put });
      expect((await history.at(ONE, 1)).size).toBe(20_000);
      expect((await history.at(ONE, 0)).size).toBe(0);
      await db.close();
    }));
});
