/** What is wrong with a request before any command sees it. See docs/errors.md. */
import { ChirographError } from '../base/errors.js';

export type ApiErrorCode =
  /** The path, the query or the body is not what the API describes. */
  | 'REQUEST_INVALID'
  | 'ROUTE_UNKNOWN'
  | 'METHOD_NOT_ALLOWED'
  | 'NOT_ACCEPTABLE'
  | 'CONTENT_TYPE_UNSUPPORTED'
  | 'CONTENT_ENCODING_UNSUPPORTED'
  | 'BODY_TOO_LARGE'
  /** The request took too long to arrive, or stood still. */
  | 'REQUEST_TIMEOUT'
  /** The client went away before the body had ended. */
  | 'BODY_INCOMPLETE'
  /** One line of NDJSON is too long; the others stand. */
  | 'LINE_TOO_LONG'
  /** A cursor that this list did not give out. */
  | 'CURSOR_INVALID'
  | 'LOGIN_RATE_LIMITED'
  | 'REQUEST_RATE_LIMITED'
  | 'SEARCH_RATE_LIMITED'
  | 'SEAL_RATE_LIMITED'
  | 'CALENDAR_RATE_LIMITED'
  /** The bytes were no HTTP/1.1 request. */
  | 'HTTP_MALFORMED'
  | 'HEADERS_TOO_LARGE'
  /** Too many requests of a costly kind are under way. */
  | 'SERVER_BUSY'
  | 'SERVER_STOPPING'
  /** The ledger has fewer entries here than a read asks for. */
  | 'READ_BEHIND'
  /** Another node takes writes of the ledger; the error says where. */
  | 'WRITTEN_ELSEWHERE'
  /** A mistake of ours; the log has the details under the request's id. */
  | 'INTERNAL';

/** One thing that is wrong with a document, where it stands (RFC 6901 pointer). */
export interface InvalidMember {
  readonly pointer: string;
  readonly detail: string;
}

export interface ApiErrorOptions {
  readonly cause?: unknown;
  readonly errors?: readonly InvalidMember[];
  readonly retryAfterSeconds?: number;
  /** Where to send the request instead. */
  readonly location?: string;
}

export class ApiError extends ChirographError<ApiErrorCode> {
  readonly errors: readonly InvalidMember[] | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly location: string | undefined;

  constructor(code: ApiErrorCode, message: string, options: ApiErrorOptions = {}) {
    super(code, message, options.cause === undefined ? {} : { cause: options.cause });
    this.errors = options.errors;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.location = options.location;
  }
}
