/** What a drive is made of besides its ledger. */
import type { AppendRecordsDeps } from '../commands/append-target.js';
import type { Vault } from '../keys/vault.js';
import type { TypeClasses } from '../records/record-scopes.js';
import type { ChunkStore } from './chunks/chunk-store.js';
import type { SealingPort } from './chunks/sealing.js';
import type { Replicas } from './replication/replicas.js';
import type { UploadBook } from './upload-book.js';

export interface DriveParts {
  readonly appending: AppendRecordsDeps;
  readonly vault: Vault;
  readonly chunks: ChunkStore;
  readonly uploads: UploadBook;
  readonly sealing: SealingPort;
  /** What other nodes have; null of a node without peers. */
  readonly replicas: () => Replicas | null;
  /** Retention classes that record types have by policy. */
  readonly typeClasses: () => TypeClasses;
}
