/** Operating errors of reports. What each means and what to do is in docs/errors.md. */
import { ChirographError } from '../base/errors.js';

export type ReportErrorCode =
  /** More pages, bytes or embedded files than a report may have. */
  'REPORT_TOO_LARGE';

/** The message never quotes what is reported. */
export class ReportError extends ChirographError<ReportErrorCode> {}
