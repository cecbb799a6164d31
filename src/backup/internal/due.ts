/** When a backup is to be made by the clock: an interval after the last complete one, and after failures ever later. */
import type { UnixMillis } from '../../base/brand.js';

/** Tries in a row that have failed. */
export interface Failures {
  /** From 1. */
  readonly count: number;
  readonly last: UnixMillis;
}

export interface DueParts {
  readonly intervalMillis: number;
  /** When the last one was complete; null before there was one. */
  readonly last: UnixMillis | null;
  readonly failures: Failures | undefined;
}

const FIRST_PAUSE_MILLIS = 60_000;
/** Each try is an entry and a line of the log: a disk that is away for a week must not fill either. */
const MAX_PAUSE_MILLIS = 60 * 60_000;

/** A last one that lies ahead is of a clock that was put right since: nobody knows how old it is. */
export function isDue(now: UnixMillis, { intervalMillis, last, failures }: DueParts): boolean {
  return (
    hasPassed(now, last, intervalMillis) &&
    hasPassed(now, failures?.last ?? null, pauseAfter(failures?.count ?? 0, intervalMillis))
  );
}

function hasPassed(now: UnixMillis, since: UnixMillis | null, millis: number): boolean {
  return since === null || now < since || now - since >= millis;
}

/** Never longer than the interval, after which it is due in any case. */
function pauseAfter(failures: number, intervalMillis: number): number {
  const pause = FIRST_PAUSE_MILLIS * 2 ** (failures - 1);
  return Math.min(pause, MAX_PAUSE_MILLIS, intervalMillis);
}
