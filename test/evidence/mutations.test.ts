/**
 * Nothing altered passes. Seeded single-byte alterations of the example file in docs/formats/examples,
 * and named ones of files that are made anew: altered, put together from others, forged with all keys.
 *
 * `npm test` takes a fixed share. `SUITE=long` takes seeds 0 to 9,999; `SEEDS=from-to` any others, so that
 * a long run can be made in pieces and gone on with.
 */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { byteMutation } from './support/byte-mutations.js';
import { readExample } from './support/example.js';
import { type Case, namedCases, originals, trustOf } from './support/originals.js';
import { seedRange } from './support/seed-range.js';
import type { Originals } from './support/transplants.js';
import { judge, verdictOf } from './support/verdict.js';

let made: Originals;
let cases: Case[];

beforeAll(async () => {
  made = await originals();
  cases = await namedCases(made);
});

describe('what is not altered', () => {
  it('is verified by those who know the operator, every time it is made', () => {
    const { evidence, trust } = readExample();
    expect(verdictOf(evidence, trust)).toBe('verified');
    for (const built of [made.bank, made.other, made.stranger, made.unknown])
      expect(verdictOf(built.bytes, trustOf(built))).toBe('verified');
  });
});

describe('single-byte alterations', () => {
  const { from, to } = seedRange({ short: 300, long: 10_000 });

  it(`are flagged, seeds ${from} to ${to - 1}`, () => {
    const { evidence, trust } = readExample();
    const unflagged: string[] = [];
    for (let seed = from; seed < to; seed++) {
      const { bytes, what } = byteMutation(evidence, seed);
      const verdict = verdictOf(bytes, trust);
      if (verdict !== 'failed' && verdict !== 'unusable')
        unflagged.push(`seed ${seed}, ${what}: ${verdict}`);
    }
    expect(unflagged).toEqual([]);
  }, 600_000);
});

describe('named alterations and forgeries', () => {
  it('are many, and none is the file that it was made from', () => {
    expect(cases.length).toBeGreaterThan(150);
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    for (const { bytes } of cases) expect(Buffer.compare(bytes, made.bank.bytes)).not.toBe(0);
  });

  it('get the verdict that they must get, in the check that is there for it', () => {
    const wrong = cases.flatMap(({ name, expected, check, bytes, trust }) => {
      const { verdict, failing } = judge(bytes, trust);
      const isRight = verdict === expected && (check === undefined || failing.includes(check));
      return isRight ? [] : [`${name}: ${verdict} (${failing.join(', ')})`];
    });
    expect(wrong).toEqual([]);
  });
});
