/** How far calendars are with the epoch log: for operators, in `GET /v1/anchors`, at /readyz and in metrics. */
import type { TreeSize, UnixMillis } from '../base/brand.js';

export interface CalendarStatus {
  /** Of the epoch log, the newest that as many calendars as are wanted have taken. */
  readonly stampedSize: TreeSize;
  /** The newest that a calendar has named a block of: its word. */
  readonly confirmedSize: TreeSize;
  /** When a root was last taken by enough of them, as far as it is known since the start; null before. */
  readonly lastStampedAt: UnixMillis | null;
  /** When a block was last named, since the start. */
  readonly lastConfirmedAt: UnixMillis | null;
  /** Roots of which a promise is open. */
  readonly open: number;
  /** When the oldest was sent that is larger than all which have a block. */
  readonly waitingSince: UnixMillis | null;
  /** Tries in a row after which too few calendars had taken the root. */
  readonly missed: number;
  /** Roots that no calendar had a block of after 14 days, nor of a larger one; since the start. */
  readonly lapsed: number;
  /** What kept calendars from answering at the last try. */
  readonly failures: readonly CalendarFailure[];
  readonly alarms: readonly CalendarAlarm[];
}

export interface CalendarFailure {
  readonly calendar: string;
  readonly code: string;
}

/** What there is to call an operator for. Nothing is held up by any of them. */
export const CALENDAR_ALARMS = ['missed', 'overdue'] as const;
export type CalendarAlarm = (typeof CALENDAR_ALARMS)[number];

export const CALENDAR_ALARM_TEXTS: Readonly<Record<CalendarAlarm, string>> = {
  missed: 'too few calendars take roots of the epoch log: see the log',
  overdue: 'calendars have named no block for more than two days: see /v1/anchors',
};

/** Calendars wait for cheap blocks, up to a day or so. */
const OVERDUE_MILLIS = 2 * 86_400_000;

/** @param now as the node's clock has it. */
export function calendarAlarms(
  { missed, waitingSince }: Pick<CalendarStatus, 'missed' | 'waitingSince'>,
  now: UnixMillis,
): CalendarAlarm[] {
  const isOn: Readonly<Record<CalendarAlarm, boolean>> = {
    missed: missed > 0,
    overdue: waitingSince !== null && now - waitingSince > OVERDUE_MILLIS,
  };
  return CALENDAR_ALARMS.filter((alarm) => isOn[alarm]);
}
