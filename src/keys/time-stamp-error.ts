/** Why there is no time-stamp. What each means and what to do is in docs/errors.md. */
import type { UnixMillis } from '../base/brand.js';
import { ChirographError } from '../base/errors.js';

export type TimeStampErrorCode =
  /** The authority understood and says no: over its quota, a policy that it does not know. */
  | 'TIME_STAMP_REJECTED'
  /** What it answers is no time-stamp, or not of this request, or not genuine. */
  | 'TIME_STAMP_UNUSABLE'
  /** The authority's certificate leads to nothing that is trusted for time-stamps. */
  | 'TIME_STAMP_UNTRUSTED'
  /** Its clock and ours are too far apart; one of the two is wrong. */
  | 'TIME_STAMP_CLOCK'
  /** The node has asked the authority as often as it may on this day or in this month. */
  | 'TIME_STAMP_BUDGET_USED'
  /** How often it was asked cannot be read or written: it might be too often. */
  | 'TIME_STAMP_BUDGET_UNKNOWN'
  /** None of the authorities gave one. */
  | 'TIME_STAMP_UNAVAILABLE';

export interface TimeStampErrorOptions {
  readonly cause?: unknown;
  readonly until?: UnixMillis;
}

export class TimeStampError extends ChirographError<TimeStampErrorCode> {
  /** Before this it would be the same again; null if that is not known. */
  readonly until: UnixMillis | null;

  constructor(
    code: TimeStampErrorCode,
    message: string,
    { cause, until }: TimeStampErrorOptions = {},
  ) {
    super(code, message, cause === undefined ? {} : { cause });
    this.until = until ?? null;
  }
}
