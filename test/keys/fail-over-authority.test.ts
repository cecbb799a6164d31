import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { UnixMillis } from '../../src/base/brand.js';
import { RandomPool } from '../../src/base/random.js';
import { createDevelopmentAuthority } from '../../src/keys/development-authority.js';
import { developmentTimeStamps } from '../../src/keys/development-time-stamps.js';
import { type AuthorityHealth, FailOverAuthority } from '../../src/keys/fail-over-authority.js';
import { OutboundError } from '../../src/keys/outbound-error.js';
import type { RequestBudget, TimeStampAuthority } from '../../src/keys/time-stamp-authority.js';
import { usedUp } from '../../src/keys/time-stamp-counts.js';
import { TimeStampError } from '../../src/keys/time-stamp-error.js';
import { rejection } from '../support/errors.js';
import { FakeClock } from '../support/fake-clock.js';

const random = new RandomPool();
const material = createDevelopmentAuthority({
  at: new FakeClock(Date.UTC(2026, 9, 1)).now(),
  random: (length) => new Uint8Array(length).map(() => Math.random() * 256),
});
const imprint = {
  digest: 'sha256' as const,
  hash: new Uint8Array(createHash('sha256').update('x').digest()),
};

/** An authority that stamps for real, until it is told why it should not. */
class Moody implements TimeStampAuthority {
  readonly name: string;
  readonly #inner: TimeStampAuthority;
  readonly #asked: string[];
  mood: Error | null = null;
  /** Requests that are left until then. */
  left: { count: number; until: UnixMillis } | null = null;

  constructor(name: string, clock: FakeClock, asked: string[]) {
    this.name = name;
    this.#asked = asked;
    this.#inner = developmentTimeStamps(material, { clock, random });
  }

  get budget(): RequestBudget {
    const remaining = (): ReturnType<RequestBudget['remaining']> => {
      const { count, until } = this.left ?? { count: Infinity, until: null };
      return { left: count, usedUpUntil: count === 0 ? until : null };
    };
    return {
      remaining,
      take: () => {
        const { usedUpUntil } = remaining();
        if (usedUpUntil !== null) return Promise.reject(usedUp(usedUpUntil));
        if (this.left !== null) this.left.count--;
        return Promise.resolve();
      },
    };
  }

  async stamp(what: typeof imprint): ReturnType<TimeStampAuthority['stamp']> {
    this.#asked.push(this.name);
    if (this.mood !== null) throw this.mood;
    return this.#inner.stamp(what);
  }
}

function setUp(): {
  clock: FakeClock;
  asked: string[];
  a: Moody;
  b: Moody;
  both: FailOverAuthority;
  attempts: AuthorityHealth[];
} {
  const clock = new FakeClock();
  const asked: string[] = [];
  const [a, b] = [new Moody('a', clock, asked), new Moody('b', clock, asked)];
  const attempts: AuthorityHealth[] = [];
  const onAttempt = (health: AuthorityHealth): number => attempts.push(health);
  const both = new FailOverAuthority({ authorities: [a, b], clock, onAttempt });
  return { clock, asked, a, b, both, attempts };
}

const DOWN = new OutboundError('OUTBOUND_TIMEOUT', 'slow');

describe('several time-stamp authorities', () => {
  it('are asked in their order, and the first that answers is enough', async () => {
    const { asked, both, attempts, clock } = setUp();
    await both.stamp(imprint);
    expect(asked).toEqual(['a']);
    expect(attempts).toEqual([both.health()[0]]);
    expect(both.health()).toEqual([
      {
        name: 'a',
        stamped: 1,
        failed: 0,
        lastSuccessAt: clock.now(),
        lastFailure: null,
        skewMillis: 0,
        coolsUntil: null,
        requestsLeft: Infinity,
        usedUpUntil: null,
      },
      expect.objectContaining({ name: 'b', stamped: 0, skewMillis: null }),
    ]);
  });

  it('stand in for one that fails, which is left alone for longer each time', async () => {
    const { clock, asked, a, both } = setUp();
    a.mood = DOWN;
    for (const pause of [30_000, 60_000, 120_000, 240_000, 480_000, 900_000, 900_000]) {
      asked.length = 0;
      await both.stamp(imprint);
      expect(asked).toEqual(['a', 'b']);
      expect(both.health()[0]?.lastFailure?.code).toBe('OUTBOUND_TIMEOUT');
      clock.advance(pause - 1);
      await both.stamp(imprint);
      expect(asked).toEqual(['a', 'b', 'b']);
      clock.advance(1);
    }
    a.mood = null;
    asked.length = 0;
    await both.stamp(imprint);
    await both.stamp(imprint);
    expect(asked).toEqual(['a', 'a']);
    expect(both.health()[0]).toMatchObject({ failed: 7, stamped: 2, coolsUntil: null });
  });

  it('are all asked before there is none, and it is said why each gave none', async () => {
    const { asked, a, b, both, clock } = setUp();
    a.mood = DOWN;
    b.mood = new TimeStampError('TIME_STAMP_REJECTED', 'no');
    const error = await rejection(both.stamp(imprint));
    expect(error.code).toBe('TIME_STAMP_UNAVAILABLE');
    expect(error.message).toContain('(a: OUTBOUND_TIMEOUT, b: TIME_STAMP_REJECTED)');
    expect(error.cause).toBe(DOWN);
    clock.advance(10);
    a.mood = null;
    await both.stamp(imprint);
    expect(asked).toEqual(['a', 'b', 'a']);
  });

  it('are asked in their order again where the clock went back', async () => {
    const { clock, asked, a, both } = setUp();
    a.mood = DOWN;
    await both.stamp(imprint);
    clock.advance(-3_600_000);
    a.mood = null;
    await both.stamp(imprint);
    expect(asked).toEqual(['a', 'b', 'a']);
  });

  it('are blamed neither for being called off nor for a mistake of ours', async () => {
    const { asked, a, both } = setUp();
    const controller = new AbortController();
    controller.abort();
    a.mood = new OutboundError('OUTBOUND_CANCELLED', 'stop');
    const { signal } = controller;
    expect((await rejection(both.stamp(imprint, { signal }))).code).toBe('OUTBOUND_CANCELLED');
    expect(both.health()[0]).toMatchObject({ failed: 0, coolsUntil: null });
    a.mood = new RangeError('a bug');
    await expect(both.stamp(imprint)).rejects.toThrow(RangeError);
    expect(asked).toEqual(['a', 'a']);
  });

  it('are not asked beyond their budget, and are not blamed for it', async () => {
    const { asked, a, both, clock } = setUp();
    const until = (clock.now() + 3_600_000) as UnixMillis;
    a.left = { count: 1, until };
    await both.stamp(imprint);
    expect(both.health()[0]).toMatchObject({ requestsLeft: 0, usedUpUntil: until });
    await both.stamp(imprint);
    expect(asked).toEqual(['a', 'b']);
    expect(both.health()[0]).toMatchObject({ failed: 0, lastFailure: null, coolsUntil: null });
  });

  it('say when there is more if budgets are all that is in the way', async () => {
    const { asked, a, b, both, clock } = setUp();
    const soon = (clock.now() + 60_000) as UnixMillis;
    a.left = { count: 0, until: (clock.now() + 3_600_000) as UnixMillis };
    b.left = { count: 0, until: soon };
    const error = await rejection(both.stamp(imprint));
    expect(error).toMatchObject({ code: 'TIME_STAMP_BUDGET_USED', until: soon });
    expect(error.message).toContain('the budget of a, b is used up');
    expect(asked).toEqual([]);
    // It may be well before then.
    b.left = null;
    b.mood = DOWN;
    const other = await rejection(both.stamp(imprint));
    expect(other).toMatchObject({ code: 'TIME_STAMP_UNAVAILABLE', until: null });
    expect(other.message).toContain('(a: TIME_STAMP_BUDGET_USED, b: OUTBOUND_TIMEOUT)');
  });

  it('show how far their clocks are from ours', async () => {
    const clock = new FakeClock();
    const ahead = new FakeClock(clock.now() + 2_500);
    const authorities = [new Moody('ahead', ahead, [])];
    const one = new FailOverAuthority({ authorities, clock });
    await one.stamp(imprint);
    expect(one.health()[0]?.skewMillis).toBe(2_500);
  });
});
