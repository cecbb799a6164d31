/** Operating errors of witnesses. What each means and what to do is in docs/errors.md. */
import { ChirographError } from '../base/errors.js';

export type CheckpointErrorCode =
  /** The checkpoint is of a log that this witness was not told of. */
  | 'WITNESS_LOG_UNKNOWN'
  /** No known key of the log has signed the checkpoint, or a signature by one is false. */
  | 'WITNESS_NOT_SIGNED'
  /** The checkpoint does not go on from what was cosigned, or the proof does not show it. */
  | 'WITNESS_INCONSISTENT'
  /** Nothing of this log was cosigned yet. */
  | 'WITNESS_NOTHING_YET'
  /** Too many checkpoints of this log wait already: try again after a moment. */
  | 'WITNESS_BUSY'
  /** The list of the logs to witness cannot be used: two keys of one name and key id, or none at all. */
  | 'WITNESS_LOGS_REFUSED'
  /** What is kept of the log has reached its limit. */
  | 'WITNESS_FULL'
  /** What is kept is not what was written, or less: restore it. */
  | 'WITNESS_DAMAGED'
  /** The data directory is another program's, or was written by a newer version. */
  | 'WITNESS_FORMAT_UNKNOWN'
  /** State unknown after a failed durable step: stop, reopen. */
  | 'WITNESS_FAILED';

export class CheckpointError extends ChirographError<CheckpointErrorCode> {}
