/** Calendar arithmetic done another way: whole numbers, and the dates that `Intl` says clocks show. */
import type { CalendarPeriod } from '../../src/base/calendar.js';

interface Day {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** The date that clocks there show. */
export function shownDate(millis: number, timeZone: string): string {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en-CA', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
  formats.set(timeZone, format);
  return format.format(new Date(millis));
}

/** Day by day, month by month: slow, and nothing to get wrong. */
export function addedTo(date: string, period: CalendarPeriod): string {
  let at = dayOf(date);
  if ('days' in period) {
    for (let left = period.days; left > 0; left--) at = nextDay(at);
    return textOf(at);
  }
  const { day } = at;
  const months = 'years' in period ? 12 * period.years : period.months;
  for (let left = months; left > 0; left--)
    at = at.month === 12 ? { ...at, year: at.year + 1, month: 1 } : { ...at, month: at.month + 1 };
  return textOf({ ...at, day: Math.min(day, daysIn(at)) });
}

const QUARTER = 900_000;

/** The first quarter of an hour from which on that date, and those before, are shown no more. */
export function firstAfter(date: string, timeZone: string): number {
  const middle = Date.parse(`${date}T12:00:00.000Z`);
  let at = middle + 3 * 96 * QUARTER;
  while (shownDate(at - QUARTER, timeZone) > date) at -= QUARTER;
  return at;
}

function dayOf(date: string): Day {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  return { year, month, day };
}

function textOf({ year, month, day }: Day): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${year}-${two(month)}-${two(day)}`;
}

function nextDay(at: Day): Day {
  if (at.day < daysIn(at)) return { ...at, day: at.day + 1 };
  return at.month === 12
    ? { year: at.year + 1, month: 1, day: 1 }
    : { ...at, month: at.month + 1, day: 1 };
}

function daysIn({ year, month }: Day): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
