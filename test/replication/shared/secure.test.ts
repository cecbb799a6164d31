/** When the secrets of blocks that come in are asked for, and of which: a vault and a peer made by hand. */
import { describe, expect, it } from '@jest/globals';
import type { SharedSecret } from '../../../src/ledger/log-secrets.js';
import { RecordsError } from '../../../src/records/records-error.js';
import type { NodeId } from '../../../src/replication/protocol/term.js';
import { Securing } from '../../../src/replication/shared/secure.js';

const PEER = 'peer' as NodeId;

/** A vault that lacks what the blocks of these numbers rest on, each one secret of its own. */
function vault(...lacking: readonly number[]) {
  const left = new Set(lacking);
  const asked: [from: number, to: number][] = [];
  const looked: number[] = [];
  const refused = new Set<number>();
  const store = {
    head: { length: 0 },
    secrets: {
      adopt: (secrets: readonly SharedSecret[]) => {
        const taken = secrets.filter(({ rowId }) => left.delete(rowId[0] ?? -1));
        return Promise.resolve(taken.length);
      },
      hasOfBlock: (block: Uint8Array, number: number) => {
        looked.push(number);
        if (refused.has(number))
          return Promise.reject(new RecordsError('SEAL_REFUSED', 'of another place'));
        return Promise.resolve(!left.has(block[0] ?? -1));
      },
    },
  };
  const securing = new Securing({
    origin: 'log.example',
    store: store as never,
    sources: () => [PEER],
    secrets: {
      isLinked: () => true,
      ask: (_, { from, to }) => {
        asked.push([from, to]);
        const given = Array.from({ length: to - from }, (__, at) => ({
          rowId: Uint8Array.of(from + at),
        }));
        return Promise.resolve({ to, secrets: given as unknown as SharedSecret[] });
      },
    },
  });
  let stored = 0;
  const secure = async (length: number, fetched: Promise<void> = Promise.resolve()) => {
    const { signal } = new AbortController();
    const block = (number: number): Promise<Uint8Array> => Promise.resolve(Uint8Array.of(number));
    await securing.secure({ length, stored, fetched, block, signal });
    stored = length;
  };
  const cut = (length: number): void => {
    stored = length;
  };
  const carry = (length: number): void => {
    store.head.length = length;
  };
  return { asked, looked, left, refused, secure, cut, carry };
}

describe('secrets of blocks that come in', () => {
  it('are asked for once, though the blocks are not carried up yet', async () => {
    const one = vault(0, 1, 2, 3);
    for (const length of [2, 3, 4]) await one.secure(length);
    expect(one.asked).toEqual([
      [0, 2],
      [2, 3],
      [3, 4],
    ]);
    expect(one.left.size).toBe(0);
  });

  it('are asked for from the head of the store on, after a start', async () => {
    const one = vault(5);
    one.carry(4);
    await one.secure(6);
    expect(one.asked).toEqual([[4, 6]]);
  });

  it('are asked for again where other blocks lie now', async () => {
    const one = vault(0, 1, 2, 3);
    await one.secure(3);
    one.cut(1);
    for (const number of [1, 2]) one.left.add(number);
    await one.secure(3);
    expect(one.asked).toEqual([
      [0, 3],
      [1, 3],
    ]);
    expect([...one.left]).toEqual([3]);
  });

  it('are asked for beside the blocks, as long as these bring some', async () => {
    const one = vault(0);
    await one.secure(1, new Promise(() => undefined));
    expect([one.asked, one.looked]).toEqual([[[0, 1]], []]);
  });

  it('are not asked for where the last blocks brought none, and these lack none', async () => {
    const one = vault();
    await one.secure(1);
    for (const length of [2, 3, 4]) await one.secure(length);
    expect(one.asked).toEqual([[0, 1]]);
    expect(one.looked).toEqual([1, 2, 3]);
  });

  it('are asked for from the first block on that lacks one, and beside the next ones', async () => {
    const one = vault(3, 6);
    await one.secure(1);
    await one.secure(5);
    expect([one.asked.slice(1), one.looked]).toEqual([[[3, 5]], [1, 2, 3]]);
    await one.secure(7);
    expect([one.asked.slice(2), one.left.size]).toEqual([[[5, 7]], 0]);
  });

  it('are not looked for before the blocks are there', async () => {
    const one = vault(1);
    await one.secure(1);
    let come = (): void => undefined;
    const securing = one.secure(2, new Promise((resolve) => (come = resolve)));
    await new Promise((resolve) => setImmediate(resolve));
    expect(one.looked).toEqual([]);
    come();
    await securing;
    expect([one.looked, one.left.size]).toEqual([[1], 0]);
  });

  it('are asked for where a block cannot be opened: others find what is wrong with it', async () => {
    const one = vault();
    await one.secure(1);
    one.refused.add(1);
    await one.secure(2);
    expect(one.asked).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });
});
