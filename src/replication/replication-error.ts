/** Operating errors of replication. What each means and what to do is in docs/errors.md. */
import { ChirographError } from '../base/errors.js';

export type ReplicationErrorCode =
  /** Peers, addresses or bootstrap nodes are not what the settings take. */
  | 'REPLICATION_SETTINGS_MALFORMED'
  /** A peer cannot be reached where it should be, or what is there is another. */
  | 'REPLICATION_PEER_UNREACHABLE'
  /** A node of the DHT cannot be run at this address. */
  | 'REPLICATION_DHT_UNUSABLE';

export class ReplicationError extends ChirographError<ReplicationErrorCode> {}
