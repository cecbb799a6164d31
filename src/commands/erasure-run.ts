/** What the parts of erasing share: what they need, what they say of one, and what monitoring learns. */
import type { TenantName } from '../access/tenant-name.js';
import type { UnixMillis } from '../base/brand.js';
import type { Logger } from '../base/logger.js';
import type { Clock } from '../base/time.js';
import type { LedgerStore } from '../ledger/ledger-store.js';
import type { MayForgetParts } from '../queries/may-forget.js';
import type { ErasureBook } from '../retention/erasure-book.js';
import type { Execution, VaultHolder } from '../retention/erasure-execution.js';
import type { Erasure } from '../retention/erasure.js';
import type { ErasureChanges } from './change-erasures.js';
import type { RetentionChanges } from './change-retention.js';

/** What an operator's monitoring learns. */
export interface ErasureObserver {
  /** How long the vault took to be rotated. */
  rotated(seconds: number): void;
  done(secrets: number): void;
  failed(): void;
}

export const unobservedErasures: ErasureObserver = {
  rotated: () => undefined,
  done: () => undefined,
  failed: () => undefined,
};

export interface EraserDeps {
  readonly store: Pick<LedgerStore, 'forgetter' | 'ledger' | 'ledgersOf' | 'vaultOf'>;
  readonly erasures: ErasureBook;
  readonly changes: ErasureChanges;
  readonly retention: MayForgetParts['retention'];
  readonly retentionChanges: Pick<RetentionChanges, 'whileUnchanged'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly observer: ErasureObserver;
  readonly holders: AskHolders;
  /** @returns the handle of a tenant that is there. */
  readonly handleOf: (tenant: TenantName) => string;
  /** For tests: how many rows one entry names, fewer than usual. */
  readonly rowsAnEntry?: number | undefined;
}

/** Who holds copies of a tenant's vault, or of its keys. */
export interface HoldersAsked {
  readonly tenant: TenantName;
  /** Of the vault now: holders of backups are silent that do not have it. */
  readonly present: number;
  /** Keys of generations before it were destroyed. */
  readonly after: number;
  /** Copies of keys that were destroyed before it are of no matter. */
  readonly since: UnixMillis;
}

export type AskHolders = (asked: HoldersAsked) => Promise<readonly VaultHolder[]>;

/** How far one is that is under way, or why the last try ended. Only of this process. */
export type ErasureProgress =
  | { readonly step: 'waiting' | 'judging' }
  /** Whoever keeps shared ledgers too: it waits for their quorums. */
  | { readonly step: 'telling' }
  /** How much of the vault has been wrapped anew, 0–100; writers wait for nothing of it. */
  | { readonly step: 'destroying'; readonly percent: number }
  | { readonly step: 'failed'; readonly code: string };

/** What goes, and all that is said of it. */
export interface Announced {
  readonly erasure: Erasure;
  readonly executions: readonly Execution[];
}

/** One process of it: each part says how far it is. */
export interface ErasureRun extends EraserDeps {
  /** By the erasure's id. */
  readonly progress: Map<string, ErasureProgress>;
  /** @throws LedgerError LEDGER_CLOSED once the node is stopping. */
  readonly checkOpen: () => void;
}
