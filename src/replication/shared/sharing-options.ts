/** What all that a node shares is made of. */
import type { Logger } from '../../base/logger.js';
import type { RandomSource } from '../../base/random.js';
import type { Clock } from '../../base/time.js';
import type { KeyStore, NoteKey } from '../../keys/key-store.js';
import type { LedgerStore } from '../../ledger/ledger-store.js';
import type { ReplicaLogs } from '../../ledger/replica-logs.js';
import type { Timers } from '../links/timers.js';
import type { Timing } from '../protocol/rules.js';
import type { ReplicaMemory } from '../replica/replica-memory.js';
import type { ReplicationSettings } from '../replication-settings.js';
import type { ErasedTiming, ErasingPort } from './erasing.js';
import type { OfferedLedger } from './offer.js';
import type { VotingMemory } from './voting-memory.js';

export interface SharingOptions {
  readonly settings: ReplicationSettings;
  /** Signs votes, and names this node. */
  readonly receipt: NoteKey;
  readonly store: LedgerStore;
  readonly keyStore: KeyStore;
  readonly logs: ReplicaLogs;
  readonly memory: ReplicaMemory;
  readonly votes: VotingMemory;
  /** Of this node, as `Mark.run` counts. */
  readonly run: number;
  /** Makes a tenant of another node this one's too. */
  readonly adoptTenant: (offered: OfferedLedger['tenant']) => Promise<void>;
  readonly erasing: ErasingPort;
  readonly erasedTiming?: ErasedTiming;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly timers: Timers;
  readonly timing?: Timing;
  readonly logger: Logger;
  readonly onFailure: (cause: unknown) => void;
}
