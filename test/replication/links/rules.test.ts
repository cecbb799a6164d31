/** What links decide by, without a socket. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { State } from 'protomux';
import type { UnixMillis } from '../../../src/base/brand.js';
import { BaseError } from '../../../src/base/errors.js';
import { RandomPool } from '../../../src/base/random.js';
import {
  type Dialled,
  HELLO,
  HELLO_FORMAT,
  isBetter,
} from '../../../src/replication/links/hello.js';
import { Pending } from '../../../src/replication/links/pending.js';
import { PING_CODEC, type PingMessage, RoundTrips } from '../../../src/replication/links/ping.js';
import { RateBudget } from '../../../src/replication/links/rate-budget.js';
import { Redial } from '../../../src/replication/links/redial.js';
import { FakeTimers } from '../../support/fake-timers.js';
import { linkKey } from './links-fixture.js';

describe('which of two links is kept', () => {
  const keys = [linkKey('a'), linkKey('b')];
  const dialled = fc.record({
    dialler: fc.constantFrom(...keys),
    dial: fc.integer({ min: 1, max: 3 }),
    run: fc.constant(Buffer.alloc(16, 1)),
  });

  it('does not depend on which of them came first, of one run of the peer', () => {
    fc.assert(
      fc.property(dialled, dialled, (one: Dialled, other: Dialled) => {
        if (one.dialler === other.dialler && one.dial === other.dial) return;
        expect(isBetter(one, other)).toBe(!isBetter(other, one));
      }),
    );
  });

  it('is the same of any number, in whatever order they come', () => {
    const best = (links: readonly Dialled[]): Dialled | undefined =>
      links.reduce<Dialled | undefined>(
        (standing, later) =>
          standing === undefined || isBetter(later, standing) ? later : standing,
        undefined,
      );
    fc.assert(
      fc.property(fc.array(dialled, { minLength: 1, maxLength: 6 }), (links) => {
        const [forth, back] = [best(links), best(links.toReversed())];
        expect([forth?.dialler, forth?.dial]).toEqual([back?.dialler, back?.dial]);
      }),
    );
  });

  it('is the later one where the peer has started anew, whatever else', () => {
    fc.assert(
      fc.property(dialled, dialled, (standing, later) => {
        expect(isBetter({ ...later, run: Buffer.alloc(16, 2) }, standing)).toBe(true);
      }),
    );
  });
});

describe('the hello', () => {
  const written = (bytes: Uint8Array): State => ({ buffer: bytes, start: 0, end: bytes.length });
  const hello = fc.record({
    format: fc.constant(HELLO_FORMAT),
    run: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    dial: fc.nat(0xffff_ffff),
  });

  it('is read as it was written, in the bytes that it announces', () => {
    fc.assert(
      fc.property(hello, (said) => {
        const state: State = { buffer: new Uint8Array(), start: 0, end: 0 };
        HELLO.preencode(state, said);
        state.buffer = new Uint8Array(state.end);
        HELLO.encode(state, said);
        expect(state.start).toBe(state.end);
        const read = HELLO.decode(written(state.buffer));
        expect([read.format, Buffer.from(read.run), read.dial]).toEqual([
          said.format,
          Buffer.from(said.run),
          said.dial,
        ]);
      }),
    );
  });

  it('is refused when anything is missing or too much, and read no further when it is newer', () => {
    const good = Buffer.alloc(21, HELLO_FORMAT);
    for (const bad of [
      good.subarray(0, 20),
      Buffer.alloc(22, 1),
      Buffer.alloc(21),
      Buffer.alloc(0),
    ])
      expect(() => HELLO.decode(written(bad))).toThrow(BaseError);
    expect(HELLO.decode(written(Buffer.from([HELLO_FORMAT + 1]))).format).toBe(HELLO_FORMAT + 1);
  });
});

describe('pings', () => {
  const message: fc.Arbitrary<PingMessage> = fc.oneof(
    fc.record({ kind: fc.constant('ping' as const), id: fc.nat(0xffff_ffff) }),
    fc.record({
      kind: fc.constant('pong' as const),
      id: fc.nat(0xffff_ffff),
      at: fc.maxSafeNat().map((at) => at as UnixMillis),
    }),
  );

  it('are read as they were written, and nothing else is', () => {
    fc.assert(
      fc.property(message, (said) => {
        expect(PING_CODEC.decode(PING_CODEC.encode(said))).toEqual(said);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 16 }), (bytes) => {
        let read: PingMessage;
        try {
          read = PING_CODEC.decode(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(BaseError);
          return;
        }
        expect(Buffer.from(PING_CODEC.encode(read))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('take the clock from the shortest of the last eight ways', () => {
    const trips = new RoundTrips();
    const wall = (at: number): UnixMillis => at as UnixMillis;
    const round = (at: number, millis: number, ahead: number): void => {
      const { id } = trips.begin(at, wall(at));
      expect(trips.answered(id, wall(at + ahead), at + millis)).toBe(true);
    };
    // All of a long way there: the clock seems ahead.
    round(0, 100, 1_100);
    expect(trips.newest).toEqual({ rttMillis: 100, offsetMillis: 1_050 });
    round(1_000, 10, 1_005);
    expect(trips.newest).toEqual({ rttMillis: 10, offsetMillis: 1_000 });
    for (let more = 0; more < 7; more++) round(2_000, 40, 1_040);
    expect(trips.newest).toEqual({ rttMillis: 40, offsetMillis: 1_000 });
    round(3_000, 40, 1_040);
    expect(trips.newest?.offsetMillis).toBe(1_020);
  });

  it('have one answer each', () => {
    const trips = new RoundTrips();
    const { id } = trips.begin(0, 0 as UnixMillis);
    expect(trips.answered(id + 1, 0 as UnixMillis, 1)).toBe(false);
    expect(trips.waitingSince).toBe(0);
    expect(trips.answered(id, 0 as UnixMillis, 1)).toBe(true);
    expect(trips.answered(id, 0 as UnixMillis, 1)).toBe(false);
    expect(trips.waitingSince).toBeNull();
  });
});

describe('a budget', () => {
  it('never gives more than its burst and what time has brought', () => {
    const takes = fc.array(fc.record({ wait: fc.nat(2_000), amount: fc.nat(30) }), {
      maxLength: 50,
    });
    fc.assert(
      fc.property(takes, (all) => {
        const budget = new RateBudget({ perSecond: 10, burst: 20 }, 0);
        let [now, taken] = [0, 0];
        for (const { wait, amount } of all) {
          now += wait;
          if (budget.take(amount, now)) taken += amount;
          expect(taken).toBeLessThanOrEqual(20 + (now * 10) / 1_000 + 1e-6);
        }
      }),
    );
  });

  it('takes nothing where it refuses', () => {
    const budget = new RateBudget({ perSecond: 1, burst: 5 }, 0);
    expect([
      budget.take(6, 0),
      budget.take(5, 0),
      budget.take(1, 500),
      budget.take(1, 1_000),
    ]).toEqual([false, true, false, true]);
  });
});

describe('dialling again', () => {
  function redial(outcome: () => Promise<void>): { timers: FakeTimers; again: Redial } {
    const timers = new FakeTimers();
    const limits = { firstRedialMillis: 100, longestRedialMillis: 1_000 };
    return {
      timers,
      again: new Redial({ dial: outcome, timers, limits, random: new RandomPool() }),
    };
  }

  it('waits for no shorter than a ban lasts', () => {
    const { timers, again } = redial(() => Promise.resolve());
    again.lost(true, 5_000);
    expect(timers.pauses).toEqual([5_000]);
  });

  it('does not dial while there is a link, nor when it is stopped', async () => {
    let dials = 0;
    const { timers, again } = redial(() => {
      dials++;
      return Promise.resolve();
    });
    again.start();
    again.linked();
    timers.advance(10_000);
    expect([dials, again.state]).toEqual([0, 'linked']);
    again.lost(true, 0);
    await again.stop();
    again.lost(false, 0);
    timers.advance(10_000);
    expect([dials, timers.pauses]).toEqual([0, []]);
  });

  it('pauses longer after links that did not last, and begins anew after a good one', () => {
    const { timers, again } = redial(() => Promise.resolve());
    for (let times = 0; times < 5; times++) again.lost(false, 0);
    expect(again.failures).toBe(5);
    expect(timers.pauses[0]).toBeGreaterThanOrEqual(500);
    again.lost(true, 0);
    expect(again.failures).toBe(0);
    expect(timers.pauses[0]).toBeLessThanOrEqual(100);
  });
});

describe('what is pending', () => {
  it('is destroyed when its time is over or all ends, and not when it was left', () => {
    const timers = new FakeTimers();
    const pending = new Pending(timers, 10);
    const gone: string[] = [];
    const target = (name: string): { destroy(): unknown } => ({ destroy: () => gone.push(name) });
    const kept = target('kept');
    pending.add(kept);
    pending.add(target('late'));
    pending.leave(kept);
    timers.advance(10);
    pending.add(target('closed'));
    pending.close();
    pending.add(target('too late'));
    expect(gone).toEqual(['late', 'closed', 'too late']);
    expect(timers.pauses).toEqual([]);
  });
});
