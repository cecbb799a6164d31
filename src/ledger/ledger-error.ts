/** Operating errors of the ledger. What each means and what to do is in docs/errors.md. */
import { ChirographError } from '../base/errors.js';

export type LedgerErrorCode =
  /** The queue is full: try again after a moment. */
  | 'LEDGER_PUSHBACK'
  /** The node is stopping, or its store failed: nothing more is taken. */
  | 'LEDGER_CLOSED'
  /** State unknown after a failed durable step: stop, reopen, recover. */
  | 'LEDGER_FAILED'
  /** What lies on disk is not what was written: `fsck`, then `restore`. */
  | 'LEDGER_DAMAGED'
  /** Written by a newer version of the program. */
  | 'LEDGER_FORMAT_NEWER'
  /** The data directory is in use by another process. */
  | 'LEDGER_LOCKED'
  /** The node may not write yet, or no longer; the message says why. */
  | 'LEDGER_READ_ONLY'
  /** A shared ledger that another node writes now, or nobody: ask the one that does, or later. */
  | 'LEDGER_ELSEWHERE'
  /** Of a shared ledger: it stopped writing before enough others had what was appended, which may be there or not. */
  | 'LEDGER_UNSETTLED'
  | 'LEDGER_EXISTS'
  | 'LEDGER_UNKNOWN'
  | 'LEDGER_ENTRY_UNKNOWN'
  /** An entry that can never be appended: larger than a block. */
  | 'LEDGER_ENTRY_TOO_LARGE'
  /** An idempotency key used before, for another record. */
  | 'LEDGER_IDEMPOTENCY_CONFLICT'
  /** Keys cannot be handed over, or not by what was given: the message says why. */
  | 'LEDGER_HANDOVER'
  /** No more replicas, or bytes of them, than the limits allow. */
  | 'LEDGER_REPLICA_LIMIT'
  | 'LEDGER_SIZE_UNKNOWN'
  /** No checkpoint was made of that size. */
  | 'LEDGER_CHECKPOINT_UNKNOWN'
  /** A tile or entry bundle that is not there yet, or not that much of it. */
  | 'LEDGER_TILE_UNKNOWN';

export class LedgerError extends ChirographError<LedgerErrorCode> {}

/** Something on disk differs from what was written. `what` names the file or log, never its content. */
export function damaged(what: string, cause?: unknown): LedgerError {
  return new LedgerError('LEDGER_DAMAGED', what, { cause });
}
