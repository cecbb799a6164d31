/** What is asked for ahead of what is checked: a log made by hand, which says what it was asked. */
import { describe, expect, it } from '@jest/globals';
import { Fetching } from '../../../src/replication/replica/fetching.js';
import type { LogCopy } from '../../../src/replication/replica/log-copy.js';

const LIMITS = { blocksAhead: 16, blocksAtOnce: 4, headsAhead: 1 } as const;
const { signal } = new AbortController();

function fetching(fails: () => boolean = () => false) {
  const asked: number[] = [];
  const walk = { length: 0 };
  const fetch = (to: number): Promise<void> => {
    asked.push(to);
    return fails() ? Promise.reject(new Error('no room')) : Promise.resolve();
  };
  const copy = { walk, log: { fetch } } as unknown as LogCopy;
  return { asked, walk, of: new Fetching(copy, LIMITS, undefined) };
}

describe('blocks of a followed log', () => {
  it('are asked for so many blocks ahead of what is checked, by halves', () => {
    const { asked, of, walk } = fetching();
    const seen: [walked: number, asked: readonly number[]][] = [];
    for (; walk.length < 40; walk.length = of.stepTo(40)) {
      of.ahead(40, signal);
      seen.push([walk.length, asked.splice(0)]);
    }
    expect(seen).toEqual([
      [0, [16]],
      [4, []],
      [8, [24]],
      [12, []],
      [16, [32]],
      [20, []],
      [24, [40]],
      ...[28, 32, 36].map((walked) => [walked, []]),
    ]);
  });

  it('are checked some at a time, and no more than there are', () => {
    const { of, walk } = fetching();
    expect([of.stepTo(100), of.stepTo(3)]).toEqual([4, 3]);
    walk.length = 98;
    expect(of.stepTo(100)).toBe(100);
  });

  it('are asked for again where asking failed, or others may lie there now', async () => {
    let fails = true;
    const { asked, of } = fetching(() => fails);
    of.ahead(100, signal);
    await Promise.resolve();
    fails = false;
    of.ahead(100, signal);
    of.ahead(100, signal);
    of.reset();
    of.ahead(100, signal);
    expect(asked).toEqual([16, 16, 16]);
  });
});
