import { describe, expect, it } from '@jest/globals';
import type { ApiError } from '../../src/api/api-error.js';
import { MinuteBudget } from '../../src/api/minute-budget.js';
import { FakeClock } from '../support/fake-clock.js';

function refusal(run: () => void): ApiError | null {
  try {
    run();
    return null;
  } catch (error) {
    return error as ApiError;
  }
}

function budgetOf(perMinute: number, clock: FakeClock): MinuteBudget {
  return new MinuteBudget({
    perMinute,
    clock,
    code: 'SEARCH_RATE_LIMITED',
    message: 'wait a while',
  });
}

describe('a budget of a minute', () => {
  it('is one of each account, for a minute from its first search, and says how long to wait', () => {
    const clock = new FakeClock();
    const budget = budgetOf(2, clock);
    const asked = (account: string): number | null =>
      refusal(() => {
        budget.take(account);
      })?.retryAfterSeconds ?? null;
    expect([asked('a'), asked('a'), asked('a'), asked('b')]).toEqual([null, null, 60, null]);
    clock.advance(59_001);
    expect([asked('a'), asked('c')]).toEqual([1, null]);
    clock.advance(999);
    expect([asked('a'), asked('b')]).toEqual([null, null]);
  });

  it('begins anew where the clock went back', () => {
    const clock = new FakeClock();
    const budget = budgetOf(1, clock);
    budget.take('a');
    clock.advance(-3_600_000);
    budget.take('a');
  });

  it('forgets accounts whose minute is over, however many there are', () => {
    const clock = new FakeClock();
    const budget = budgetOf(1, clock);
    for (let round = 0; round < 3; round++) {
      for (let n = 0; n < 2_000; n++) budget.take(`key ${n}`);
      expect(
        refusal(() => {
          budget.take('key 0');
        })?.code,
      ).toBe('SEARCH_RATE_LIMITED');
      clock.advance(60_000);
    }
  });
});
