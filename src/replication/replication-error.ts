/** Operating errors of replication. What each means and what to do is in docs/errors.md. */
import { ChirographError } from '../base/errors.js';

/** That a node answers with. */
export type SharingErrorCode =
  /** The node has no peers. */
  | 'REPLICATION_OFF'
  /** The group that is asked for cannot keep the ledger. */
  | 'GROUP_REFUSED'
  /** That member cannot write the ledger now. */
  | 'MOVE_REFUSED'
  /** The other member did not begin to write in time. */
  | 'MOVE_TIMED_OUT'
  /** Those that are asked for cannot keep the ledger beside it. */
  | 'KEEPERS_REFUSED';

export type ReplicationErrorCode =
  | SharingErrorCode
  /** Peers, addresses or bootstrap nodes are not what the settings take. */
  | 'REPLICATION_SETTINGS_MALFORMED'
  /** A peer cannot be reached where it should be, or what is there is another. */
  | 'REPLICATION_PEER_UNREACHABLE'
  /** A node of the DHT cannot be run at this address. */
  | 'REPLICATION_DHT_UNUSABLE'
  /** A message of a group that is none, or that its sender has not signed. */
  | 'REPLICATION_MESSAGE_MALFORMED'
  /** A peer did not answer in time, or not as it must. */
  | 'REPLICATION_UNANSWERED';

export class ReplicationError extends ChirographError<ReplicationErrorCode> {}
