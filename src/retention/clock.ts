/** Whether the clock of a class runs for what was recorded of a person in a month, and from which date: pure. */
import type { UnixMillis } from '../base/brand.js';
import { dateAt, type TimeZoneName } from '../base/calendar.js';
import { monthBounds } from '../base/secret-scope.js';
import type { RetentionClock } from './policy.js';

/** A record of a type that starts or stops clocks, which counts: nobody has withdrawn it. */
export interface ClockEvent {
  readonly type: string;
  /** From when it is valid: `validFrom`, else when it was recorded. */
  readonly at: UnixMillis;
}

export interface ClockFacts {
  readonly events: readonly ClockEvent[];
  /** Types of records whose headers cannot be opened any more: nobody knows what they said. */
  readonly unreadable: readonly string[];
}

export const NO_FACTS: ClockFacts = { events: [], unreadable: [] };

export type ClockStart =
  /** In the legal time zone. */
  | { readonly kind: 'started'; readonly date: string }
  | { readonly kind: 'waiting'; readonly why: ClockWait };

export type ClockWait = 'no-event' | 'event-in-future' | 'stopped' | 'event-unreadable';

export function startOf(
  clock: RetentionClock,
  month: string,
  { events, unreadable }: ClockFacts,
  { zone, at }: { readonly zone: TimeZoneName; readonly at: UnixMillis },
): ClockStart {
  const { from, to } = monthBounds(month);
  const endOfMonth = dateAt((to - 1) as UnixMillis, zone);
  if (clock.kind === 'recorded') return { kind: 'started', date: endOfMonth };
  const { type, stoppedBy } = clock;
  if (unreadable.some((one) => one === type || one === stoppedBy)) return waits('event-unreadable');
  const started = latest(events, type);
  if (started === null) return waits('no-event');
  const stopped = stoppedBy === undefined ? null : latest(events, stoppedBy);
  if (stopped !== null && stopped >= started) return waits('stopped');
  if (started > at) return waits('event-in-future');
  // What was recorded later than the event is kept as long from then on: it may be of another relationship.
  return { kind: 'started', date: started < from ? endOfMonth : dateAt(started, zone) };
}

function latest(events: readonly ClockEvent[], type: string): UnixMillis | null {
  const times = events.filter((event) => event.type === type).map((event) => event.at);
  return times.length === 0 ? null : (times.reduce((a, b) => (a > b ? a : b)) as UnixMillis);
}

function waits(why: ClockWait): ClockStart {
  return { kind: 'waiting', why };
}
