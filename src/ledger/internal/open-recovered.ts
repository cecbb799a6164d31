/** Opens a store's parts in the order of the data and brings them up to the journal. */
import type { RandomSource } from '../../base/random.js';
import type { KeyStore } from '../../keys/key-store.js';
import type { VaultKeepers } from '../../keys/vault-keepers.js';
import { Journal } from '../journal.js';
import { TenantVaults } from '../tenant-vaults.js';
import type { OpenLog } from './open-log.js';
import {
  escrowOf,
  flushAll,
  openVault,
  recoverLogs,
  recoverStates,
  snapshotOf,
} from './recover-store.js';
import {
  closeStoreParts,
  openStoreParts,
  type StoreFileSystems,
  type StoreParts,
} from './store-parts.js';

/** What opening found that a crash had left, and made good. All zero after a clean stop. */
export interface RecoveryReport {
  readonly tornBytes: number;
  readonly logs: readonly {
    readonly origin: string;
    /** Blocks that the log lacked and got from the journal. */
    readonly appended: number;
    /** Blocks that the write state lacked. */
    readonly applied: number;
  }[];
}

/** Parts that agree with one another, and a journal that begins where they stand. */
export interface Opened {
  readonly parts: StoreParts;
  readonly vaults: TenantVaults;
  readonly journal: Journal;
  readonly logs: readonly OpenLog[];
  readonly report: RecoveryReport;
}

export interface RecoverySources extends StoreFileSystems {
  readonly keyStore: KeyStore;
  readonly random: RandomSource;
  /** None of the keys is kept elsewhere without it. */
  readonly vaultKeepers?: VaultKeepers;
}

/** @throws LedgerError LEDGER_DAMAGED, LEDGER_LOCKED, LEDGER_FORMAT_NEWER, and nothing is left open. */
export async function openRecovered(
  dataDirectory: string,
  sources: RecoverySources,
): Promise<Opened> {
  return recover(await openStoreParts(dataDirectory, sources), sources);
}

/** Brings opened parts up to their journal. They are closed if that fails. */
export async function recover(
  parts: StoreParts,
  { keyStore, random, vaultKeepers = {} }: Omit<RecoverySources, keyof StoreFileSystems>,
): Promise<Opened> {
  const vaults = new TenantVaults();
  let journal: Journal | null = null;
  try {
    const recovered = await recoverLogs(parts, keyStore);
    for (const tenant of parts.catalog.tenants()) {
      const escrow = await escrowOf(vaultKeepers, tenant);
      const vault = await openVault(parts, keyStore, random, tenant, escrow);
      vaults.add(tenant.handle, vault);
      await vault.settleEscrow();
    }
    const opened = await recoverStates(parts, recovered);
    // A crash up to here leaves the old segments, which say all of this again.
    await flushAll(parts, vaults);
    const logs = opened.map(({ log }) => log);
    journal = await Journal.begin(parts.files, parts.journal, snapshotOf(vaults, logs));
    await journal.dropSegmentsBefore(journal.currentSegment);
    const report = {
      tornBytes: parts.journal.tornBytes,
      logs: opened.flatMap(({ log, appended, applied }) =>
        appended + applied === 0 ? [] : [{ origin: log.descriptor.origin, appended, applied }],
      ),
    };
    return { parts, vaults, journal, logs, report };
  } catch (cause) {
    await closeRecovered(parts, vaults, journal);
    throw cause;
  }
}

/** Each is closed even if one before it cannot be; the first error is thrown. */
export async function closeRecovered(
  parts: StoreParts,
  vaults: TenantVaults,
  journal: Journal | null,
): Promise<void> {
  try {
    await journal?.close();
  } finally {
    try {
      await vaults.close();
    } finally {
      await closeStoreParts(parts);
    }
  }
}
