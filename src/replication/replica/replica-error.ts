/** Operating errors of replicas. What each means and what to do is in docs/errors.md. */
import { ChirographError } from '../../base/errors.js';

export type ReplicaErrorCode =
  /** What a peer announced is no announcement. */
  | 'REPLICA_ANNOUNCEMENT_MALFORMED'
  /** The announced head is not one of the log's key, or not of this log. */
  | 'REPLICA_HEAD_UNVERIFIED'
  /** Keys were announced that nobody handed over to. */
  | 'REPLICA_KEYS_UNVERIFIED'
  /** A group has chosen a writer whose log does not go on from what is here: what is not on it must be discarded first. */
  | 'REPLICA_DIVERGED'
  /** Too many heads wait to be compared: announce again after a moment. */
  | 'REPLICA_BUSY'
  /** The log is not followed any more: see its alarm. */
  | 'REPLICA_STOPPED'
  /** What is remembered of a log is not what was written: put it back; without it the log could be another. */
  | 'REPLICA_MEMORY_DAMAGED'
  /** What is remembered of a log was written by a newer version. */
  | 'REPLICA_MEMORY_NEWER'
  | 'RECEIPT_MALFORMED'
  /** A receipt that is not signed by the node that it names. */
  | 'RECEIPT_UNVERIFIED';

export class ReplicaError extends ChirographError<ReplicaErrorCode> {}
