/** Why there is no time-stamp. What each means and what to do is in docs/errors.md. */
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
  /** None of the authorities gave one. */
  | 'TIME_STAMP_UNAVAILABLE';

export class TimeStampError extends ChirographError<TimeStampErrorCode> {}
