/**
 * Reads everything again and says what is wrong, first thing first. Changes nothing, opens what
 * `LedgerStore.open` would refuse, and needs the data directory to itself.
 */
import { ChirographError } from '../base/errors.js';
import type { RandomSource } from '../base/random.js';
import type { KeyStore } from '../keys/key-store.js';
import type { Vault } from '../keys/vault.js';
import { checkLog, type Finding } from './internal/check-log.js';
import { journaledLog, lastHead, missingBlocks } from './internal/recover-log.js';
import { catchUp } from './internal/recover-state.js';
import { flushAll, openVault, recoverLogs, stateSource } from './internal/recover-store.js';
import { NODE } from './internal/state-keys.js';
import {
  closeStoreParts,
  openLogParts,
  openStoreParts,
  type StoreParts,
} from './internal/store-parts.js';
import { LedgerError } from './ledger-error.js';
import { EMPTY_HEAD } from './log-head.js';
import { TenantVaults } from './tenant-vaults.js';

export type { Finding } from './internal/check-log.js';

export interface FsckOptions {
  readonly dataDirectory: string;
  readonly keyStore: KeyStore;
  readonly random: RandomSource;
  /** Called now and then with the log and how many of its entries have been read. */
  readonly progress: (origin: string, entries: number) => void;
}

export interface FsckSummary {
  readonly logs: number;
  readonly entries: number;
}

/**
 * Yields every finding; returns what was read. No finding means that all is as it was written, up to
 * what a crash may have left for the next opening to make good.
 */
export async function* fsck(options: FsckOptions): AsyncGenerator<Finding, FsckSummary> {
  let parts: StoreParts;
  try {
    parts = await openStoreParts(options.dataDirectory);
  } catch (cause) {
    // In use, or of a newer version: that says nothing about what is stored.
    if (!isDamage(cause)) throw cause;
    yield { log: '', problem: cause.message };
    return { logs: 0, entries: 0 };
  }
  try {
    return yield* checkParts(options, parts);
  } finally {
    await closeStoreParts(parts);
  }
}

/** Forgets the write state and makes it again from the logs. The logs must be sound. */
export async function rebuildState(options: FsckOptions): Promise<FsckSummary> {
  const { keyStore, random, progress } = options;
  const parts = await openStoreParts(options.dataDirectory);
  const vaults = new TenantVaults();
  try {
    const logs = await recoverLogs(parts, keyStore);
    let entries = 0;
    // A crash from here on leaves a state that is behind: the next opening, or rebuilding, goes on.
    await parts.state.clear(NODE);
    for (const log of logs) {
      await parts.state.clear(log.descriptor.number);
      await catchUp(stateSource(log), parts.state, EMPTY_HEAD);
      entries += log.head.size;
      progress(log.descriptor.origin, log.head.size);
    }
    for (const { handle } of parts.catalog.tenants()) {
      // Finds no index of its own, and makes it again.
      vaults.add(handle, await openVault(parts, keyStore, random, handle));
    }
    await flushAll(parts, vaults);
    return { logs: logs.length, entries };
  } finally {
    await vaults.close();
    await closeStoreParts(parts);
  }
}

async function* checkParts(
  { keyStore, random, progress }: FsckOptions,
  parts: StoreParts,
): AsyncGenerator<Finding, FsckSummary> {
  const vaults = new Map<string, Vault>();
  let logs = 0;
  let entries = 0;
  try {
    for (const { handle } of parts.catalog.tenants())
      try {
        vaults.set(handle, await openVault(parts, keyStore, random, handle));
      } catch (cause) {
        if (!(cause instanceof ChirographError)) throw cause;
        yield { log: '', problem: `vault of tenant ${handle}: ${cause.message}` };
      }
    for (const ledger of parts.catalog.ledgers())
      for (const descriptor of ledger.logs) {
        const opened = await openLogParts(parts, keyStore, ledger, descriptor).catch(messageOf);
        if (typeof opened === 'string') {
          yield { log: descriptor.origin, problem: opened };
          continue;
        }
        const { hypercore, secrets } = opened;
        const journaled = journaledLog(parts.journal, hypercore.key);
        const name = descriptor.origin;
        try {
          await missingBlocks(name, hypercore, journaled);
        } catch (cause) {
          if (!isDamage(cause)) throw cause;
          yield { log: name, problem: cause.message };
        }
        // What a crash kept from the log lies in the journal; what is in the log is checked here.
        const known = [journaled.base, ...journaled.blocks.map(({ head }) => head)];
        const head = known.find(({ length }) => length === hypercore.length) ?? lastHead(journaled);
        yield* checkLog({
          source: stateSource({ descriptor, hypercore, secrets, head }),
          hypercore,
          hasSecret: async (rowId) =>
            (await vaults.get(ledger.tenant)?.secretOfRow(rowId)) !== null,
          stored: (keys) => parts.state.getMany(keys),
          flushedLength: journaled.base.length,
          progress: (read) => {
            progress(name, read);
          },
        });
        logs++;
        entries += head.size;
      }
  } finally {
    for (const vault of vaults.values()) await vault.close();
  }
  return { logs, entries };
}

/** An error of ours says what is wrong; any other is a fault of the program or of the machine. */
function messageOf(cause: unknown): string {
  if (cause instanceof ChirographError) return cause.message;
  throw cause;
}

function isDamage(cause: unknown): cause is LedgerError {
  return cause instanceof LedgerError && cause.code === 'LEDGER_DAMAGED';
}
