/** Operating errors of retention policies and holds. What each means and what to do is in docs/errors.md. */
import { ChirographError } from '../base/errors.js';

export type RetentionErrorCode =
  /** The tenant has changed its policies as often as it may. */
  | 'RETENTION_POLICY_LIMIT'
  /** No hold with this id. */
  | 'HOLD_UNKNOWN'
  /** It has been released already. */
  | 'HOLD_RELEASED'
  /** The same case holds the same scope already. */
  | 'HOLD_EXISTS'
  /** The tenant has as many holds as it may. */
  | 'HOLD_LIMIT'
  /** An extension of a class whose policy allows none. */
  | 'HOLD_EXTENSION_REFUSED'
  /** The release waits for another person. */
  | 'HOLD_RELEASE_REFUSED'
  /** The due list was begun with a vault that has been rotated since. */
  | 'RETENTION_LIST_STALE'
  /** Policies or a hold were written by a newer version of the program. */
  | 'RETENTION_FORMAT_NEWER';

export class RetentionError extends ChirographError<RetentionErrorCode> {}
