/**
 * Whoever judges altered files must be able to say each of the things it looks for.
 */
import { describe, expect, it } from '@jest/globals';
import { offences, type Trial } from './offences.js';

class Refusal extends Error {}

const BYTES = Buffer.from([1]);

/** Keeps this thread busy, in CPU time of the process. */
function compute(milliseconds: number): void {
  const since = process.cpuUsage();
  for (;;) {
    const { user, system } = process.cpuUsage(since);
    if (user + system > 1000 * milliseconds) return;
  }
}

function found(trial: Partial<Trial>): string[] {
  return offences([7], {
    alter: () => ({ bytes: BYTES, what: 'a byte' }),
    isTheSame: () => false,
    isTaken: () => false,
    refusal: Refusal,
    ...trial,
  });
}

describe('what altered files must not do', () => {
  it('is nothing where they are refused, in either way', () => {
    expect(found({})).toEqual([]);
    const raise = () => {
      throw new Refusal();
    };
    expect(found({ isTaken: raise })).toEqual([]);
  });

  it('is to pass', () => {
    expect(found({ isTaken: () => true })).toEqual(['seed 7 passes: a byte']);
    expect(found({ isTaken: () => 'with another name' })).toEqual([
      'seed 7 passes (with another name): a byte',
    ]);
  });

  it('is to raise what is no refusal', () => {
    const raise = () => {
      throw new TypeError('undefined');
    };
    expect(found({ isTaken: raise })).toEqual(['seed 7 raises TypeError: undefined: a byte']);
  });

  it('is to keep the thread busy for a second, whenever they are looked at', () => {
    const slow = () => {
      compute(1100);
      return false;
    };
    expect(found({ isTaken: slow })).toEqual(['seed 7 takes too long: a byte']);
    let times = 0;
    const slowAtFirst = () => {
      if (times === 0) compute(1100);
      times += 1;
      return false;
    };
    expect(found({ isTaken: slowAtFirst })).toEqual([]);
  });

  it('is not asked of what is the same', () => {
    expect(found({ isTheSame: () => true, isTaken: () => true })).toEqual([]);
  });
});
