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
  /** Nobody has proposed to release it. */
  | 'HOLD_RELEASE_UNKNOWN'
  /** The policies in force are not those that were meant to be replaced. */
  | 'RETENTION_POLICY_CHANGED'
  /** The due list was begun with a vault that has been rotated since. */
  | 'RETENTION_LIST_STALE'
  /** No erasure with this id. */
  | 'ERASURE_UNKNOWN'
  /** It has come further than that, or not as far. */
  | 'ERASURE_STATE'
  /** The approval has to be another person's. */
  | 'ERASURE_APPROVAL_REFUSED'
  /** The same is pending already. */
  | 'ERASURE_EXISTS'
  /** The tenant has as many erasures as it may. */
  | 'ERASURE_LIMIT'
  /** Holds keep all of the person. */
  | 'ERASURE_HELD'
  /** Versions of files of the person are locked. */
  | 'ERASURE_LOCKED'
  /** Nothing that is meant is free, or nothing is known of the person. */
  | 'ERASURE_NOTHING_FREE'
  /** The node's or the tenant's own data. */
  | 'ERASURE_RESERVED'
  /** Other nodes keep ledgers of the tenant, and would not forget. */
  | 'ERASURE_ELSEWHERE'
  /** It has not been carried out, so there is no certificate. */
  | 'ERASURE_NOT_DONE'
  /** No copy of an escrow file with this id. */
  | 'ESCROW_COPY_UNKNOWN'
  /** The tenant has as many copies of its escrow file as it may. */
  | 'ESCROW_COPY_LIMIT'
  /** Policies, holds or an erasure were written by a newer version of the program. */
  | 'RETENTION_FORMAT_NEWER';

export class RetentionError extends ChirographError<RetentionErrorCode> {}
