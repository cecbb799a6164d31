import { describe, expect, it } from '@jest/globals';
import type { ApiError } from '../../src/api/api-error.js';
import { SearchBudget } from '../../src/api/search-budget.js';
import { FakeClock } from '../support/fake-clock.js';

function refusal(run: () => void): ApiError | null {
  try {
    run();
    return null;
  } catch (error) {
    return error as ApiError;
  }
}

describe('the budget of searches', () => {
  it('is one of each key, for a minute from its first search, and says how long to wait', () => {
    const clock = new FakeClock();
    const budget = new SearchBudget(2, clock);
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

  it('forgets keys whose minute is over, however many there are', () => {
    const clock = new FakeClock();
    const budget = new SearchBudget(1, clock);
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
