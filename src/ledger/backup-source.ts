/**
 * What a copy of an open store is made from, while it is written: heads of one moment between two
 * commits, blocks below them, which never change, and the files of the vaults.
 */
import { join } from 'node:path';
import type { VaultState } from '../keys/vault.js';
import type { Catalog } from './catalog.js';
import type { Forgetter } from './forgetter.js';
import type { OpenLog } from './internal/open-log.js';
import type { LogHead } from './log-head.js';
import type { Sequencer } from './sequencer.js';
import type { TenantVaults } from './tenant-vaults.js';

export interface TakenLog {
  readonly handle: string;
  readonly head: LogHead;
  /** As it lies in the log. @throws LedgerError LEDGER_DAMAGED. */
  readonly block: (number: number) => Promise<Uint8Array>;
  /** Of the log at an earlier length. */
  readonly treeHash: (length: number) => Promise<Uint8Array>;
}

export interface TakenHeads {
  readonly logs: readonly TakenLog[];
  /** Files of the catalog as they were then, by their path in the data directory. */
  readonly catalog: ReadonlyMap<string, Uint8Array>;
  /** By handle of the tenant: what of its vault these heads need. */
  readonly vaults: ReadonlyMap<string, Pick<VaultState, 'generation' | 'length'>>;
}

export interface BackupSourceParts {
  readonly vaultDirectory: string;
  readonly catalog: Catalog;
  readonly vaults: TenantVaults;
  readonly sequencer: Sequencer;
  readonly forgetter: Forgetter;
  readonly logs: () => readonly OpenLog[];
  readonly tenants: () => readonly { readonly handle: string }[];
}

export class BackupSource {
  readonly #parts: BackupSourceParts;

  constructor(parts: BackupSourceParts) {
    this.#parts = parts;
  }

  /** @throws LedgerError LEDGER_CLOSED, LEDGER_FAILED. */
  heads(): Promise<TakenHeads> {
    const { catalog, logs, sequencer, tenants, vaults } = this.#parts;
    // The rows of a commit are in the vault's file before the next one begins.
    return sequencer.exclusive(() =>
      Promise.resolve({
        logs: logs().map(takenLog),
        catalog: catalog.files(),
        vaults: new Map(tenants().map(({ handle }) => [handle, vaults.get(handle).state()])),
      }),
    );
  }

  /**
   * The file of a tenant's vault and how much of it counts, while its generation stays.
   * @param use may read the file for as long as it takes: erasures wait.
   */
  withVault<T>(tenant: string, use: (path: string, state: VaultState) => Promise<T>): Promise<T> {
    const { forgetter, vaultDirectory, vaults } = this.#parts;
    return forgetter.betweenRotations(() => {
      const state = vaults.get(tenant).state();
      const file = `${String(state.generation).padStart(8, '0')}.rows`;
      return use(join(vaultDirectory, tenant, file), state);
    });
  }
}

function takenLog({ descriptor, head, hypercore }: OpenLog): TakenLog {
  return {
    handle: descriptor.handle,
    head,
    block: (number) => hypercore.block(number),
    treeHash: (length) => hypercore.treeHash(length),
  };
}
