import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { UnixMillis } from '../../src/base/brand.js';
import { BaseError } from '../../src/base/errors.js';
import { formatInstant, parseInstant, systemClock } from '../../src/base/time.js';

const FIRST = Date.parse('0000-01-01T00:00:00.000Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

describe('an instant', () => {
  it('round-trips every millisecond of the years 0 to 9999', () => {
    fc.assert(
      fc.property(fc.integer({ min: FIRST, max: LAST }), (millis) => {
        const text = formatInstant(millis as UnixMillis);
        expect(text).toHaveLength(24);
        expect(parseInstant(text)).toBe(millis);
      }),
    );
  });

  it('sorts as text as it does in time', () => {
    const instant = fc.integer({ min: FIRST, max: LAST });
    fc.assert(
      fc.property(instant, instant, (a, b) => {
        const [textA, textB] = [formatInstant(a as UnixMillis), formatInstant(b as UnixMillis)];
        expect(textA < textB).toBe(a < b);
      }),
    );
  });

  it.each([
    ['2024-02-29T00:00:00.000Z', 1709164800000],
    ['1970-01-01T00:00:00.000Z', 0],
    ['1969-12-31T23:59:59.999Z', -1],
  ])('reads %s', (text, millis) => {
    expect(parseInstant(text)).toBe(millis);
  });

  it.each([
    ['a day that does not exist', '2026-02-30T00:00:00.000Z'],
    ['29 February of a common year', '2025-02-29T00:00:00.000Z'],
    ['month 0', '2026-00-01T00:00:00.000Z'],
    ['month 13', '2026-13-01T00:00:00.000Z'],
    ['day 0', '2026-01-00T00:00:00.000Z'],
    ['hour 24', '2026-01-01T24:00:00.000Z'],
    ['a leap second', '2016-12-31T23:59:60.000Z'],
    ['an offset', '2026-01-01T00:00:00.000+00:00'],
    ['a lower-case z', '2026-01-01T00:00:00.000z'],
    ['a lower-case t', '2026-01-01t00:00:00.000Z'],
    ['a space for the T', '2026-01-01 00:00:00.000Z'],
    ['no fraction', '2026-01-01T00:00:00Z'],
    ['microseconds', '2026-01-01T00:00:00.000000Z'],
    ['a date alone', '2026-01-01'],
    ['a year of five digits', '12026-01-01T00:00:00.000Z'],
    ['a signed year', '+002026-01-01T00:00:00.000Z'],
    ['white space', ' 2026-01-01T00:00:00.000Z'],
    ['a line end', '2026-01-01T00:00:00.000Z\n'],
    ['nothing', ''],
  ])('is refused with %s', (_, text) => {
    expect(() => parseInstant(text)).toThrow(BaseError);
  });
});

describe('systemClock', () => {
  it('tells milliseconds since 1970', () => {
    const before = Date.now();
    const now = systemClock.now();
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
  });
});
