/**
 * Why a calendar's answer is not taken. The codes stand in logs and in `calendars` of `GET /v1/anchors`, beside
 * those of requests to the outside; docs/errors.md says what to do.
 */
import { ChirographError } from '../base/errors.js';

export type CalendarErrorCode =
  /** No timestamp, one without a block or a promise, or one that is too large. */
  | 'CALENDAR_ANSWER_UNUSABLE'
  /** Its promises are of hosts that the setting does not allow for this calendar. */
  | 'CALENDAR_PROMISE_REFUSED'
  /** It failed of late, and is left alone for a while. */
  | 'CALENDAR_RESTING';

export class CalendarError extends ChirographError<CalendarErrorCode> {}
