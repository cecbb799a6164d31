import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { UnixMillis } from '../../src/base/brand.js';
import { endOfDay, isTimeZone, type TimeZoneName } from '../../src/base/calendar.js';
import { formatInstant, parseInstant } from '../../src/base/time.js';
import { failure } from '../support/errors.js';

const HOUR_MILLIS = 3_600_000;
const DAY_MILLIS = 24 * HOUR_MILLIS;

function zone(name: string): TimeZoneName {
  if (!isTimeZone(name)) throw new Error(`${name} is no time zone`);
  return name;
}

function end(date: string, name: string): string {
  return formatInstant(endOfDay(date, zone(name)));
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** The date that clocks there show, by another implementation. */
function dateAt(millis: number, name: string): string {
  const options = { calendar: 'iso8601', timeZone: name, year: 'numeric' } as const;
  const format =
    formats.get(name) ??
    new Intl.DateTimeFormat('en', { ...options, month: '2-digit', day: '2-digit', era: 'short' });
  formats.set(name, format);
  const parts = format.formatToParts(new Date(millis));
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '';
  return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`;
}

/** The last hour-quarter in which the date is shown, found by looking at all of them. */
function lastShown(date: string, name: string): number | null {
  const middle = Date.parse(`${date}T12:00:00.000Z`);
  const quarter = HOUR_MILLIS / 4;
  for (let at = middle + 3 * DAY_MILLIS; at > middle - 3 * DAY_MILLIS; at -= quarter)
    if (dateAt(at, name) === date) return at;
  return null;
}

describe('the end of a day', () => {
  it.each([
    // 24 hours, 23 and 25.
    ['2026-03-28', 'Europe/Berlin', '2026-03-28T22:59:59.999Z'],
    ['2026-03-29', 'Europe/Berlin', '2026-03-29T21:59:59.999Z'],
    ['2026-10-25', 'Europe/Berlin', '2026-10-25T22:59:59.999Z'],
    ['2026-03-01', 'UTC', '2026-03-01T23:59:59.999Z'],
    ['2028-02-29', 'Asia/Kathmandu', '2028-02-29T18:14:59.999Z'],
    // Clocks go forward at midnight: the next day begins at one o'clock.
    ['2018-11-03', 'America/Sao_Paulo', '2018-11-04T02:59:59.999Z'],
    // They go back at midnight, and the day goes on for an hour.
    ['2018-02-17', 'America/Sao_Paulo', '2018-02-18T02:59:59.999Z'],
    // They go back from 0:01 to 23:01: the day is over, and then not.
    ['2010-11-06', 'America/St_Johns', '2010-11-07T03:29:59.999Z'],
    // They go back from one o'clock to midnight: the next day has begun already.
    ['2026-10-24', 'Atlantic/Azores', '2026-10-24T23:59:59.999Z'],
    // They go forward from 23:30 to 0:30.
    ['1919-03-30', 'America/Toronto', '1919-03-31T04:29:59.999Z'],
    // The day before the one that Samoa skipped, and the one after.
    ['2011-12-29', 'Pacific/Apia', '2011-12-30T09:59:59.999Z'],
    ['2011-12-31', 'Pacific/Apia', '2011-12-31T09:59:59.999Z'],
    ['0001-01-01', 'UTC', '0001-01-01T23:59:59.999Z'],
    ['9999-12-31', 'UTC', '9999-12-31T23:59:59.999Z'],
  ])('%s in %s is %s', (date, name, expected) => {
    expect(end(date, name)).toBe(expected);
  });

  it('is no instant where the zone skipped the day', () => {
    for (const [date, name] of [
      ['2011-12-30', 'Pacific/Apia'],
      ['2011-12-30', 'Pacific/Fakaofo'],
      ['1994-12-31', 'Pacific/Kiritimati'],
      ['1844-12-31', 'Asia/Manila'],
    ] as const)
      expect([name, failure(() => end(date, name)).code]).toEqual([name, 'DATE_NOT_IN_ZONE']);
  });

  it.each([
    '2026-02-30',
    '2026-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '0000-01-01',
    '26-01-01',
    '+002026-01-01',
    '-000001-01-01',
    '2026-1-1',
    '20260101',
    '2026-W01-1',
    '2026-01-01Z',
    '2026-01-01T00:00',
    '2026-01-01[u-ca=hebrew]',
    ' 2026-01-01',
    '2026-01-01\n',
    '２０２６-01-01',
    '',
  ])('is asked for with an existing date, which %j is not', (date) => {
    expect(failure(() => end(date, 'UTC')).code).toBe('TIME_MALFORMED');
  });

  it('is an instant that can be written', () => {
    expect(failure(() => end('9999-12-31', 'America/New_York')).code).toBe('TIME_MALFORMED');
    expect(end('9999-12-30', 'America/New_York')).toBe('9999-12-31T04:59:59.999Z');
  });

  const zones = Intl.supportedValuesOf('timeZone').filter(isTimeZone);
  const day = (from: string, to: string): fc.Arbitrary<string> =>
    fc
      .date({ min: new Date(from), max: new Date(to), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10));
  // Before 1970 the two disagree about seconds of local mean time.
  const place = fc.tuple(day('1970-01-01', '2099-12-31'), fc.constantFrom(...zones));

  it('is shown there with its date, and the next millisecond with another', () => {
    expect(zones.length).toBeGreaterThan(400);
    fc.assert(
      fc.property(place, ([date, name]) => {
        let millis: number;
        try {
          millis = endOfDay(date, name);
        } catch (error) {
          expect(error).toMatchObject({ code: 'DATE_NOT_IN_ZONE' });
          expect(lastShown(date, name)).toBeNull();
          return;
        }
        expect([dateAt(millis, name), dateAt(millis + 1, name) > date]).toEqual([date, true]);
        const last = lastShown(date, name) ?? Infinity;
        expect(last <= millis && millis - last < HOUR_MILLIS / 4).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('is the last of its date on every day on which clocks anywhere were changed', () => {
    let changes = 0;
    for (const name of zones)
      for (const at of changesOf(name)) {
        changes++;
        for (const near of [-DAY_MILLIS, 0, DAY_MILLIS]) {
          const date = dateAt(at + near, name);
          const millis = endOfDay(date, name);
          const after = [1, HOUR_MILLIS / 2, HOUR_MILLIS, 3 * HOUR_MILLIS, DAY_MILLIS];
          expect([name, date, dateAt(millis, name)]).toEqual([name, date, date]);
          for (const later of after)
            expect([name, date, dateAt(millis + later, name) > date]).toEqual([name, date, true]);
        }
      }
    expect(changes).toBeGreaterThan(400);
  });

  it('comes day by day, in order, and is the same each time it is asked for', () => {
    fc.assert(
      fc.property(day('0002-01-01', '9998-12-31'), fc.constantFrom(...zones), (date, name) => {
        const next = new Date(Date.parse(date) + 2 * DAY_MILLIS).toISOString().slice(0, 10);
        const [one, two] = [date, next].map((of) => {
          try {
            return endOfDay(of, name);
          } catch (error) {
            expect(error).toMatchObject({ code: 'DATE_NOT_IN_ZONE' });
            return null;
          }
        });
        if (one !== null && two !== null) expect(one).toBeLessThan(two ?? 0);
        if (one !== null) expect(endOfDay(date, name)).toBe(one);
      }),
      { numRuns: 300 },
    );
  });

  it('lies within a day and a half of the end of that date in UTC', () => {
    fc.assert(
      fc.property(
        day('0002-01-01', '9998-12-31'),
        fc.constantFrom('UTC', 'Asia/Tokyo'),
        (date, name) => {
          const inUtc = parseInstant(`${date}T23:59:59.999Z`);
          const millis: UnixMillis = endOfDay(date, zone(name));
          expect(Math.abs(millis - inUtc)).toBeLessThan(1.5 * DAY_MILLIS);
        },
      ),
      { numRuns: 200 },
    );
  });
});

/** When clocks there were changed in two years that have something of everything, to the hour. */
function changesOf(name: string): number[] {
  const found: number[] = [];
  const offset = (at: number): string => {
    const format =
      formats.get(`offset ${name}`) ??
      new Intl.DateTimeFormat('en', { timeZone: name, timeZoneName: 'longOffset' });
    formats.set(`offset ${name}`, format);
    return format.format(new Date(at)).split(', ')[1] ?? '';
  };
  const step = 30 * DAY_MILLIS;
  for (let at = Date.UTC(2009, 11); at < Date.UTC(2012, 1); at += step) {
    if (offset(at) === offset(at + step)) continue;
    let [low, high] = [at, at + step];
    while (high - low > HOUR_MILLIS) {
      const middle = (low + high) / 2;
      if (offset(middle) === offset(low)) low = middle;
      else high = middle;
    }
    found.push(high);
  }
  return found;
}

describe('time zones', () => {
  it('are named as the IANA database names them', () => {
    for (const name of ['Europe/Berlin', 'UTC', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5'])
      expect([name, isTimeZone(name)]).toEqual([name, true]);
    for (const name of ['Europe/Kyiv', 'Europe/Kiev', 'Asia/Calcutta', 'US/Eastern', 'CET'])
      expect([name, isTimeZone(name)]).toEqual([name, true]);
  });

  it('have one spelling, and are neither offsets nor abbreviations nor anything else', () => {
    for (const name of ['europe/berlin', 'utc', '+01:00', '-05', 'GMT+1', 'PST', 'IST', 'Z', ''])
      expect([name, isTimeZone(name)]).toEqual([name, false]);
    for (const name of ['Europe/Atlantis', 'Europe/Berlin\n', '../etc/localtime', 'A'.repeat(99)])
      expect([name, isTimeZone(name)]).toEqual([name, false]);
  });
});
