import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LeafIndex, UnixMillis } from '../../src/base/brand.js';
import type { HexDigest } from '../../src/base/hex-digest.js';
import { stateOf, type Version } from '../../src/records/as-of-state.js';

const hex = (number: number): HexDigest => number.toString(16).padStart(64, '0') as HexDigest;
const at = (number: number): UnixMillis => number as UnixMillis;

/** A version in small numbers: record `index` has the leaf hash `index`. */
interface Small {
  readonly index: number;
  readonly thing?: number;
  readonly recordedAt?: number;
  readonly validFrom?: number;
  readonly validTo?: number;
  readonly retracts?: number;
}

function version(small: Small): Version {
  const { index, thing, validFrom, validTo, retracts } = small;
  return {
    index: index as LeafIndex,
    leafHash: hex(index),
    thing: hex(thing ?? 1_000 + index),
    hasKey: thing !== undefined,
    recordedAt: at(small.recordedAt ?? index),
    validFrom: validFrom === undefined ? null : at(validFrom),
    validTo: validTo === undefined ? null : at(validTo),
    retracts: retracts === undefined ? null : hex(retracts),
  };
}

function chosen(versions: readonly Small[], validAt?: number): number[] {
  const question = validAt === undefined ? {} : { validAt: at(validAt) };
  return stateOf(versions.map(version), question).map(({ index }) => index);
}

/** Things, times and targets so few that they meet. */
const history: fc.Arbitrary<Version[]> = fc
  .array(
    fc.record({
      thing: fc.option(fc.nat(2), { nil: undefined }),
      step: fc.nat(2),
      from: fc.option(fc.nat(12), { nil: undefined }),
      lasts: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
      retracts: fc.option(fc.nat(14), { nil: undefined }),
    }),
    { maxLength: 12 },
  )
  .map((drafts) => {
    let clock = 0;
    return drafts.map(({ thing, step, from, lasts, retracts }, index) => {
      clock += step;
      return version({
        index,
        recordedAt: clock,
        ...(thing !== undefined && { thing }),
        ...(from !== undefined && { validFrom: from }),
        ...(lasts !== undefined && { validTo: (from ?? clock) + lasts }),
        ...(retracts !== undefined && { retracts }),
      });
    });
  });

/** The rule as the page has it, thing for thing and sentence for sentence. */
function naive(versions: readonly Version[], validAt?: UnixMillis): number[] {
  const things = new Set(versions.map(({ thing }) => thing));
  const answer: number[] = [];
  for (const thing of things) {
    let own = versions.filter((one) => one.thing === thing);
    own = own.filter(
      (one) =>
        !versions.some(
          (other) =>
            other.index > one.index &&
            other.retracts === one.leafHash &&
            (other.hasKey ? other.thing === one.thing : true),
        ),
    );
    const from = (one: Version) => one.validFrom ?? one.recordedAt;
    if (validAt !== undefined) {
      own = own.filter((one) => from(one) <= validAt);
      own = own.filter((one) => one.validTo === null || validAt < one.validTo);
      const latest = Math.max(...own.map(from));
      own = own.filter((one) => from(one) === latest);
    }
    if (own.length > 0) answer.push(Math.max(...own.map(({ index }) => index)));
  }
  return answer.sort((a, b) => a - b);
}

describe('the state of a subject', () => {
  it('is what the rule says, in whatever order the versions come', () => {
    fc.assert(
      fc.property(history, fc.option(fc.nat(20), { nil: undefined }), (versions, validAt) => {
        const when = validAt === undefined ? undefined : at(validAt);
        const question = when === undefined ? {} : { validAt: when };
        const state = stateOf(versions, question).map(({ index }) => index as number);
        expect(state).toEqual(naive(versions, when));
        const reversed = stateOf(versions.toReversed(), question);
        expect(reversed.map(({ index }) => index as number)).toEqual(state);
      }),
      { numRuns: 2_000 },
    );
  });

  it('without a valid time is the version recorded last, whenever it is valid', () => {
    expect(
      chosen([
        { index: 1, thing: 1, validFrom: 90 },
        { index: 2, thing: 1, validFrom: 10 },
      ]),
    ).toEqual([2]);
    expect(
      chosen([
        { index: 1, thing: 1 },
        { index: 2, thing: 1, validFrom: 5, validTo: 6 },
      ]),
    ).toEqual([2]);
  });

  it('at a valid time is the version valid from latest, then the one recorded last', () => {
    const moves = [
      { index: 1, thing: 1, validFrom: 10 },
      { index: 2, thing: 1, validFrom: 30 },
      { index: 3, thing: 1, validFrom: 20 },
      { index: 4, thing: 1, validFrom: 20 },
    ];
    expect(chosen(moves, 9)).toEqual([]);
    expect(chosen(moves, 10)).toEqual([1]);
    expect(chosen(moves, 29)).toEqual([4]);
    expect(chosen(moves, 30)).toEqual([2]);
  });

  it('holds from the first instant of a valid time up to, and not with, its last', () => {
    const stay = [{ index: 1, thing: 1, validFrom: 10, validTo: 20 }];
    expect([9, 10, 19, 20].map((when) => chosen(stay, when).length)).toEqual([0, 1, 1, 0]);
  });

  it('counts a version that does not say from when as valid from when it was recorded', () => {
    const two = [
      { index: 1, thing: 1, validFrom: 10 },
      { index: 2, thing: 1, recordedAt: 15 },
    ];
    expect([14, 15].map((when) => chosen(two, when))).toEqual([[1], [2]]);
  });

  it('goes back to the version before when one is withdrawn, whatever becomes of the withdrawal', () => {
    const first = { index: 1, thing: 1 };
    const second = { index: 2, thing: 1 };
    const withdrawal = { index: 3, retracts: 2 };
    expect(chosen([first, second])).toEqual([2]);
    expect(chosen([first, second, withdrawal])).toEqual([1, 3]);
    expect(chosen([first, second, withdrawal, { index: 4, retracts: 3 }])).toEqual([1, 4]);
  });

  it('lets only a record without a key withdraw a version of another thing', () => {
    const other = { index: 1, thing: 1 };
    expect(chosen([other, { index: 2, thing: 2, retracts: 1 }])).toEqual([1, 2]);
    expect(chosen([other, { index: 2, thing: 1, retracts: 1 }])).toEqual([2]);
    expect(chosen([other, { index: 2, retracts: 1 }])).toEqual([2]);
  });

  it('takes no withdrawal of what was recorded later, or of itself', () => {
    expect(chosen([{ index: 1, retracts: 2 }, { index: 2 }])).toEqual([1, 2]);
    expect(chosen([{ index: 1, retracts: 1 }])).toEqual([1]);
  });
});
