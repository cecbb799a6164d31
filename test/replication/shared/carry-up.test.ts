/** What is shown goes up, in which steps and how far; the store and the tail are lists here. */
import { expect, it } from '@jest/globals';
import type { LogKeys } from '../../../src/ledger/log-reader.js';
import { type CarryParts, carryUp } from '../../../src/replication/shared/carry-up.js';

const hex = (digit: string): string => digit.repeat(64);
const FIRST: LogKeys = { corePublicKey: hex('1'), verifierKey: 'first', ended: null };
const SECOND: LogKeys = { corePublicKey: hex('2'), verifierKey: 'second', ended: null };
const END = { length: 3, size: 3, rootHash: hex('3'), treeHash: hex('4'), signatures: [] };

interface Carried {
  readonly steps: string[];
  readonly length: number;
}

/** A tail of six blocks, with heads over 2 and 5 of them, and other keys from the fourth block on. */
async function carried(shown: number, own = 0): Promise<Carried> {
  const steps: string[] = [];
  let [length, keys]: [number, readonly LogKeys[]] = [0, [FIRST]];
  const parts = {
    store: {
      get head() {
        return { length };
      },
      get keys() {
        return keys;
      },
      ingest: (blocks: readonly Uint8Array[], end: unknown) => {
        length += blocks.length;
        const proof = typeof end === 'string' ? end : end === null ? 'nothing' : 'an end of keys';
        steps.push(`${blocks.length} up to ${length} with ${proof}`);
        return Promise.resolve();
      },
      changeKeys: (all: readonly LogKeys[], name: string | null) => {
        keys = all;
        steps.push(`${all.length} keys, the last are ${name ?? 'of another node'}`);
        return Promise.resolve();
      },
    },
    tail: {
      block: (number: number) => Promise.resolve(new Uint8Array([number])),
      headAt: (limit: number) => {
        const at = [5, 2].find((one) => one <= limit);
        return at === undefined ? null : { binding: { length: at }, note: `the head of ${at}` };
      },
      keep: (kept: number) => {
        steps.push(`keeps ${kept}`);
        return Promise.resolve();
      },
      place: { keys: [{ ...FIRST, ended: END }, SECOND] },
      view: { end: { length: 6 } },
    },
    shown: () => shown,
    keysName: (all: readonly LogKeys[]) => (all.length > 2 ? 'mine' : null),
    commitOwn: (at: number) => {
      if (at !== own) return Promise.resolve(false);
      length = at;
      steps.push(`commits its own of ${at}`);
      return Promise.resolve(true);
    },
  };
  await carryUp(parts as unknown as CarryParts);
  return { steps, length };
}

it('goes as far as is shown, and no further', async () => {
  expect(await carried(0)).toEqual({ length: 0, steps: ['keeps 0'] });
  expect(await carried(2)).toEqual({
    length: 2,
    steps: ['2 up to 2 with the head of 2', 'keeps 2'],
  });
});

it('waits for the head where what is shown ends before one', async () => {
  expect((await carried(1)).length).toBe(0);
});

it('goes over a change of keys, which comes before their first block', async () => {
  expect(await carried(5)).toEqual({
    length: 5,
    steps: [
      '3 up to 3 with an end of keys',
      '2 keys, the last are of another node',
      '2 up to 5 with the head of 5',
      'keeps 5',
    ],
  });
});

it('commits the block that this node made itself', async () => {
  expect((await carried(5, 4)).steps).toContain('commits its own of 4');
});
