import { describe, expect, it } from '@jest/globals';
import { toHex } from '../../src/base/bytes.js';
import { RandomPool, randomBytes } from '../../src/base/random.js';

describe('RandomPool', () => {
  it('never gives out the same bytes twice, across refills', () => {
    const pool = new RandomPool();
    const drawn = new Set<string>();
    for (let n = 0; n < 5000; n++) drawn.add(toHex(randomBytes(pool, 8 + (n % 40))));
    expect(drawn.size).toBe(5000);
  });

  it('fills all of a target, small, exactly the pool’s size, and larger', () => {
    const pool = new RandomPool();
    for (const length of [1, 4095, 4096, 4097, 100_000]) {
      const ends = new Set<number>();
      for (let n = 0; n < 20; n++) ends.add(randomBytes(pool, length)[length - 1] ?? -1);
      expect(ends.size).toBeGreaterThan(1);
    }
    expect(randomBytes(pool, 0)).toHaveLength(0);
  });
});
