/**
 * Calendar dates in a legal time zone. What a law calls a day is one of a place: it may have 23 or 25
 * hours, may say its last minutes twice, and may be missing altogether. The rules of the zones are those
 * of Node's ICU (`process.versions.tz`); of past days they hardly ever change.
 */
import { Temporal } from 'temporal-polyfill';
import type { Brand, UnixMillis } from './brand.js';
import { BaseError } from './errors.js';
import { formatInstant } from './time.js';

/** A name of the IANA time zone database, such as `Europe/Berlin`. */
export type TimeZoneName = Brand<string, 'TimeZoneName'>;

/** Of tenants that have not said which law they live under. */
export const UTC = 'UTC' as TimeZoneName;

/**
 * Whether it is such a name, in its one spelling: neither an offset such as `+01:00`, which is the law
 * nowhere, nor an abbreviation such as `IST`, which is the law in three places.
 */
export function isTimeZone(name: string): name is TimeZoneName {
  if (!NAME.test(name)) return false;
  try {
    return new Temporal.ZonedDateTime(0n, name).timeZoneId === name;
  } catch (cause) {
    if (cause instanceof RangeError) return false;
    throw cause;
  }
}

/**
 * The last millisecond at which clocks in `zone` show this date. Where they are put back past midnight
 * and show it twice, the later one.
 *
 * @param date `2026-03-29`, from the year 0001 to 9999.
 * @throws BaseError TIME_MALFORMED for any other form, for dates that no calendar has, such as
 * 2026-02-30, and for those that end after the last instant that can be written;
 * BaseError DATE_NOT_IN_ZONE for a date that the zone skipped, as Samoa did 2011-12-30.
 */
export function endOfDay(date: string, zone: TimeZoneName): UnixMillis {
  const last = lastMoment(parseDate(date), zone);
  if (last === undefined) throw notInZone();
  const millis = last.epochMilliseconds as UnixMillis;
  if (!INSTANT_WITH_FOUR_DIGITS.test(formatInstant(millis))) throw malformed();
  return millis;
}

/** The first millisecond at which clocks in `zone` show this date. @throws as `endOfDay`. */
export function startOfDay(date: string, zone: TimeZoneName): UnixMillis {
  const day = parseDate(date);
  const start = day.toZonedDateTime({ timeZone: zone });
  if (!start.toPlainDate().equals(day)) throw notInZone();
  const millis = start.epochMilliseconds as UnixMillis;
  if (!INSTANT_WITH_FOUR_DIGITS.test(formatInstant(millis))) throw malformed();
  return millis;
}

/** The date that clocks in `zone` show at an instant. */
export function dateAt(instant: UnixMillis, zone: TimeZoneName): string {
  return zoned(instant, zone).toPlainDate().toString();
}

/** A span of the calendar: in just one unit, so that it does not matter what is added first. */
export type CalendarPeriod =
  { readonly years: number } | { readonly months: number } | { readonly days: number };

/**
 * The date after a period: the same day of the month, or the last one of a month that is too short.
 *
 * @param date as dates above, also beyond the year 9999 (`+010000-01-01`), as is the result.
 */
export function datePlus(date: string, period: CalendarPeriod): string {
  return Temporal.PlainDate.from(date).add(period).toString();
}

/**
 * The first instant after a date in `zone`, however long the day is; of a date that the zone skipped, that
 * at which it was skipped. Null after the last instant that can be written.
 */
export function instantAfter(date: string, zone: TimeZoneName): UnixMillis | null {
  const day = Temporal.PlainDate.from(date);
  const last = lastMoment(day, zone)?.epochMilliseconds;
  const after =
    last === undefined
      ? day.add({ days: 1 }).toZonedDateTime({ timeZone: zone }).epochMilliseconds
      : last + 1;
  return INSTANT_WITH_FOUR_DIGITS.test(formatInstant(after as UnixMillis))
    ? (after as UnixMillis)
    : null;
}

/** Whether a text has the form of a calendar date. */
export function isDateText(text: string): boolean {
  return DATE.test(text);
}

const NAME = /^[A-Za-z][A-Za-z0-9_+-]{0,31}(?:\/[A-Za-z0-9_+-]{1,31}){0,2}$/;
const DATE = /^(?!0000)\d{4}-\d{2}-\d{2}$/;
const INSTANT_WITH_FOUR_DIGITS = /^\d{4}-/;

function parseDate(text: string): Temporal.PlainDate {
  if (!DATE.test(text)) throw malformed();
  try {
    return Temporal.PlainDate.from(text);
  } catch (cause) {
    if (cause instanceof RangeError) throw malformed(cause);
    throw cause;
  }
}

function zoned(instant: UnixMillis, zone: TimeZoneName): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
}

/** The last millisecond of a day; undefined if the zone skipped it. */
function lastMoment(
  day: Temporal.PlainDate,
  zone: TimeZoneName,
): Temporal.ZonedDateTime | undefined {
  const next = day.add({ days: 1 });
  // Clocks that are put back past midnight show it twice: the later one ends the day if it is this day
  // that goes on between the two. Clocks that skip midnight begin the next day with something else.
  return [...midnights(next, zone), next.toZonedDateTime({ timeZone: zone })]
    .map((end) => end.subtract({ milliseconds: 1 }))
    .find((end) => end.toPlainDate().equals(day));
}

/** When clocks there show midnight at the beginning of the day, the last time first. */
function midnights(day: Temporal.PlainDate, timeZone: TimeZoneName): Temporal.ZonedDateTime[] {
  const midnight = day.toPlainDateTime();
  return (['later', 'earlier'] as const)
    .map((disambiguation) => midnight.toZonedDateTime(timeZone, { disambiguation }))
    .filter((found) => found.toPlainDateTime().equals(midnight));
}

function malformed(cause?: unknown): BaseError {
  return new BaseError('TIME_MALFORMED', 'not an existing date in the form 2026-01-31', { cause });
}

function notInZone(): BaseError {
  return new BaseError(
    'DATE_NOT_IN_ZONE',
    'the legal time zone skipped this date: ask for another',
  );
}
