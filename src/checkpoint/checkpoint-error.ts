/** Operating errors of witnesses, and of who asks them. What to do is in docs/errors.md. */
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
  | 'WITNESS_FAILED'
  | WitnessClientErrorCode;

/** Why a witness that was asked has not cosigned. */
export type WitnessClientErrorCode =
  /** The policy names no URL for it. */
  | 'WITNESS_WITHOUT_URL'
  /** It failed of late, and is left alone for a while. */
  | 'WITNESS_RESTING'
  /** It does not know the log, or not its key. */
  | 'WITNESS_KNOWS_NOT'
  /** It has cosigned a larger head of the log than the one it was asked to. */
  | 'WITNESS_AHEAD'
  /** It says that the log has not grown from what it had cosigned. */
  | 'WITNESS_CONTRADICTS'
  /** It answers what is no cosignature by its key, or has another time than now. */
  | 'WITNESS_ANSWER_UNUSABLE';

export class CheckpointError extends ChirographError<CheckpointErrorCode> {}
