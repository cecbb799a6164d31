/** When a month falls due: examples from the laws, and everything else against arithmetic done another way. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { UnixMillis } from '../../src/base/brand.js';
import {
  type CalendarPeriod,
  dateAt,
  datePlus,
  instantAfter,
  type TimeZoneName,
} from '../../src/base/calendar.js';
import { monthBounds } from '../../src/base/secret-scope.js';
import { formatInstant, parseInstant } from '../../src/base/time.js';
import { type ClockEvent, type ClockFacts, NO_FACTS } from '../../src/retention/clock.js';
import { type Due, dueOf, extendedUntil } from '../../src/retention/due.js';
import type { ClassPolicy, PolicyVersion, RetentionClock } from '../../src/retention/policy.js';
import { ANNA, BEGAN, ENDED, instant, month, period, policies, zone } from './arbitraries.js';
import { addedTo, firstAfter, shownDate } from './calendar-model.js';

const VIENNA = 'Europe/Vienna' as TimeZoneName;
const RECORDED: RetentionClock = { kind: 'recorded' };
const ON_END: RetentionClock = { kind: 'event', type: ENDED };
const FAR = parseInstant('2099-01-01T00:00:00.000Z');

function version(setAt: string, classes: Record<string, ClassPolicy>, number = 1): PolicyVersion {
  return { version: number, setAt: parseInstant(setAt), setBy: ANNA, classes, types: {} };
}

const policy = (clock: RetentionClock, years: number): ClassPolicy => ({
  basis: 'a law',
  period: { years },
  clock,
});

const at = (text: string): UnixMillis => parseInstant(text);
const event = (type: string, text: string): ClockEvent => ({ type, at: at(text) });
const facts = (...events: ClockEvent[]): ClockFacts => ({ events, unreadable: [] });

function due(
  versions: readonly PolicyVersion[],
  when: string,
  known: ClockFacts = NO_FACTS,
  asked = FAR,
  where = VIENNA,
): Due {
  return dueOf(versions, { class: 'kyc', month: when }, { zone: where, facts: known, at: asked });
}

function dueAt(...args: Parameters<typeof due>): string {
  const found = due(...args);
  if (found.kind !== 'dated') return found.kind === 'waiting' ? found.why : found.kind;
  return found.dueAt === null ? 'never' : formatInstant(found.dueAt);
}

describe('a clock', () => {
  it('of recording runs from the end of the month, in the calendar of the legal time zone', () => {
    const versions = [version('2020-01-01T00:00:00.000Z', { kyc: policy(RECORDED, 5) })];
    // What was recorded in the last hour of November (UTC) was recorded on 1 December in Vienna.
    expect(dueAt(versions, '2026-11')).toBe('2031-12-01T23:00:00.000Z');
    expect(dueAt(versions, '2026-11', NO_FACTS, FAR, 'UTC' as TimeZoneName)).toBe(
      '2031-12-01T00:00:00.000Z',
    );
    // Clocks go forward in between.
    expect(dueAt(versions, '2026-03')).toBe('2031-04-01T22:00:00.000Z');
  });

  it('of an event runs from its date, whose last day counts in full', () => {
    const versions = [version('2020-01-01T00:00:00.000Z', { kyc: policy(ON_END, 5) })];
    const ended = facts(event(ENDED, '2026-03-15T09:00:00.000Z'));
    for (const when of ['2020-05', '2026-02', '2026-03'])
      expect(dueAt(versions, when, ended)).toBe('2031-03-15T23:00:00.000Z');
    // What came later is kept from then on: it may be of another relationship.
    expect(dueAt(versions, '2026-04', ended)).toBe('2031-05-01T22:00:00.000Z');
    // The end of 29 February, five years later.
    const leap = facts(event(ENDED, '2028-02-29T09:00:00.000Z'));
    expect(dueAt(versions, '2028-02', leap)).toBe('2033-02-28T23:00:00.000Z');
  });

  it('of an event counts the latest one', () => {
    const versions = [version('2020-01-01T00:00:00.000Z', { kyc: policy(ON_END, 5) })];
    const twice = facts(
      event(ENDED, '2027-01-01T09:00:00.000Z'),
      event(ENDED, '2026-03-15T09:00:00.000Z'),
      event('test.Other', '2029-03-15T09:00:00.000Z'),
    );
    expect(dueAt(versions, '2026-01', twice)).toBe('2032-01-01T23:00:00.000Z');
  });

  it('does not run without an event, with one in the future, one that cannot be read, or one that is over', () => {
    const stoppable = { kind: 'event', type: ENDED, stoppedBy: BEGAN } as const;
    const versions = [version('2020-01-01T00:00:00.000Z', { kyc: policy(stoppable, 5) })];
    const ended = event(ENDED, '2026-03-15T09:00:00.000Z');
    expect(dueAt(versions, '2026-01')).toBe('no-event');
    expect(dueAt(versions, '2026-01', facts(ended), at('2026-03-15T08:59:59.999Z'))).toBe(
      'event-in-future',
    );
    expect(dueAt(versions, '2026-01', facts(ended), at('2026-03-15T09:00:00.000Z'))).toBe(
      '2031-03-15T23:00:00.000Z',
    );
    for (const unreadable of [[ENDED], [BEGAN]])
      expect(dueAt(versions, '2026-01', { events: [ended], unreadable })).toBe('event-unreadable');
    expect(dueAt(versions, '2026-01', { events: [ended], unreadable: ['test.Other'] })).toBe(
      '2031-03-15T23:00:00.000Z',
    );
    expect(dueAt(versions, '2026-01', facts(ended, event(BEGAN, '2028-03-15T09:00:00.000Z')))).toBe(
      'stopped',
    );
    expect(dueAt(versions, '2026-01', facts(ended, event(BEGAN, '2020-03-15T09:00:00.000Z')))).toBe(
      '2031-03-15T23:00:00.000Z',
    );
  });
});

describe('what was written before a change of the policies', () => {
  const long = version('2020-01-01T00:00:00.000Z', { kyc: policy(RECORDED, 7) });
  const short = version('2026-06-15T00:00:00.000Z', { kyc: policy(RECORDED, 1) }, 2);
  const gone = version('2027-06-15T00:00:00.000Z', {}, 3);

  it('is kept as long as the longest of those in force then or later has it', () => {
    expect(dueAt([long, short], '2026-05')).toBe('2033-06-01T22:00:00.000Z');
    // In force in the first half of the month.
    expect(dueAt([long, short], '2026-06')).toBe('2033-07-01T22:00:00.000Z');
    expect(dueAt([long, short], '2026-07')).toBe('2027-08-01T22:00:00.000Z');
    // A longer one counts for what was written before it, too.
    const longer = version('2028-01-01T00:00:00.000Z', { kyc: policy(RECORDED, 9) }, 3);
    expect(dueAt([long, short, longer], '2026-07')).toBe('2035-08-01T22:00:00.000Z');
  });

  it('is not let go of by one that has the class no more', () => {
    expect(dueAt([long, short, gone], '2026-05')).toBe('2033-06-01T22:00:00.000Z');
    expect(dueAt([long, short, gone], '2027-06')).toBe('2028-07-01T22:00:00.000Z');
    expect(dueAt([long, short, gone], '2027-07')).toBe('unprotected');
  });

  it('waits for an event if any of them does', () => {
    const waiting = version('2027-06-15T00:00:00.000Z', { kyc: policy(ON_END, 1) }, 3);
    expect(dueAt([long, waiting, short], '2020-05')).toBe('no-event');
    expect(dueAt([waiting, long], '2020-05', facts(event(ENDED, '2021-03-01T12:00:00.000Z')))).toBe(
      '2027-06-01T22:00:00.000Z',
    );
  });

  it('an extension is counted by the version that makes it due', () => {
    const extended = { ...policy(RECORDED, 7), extension: { years: 5 } };
    const versions = [version('2020-01-01T00:00:00.000Z', { kyc: extended })];
    const found = due(versions, '2026-05');
    if (found.kind !== 'dated') throw new Error('it has a date');
    expect(formatInstant(extendedUntil(found, VIENNA) ?? (0 as UnixMillis))).toBe(
      '2038-06-01T22:00:00.000Z',
    );
    const plain = due([long], '2026-05');
    if (plain.kind !== 'dated') throw new Error('it has a date');
    expect(extendedUntil(plain, VIENNA)).toBe(plain.dueAt);
  });
});

describe('calendar arithmetic', () => {
  it.each([
    ['2024-02-29', { years: 1 }, '2025-02-28'],
    ['2024-02-29', { years: 4 }, '2028-02-29'],
    ['2026-01-31', { months: 1 }, '2026-02-28'],
    ['2026-12-31', { days: 1 }, '2027-01-01'],
  ] as const)('%s and %j is %s', (date, span, sum) => {
    expect(datePlus(date, span)).toBe(sum);
  });

  it('a day that the zone skipped is over when it is skipped, and none ends after the last instant', () => {
    const apia = 'Pacific/Apia' as TimeZoneName;
    expect(instantAfter('2011-12-30', apia)).toBe(at('2011-12-30T10:00:00.000Z'));
    expect(instantAfter('9999-12-31', 'UTC' as TimeZoneName)).toBeNull();
    expect(instantAfter(datePlus('9990-01-01', { years: 100 }), apia)).toBeNull();
  });

  it('is what it is done another way', () => {
    fc.assert(
      fc.property(instant, zone, period, (start, where, span: CalendarPeriod) => {
        const date = dateAt(start, where);
        expect(date).toBe(shownDate(start, where));
        const sum = datePlus(date, span);
        expect(sum).toBe(addedTo(date, span));
        expect(instantAfter(sum, where)).toBe(firstAfter(sum, where));
      }),
      { numRuns: 300 },
    );
  });
});

describe('the longest of all versions', () => {
  const history = fc
    .array(fc.tuple(instant, policies), { minLength: 1, maxLength: 4 })
    .map((sets) =>
      sets
        .sort(([a], [b]) => a - b)
        .map(([setAt, set], index): PolicyVersion => ({
          ...set,
          version: index + 1,
          setAt,
          setBy: ANNA,
        })),
    );
  const events = fc.array(fc.record({ type: fc.constantFrom(ENDED, BEGAN), at: instant }), {
    maxLength: 4,
  });

  it('is what a model finds that asks each of them', () => {
    const seen = { dated: 0, waiting: 0, unprotected: 0 };
    fc.assert(
      fc.property(history, events, month, zone, instant, (versions, known, when, where, asked) => {
        const question = { class: 'a', month: when };
        const found = dueOf(versions, question, { zone: where, facts: facts(...known), at: asked });
        seen[found.kind]++;
        const expected = modelDue(versions, known, when, where, asked);
        expect(found.kind === 'dated' ? found.dueAt : found.kind).toBe(expected);
      }),
      { numRuns: 1000 },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(20);
  });

  it('is never shortened by a change', () => {
    fc.assert(
      fc.property(
        history,
        policies,
        month,
        events,
        zone,
        (versions, change, when, known, where) => {
          // Set after the month has begun.
          const last = versions.at(-1)?.setAt ?? 0;
          const setAt = Math.max(last, monthBounds(when).from) as UnixMillis;
          const next = { ...change, version: versions.length + 1, setAt, setBy: ANNA };
          const context = { zone: where, facts: facts(...known), at: FAR };
          const before = dueOf(versions, { class: 'a', month: when }, context);
          const after = dueOf([...versions, next], { class: 'a', month: when }, context);
          if (before.kind === 'waiting') expect(after.kind).toBe('waiting');
          if (before.kind !== 'dated' || after.kind === 'waiting') return;
          if (after.kind !== 'dated') throw new Error('it was let go of');
          expect(after.dueAt ?? Infinity).toBeGreaterThanOrEqual(before.dueAt ?? Infinity);
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** Millisecond of the due instant, or why there is none. */
function modelDue(
  versions: readonly PolicyVersion[],
  events: readonly ClockEvent[],
  when: string,
  where: string,
  asked: number,
): number | 'waiting' | 'unprotected' {
  const [year = 0, number = 0] = when.split('-').map(Number);
  const [from, to] = [Date.UTC(year, number - 1, 1), Date.UTC(year, number, 1)];
  let latest: number | 'unprotected' = 'unprotected';
  for (let index = 0; index < versions.length; index++) {
    const endsAt = versions[index + 1]?.setAt ?? Infinity;
    const found = versions[index]?.classes['a'];
    if (endsAt < from || found === undefined) continue;
    let date = shownDate(to - 1, where);
    if (found.clock.kind === 'event') {
      const { stoppedBy } = found.clock;
      const newest = (type: string | undefined): number =>
        Math.max(-1, ...events.filter((one) => one.type === type).map((one) => one.at));
      const started = newest(ENDED);
      if (started === -1 || started > asked) return 'waiting';
      if (stoppedBy !== undefined && newest(stoppedBy) >= started) return 'waiting';
      if (started >= from) date = shownDate(started, where);
    }
    const end = firstAfter(addedTo(date, found.period), where);
    if (latest === 'unprotected' || end > latest) latest = end;
  }
  return latest;
}
