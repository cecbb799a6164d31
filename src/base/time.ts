/**
 * Time enters the program here and nowhere else: `service.ts` makes a `Clock`, everyone else is
 * handed it, or better, is handed a `UnixMillis`.
 */
import type { UnixMillis } from './brand.js';
import { BaseError } from './errors.js';

/** Of UTC, which has no other. */
export const DAY_MILLIS = 86_400_000;

export interface Clock {
  now(): UnixMillis;
}

export const systemClock: Clock = { now: () => Date.now() as UnixMillis };

/** For libraries that take nothing else. */
export function dateOf(millis: UnixMillis): Date {
  return new Date(millis);
}

/** @param month from 1; 13 is January of the next year. */
export function startOfUtcMonth(year: number, month: number): UnixMillis {
  // `Date.UTC` would take the year 99 for 1999.
  return new Date(0).setUTCFullYear(year, month - 1, 1) as UnixMillis;
}

const RFC3339_UTC_MILLIS = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})\.(\d{3})Z$/;

/** RFC 3339 in UTC with milliseconds: the one form of an instant in everything we write. */
export function formatInstant(millis: UnixMillis): string {
  return new Date(millis).toISOString();
}

/** For the libraries that take nothing else. */
export function asDate(millis: UnixMillis): Date {
  return new Date(millis);
}

/**
 * @throws BaseError TIME_MALFORMED for any other form and for instants that do not exist, such as
 * 2026-02-30 or a leap second.
 */
export function parseInstant(text: string): UnixMillis {
  const millis = RFC3339_UTC_MILLIS.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(millis) || new Date(millis).toISOString() !== text)
    throw new BaseError(
      'TIME_MALFORMED',
      'not an existing instant in the form 2026-01-31T23:59:59.000Z',
    );
  return millis as UnixMillis;
}
