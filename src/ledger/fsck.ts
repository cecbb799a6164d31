/**
 * Reads everything again and says what is wrong, first thing first. What is stored is not touched: a
 * copy of one moment is opened, what a crash left is made good in the copy as the next opening would,
 * and the copy is then compared entry by entry with nothing but the journal's heads and the keys.
 */
import { equalBytes, toHex } from '../base/bytes.js';
import { ChirographError } from '../base/errors.js';
import type { RandomSource } from '../base/random.js';
import type { KeyStore } from '../keys/key-store.js';
import { readOnlyKeyStore } from '../keys/read-only-key-store.js';
import type { Vault } from '../keys/vault.js';
import type { LedgerDescriptor, LogDescriptor } from './catalog.js';
import { checkpointProblem } from './internal/check-checkpoint.js';
import { checkLog, type Finding } from './internal/check-log.js';
import { countIdempotencyKeys, StateCheck } from './internal/check-state.js';
import { restoreNotes } from './internal/kept-notes.js';
import { appendMissing, journaledLog, lastHead, missingBlocks } from './internal/recover-log.js';
import { catchUp } from './internal/recover-state.js';
import { flushAll, openVault, recoverLogs, stateSource } from './internal/recover-store.js';
import { NODE, vaultKey } from './internal/state-keys.js';
import {
  closeStoreParts,
  openLogParts,
  openStoreParts,
  type StoreParts,
} from './internal/store-parts.js';
import { LedgerError } from './ledger-error.js';
import { EMPTY_HEAD } from './log-head.js';
import { takeSnapshot } from './store-snapshot.js';
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
 * Yields every finding, also a secret that an erasure destroyed; returns what was read. No finding means that all is as it was written, up to
 * what a crash may have left for the next opening to make good.
 *
 * @throws LedgerError LEDGER_LOCKED, LEDGER_FORMAT_NEWER.
 */
export async function* fsck(options: FsckOptions): AsyncGenerator<Finding, FsckSummary> {
  const { dataDirectory, remove } = await takeSnapshot(options.dataDirectory);
  try {
    return yield* checkSnapshot({ ...options, dataDirectory });
  } finally {
    await remove();
  }
}

/** As `fsck`, of a copy that is the caller's own and may be changed as opening changes it. */
export async function* checkSnapshot(options: FsckOptions): AsyncGenerator<Finding, FsckSummary> {
  let parts: StoreParts;
  try {
    parts = await openStoreParts(options.dataDirectory);
  } catch (cause) {
    // In use, or of a newer version: that says nothing about what is stored.
    if (!isDamage(cause)) throw cause;
    yield { log: '', problem: cause.message };
    return { logs: 0, entries: 0 };
  }
  const vaults = new Map<string, Vault>();
  let summary: FsckSummary;
  let closing: string | null;
  try {
    const keyStore = readOnlyKeyStore(options.keyStore);
    summary = yield* checkParts({ ...options, keyStore }, parts, vaults);
  } finally {
    for (const vault of vaults.values()) await vault.close();
    // What RocksDB finds when it puts away what it has must not hide what has been found before.
    closing = await closeStoreParts(parts).then(() => null, messageOf);
  }
  if (closing !== null) yield { log: '', problem: closing };
  return summary;
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
    for (const tenant of parts.catalog.tenants()) {
      // Finds no index of its own, and makes it again.
      vaults.add(tenant.handle, await openVault(parts, keyStore, random, tenant));
    }
    await flushAll(parts, vaults);
    return { logs: logs.length, entries };
  } finally {
    await vaults.close();
    await closeStoreParts(parts);
  }
}

async function* checkParts(
  options: FsckOptions,
  parts: StoreParts,
  vaults: Map<string, Vault>,
): AsyncGenerator<Finding, FsckSummary> {
  const { keyStore, random } = options;
  for (const tenant of parts.catalog.tenants()) {
    const { handle } = tenant;
    const opened = await openVault(parts, keyStore, random, tenant).catch(messageOf);
    if (typeof opened === 'string') yield vaultFinding(handle, opened);
    else vaults.set(handle, opened);
  }
  const read = { logs: 0, entries: 0, idempotencyKeys: 0 };
  for (const ledger of parts.catalog.ledgers())
    for (const descriptor of ledger.logs) {
      const one = yield* checkOneLog(options, parts, vaults, ledger, descriptor);
      read.logs++;
      read.entries += one.entries;
      read.idempotencyKeys += one.idempotencyKeys;
    }
  for (const [handle, vault] of vaults) yield* checkVaultIndex(parts, handle, vault);
  if ((await countIdempotencyKeys(parts.state)) !== read.idempotencyKeys)
    yield {
      log: '',
      problem: 'the write state has other idempotency keys than the logs; use `fsck --rebuild`',
    };
  // Trees and signatures of the logs, and whatever else nothing above has asked for.
  for (const part of [parts.hypercores, parts.state]) {
    const problem = await part.readThrough().then(() => null, messageOf);
    if (problem !== null) yield { log: '', problem };
  }
  return { logs: read.logs, entries: read.entries };
}

async function* checkOneLog(
  { keyStore, progress }: FsckOptions,
  parts: StoreParts,
  vaults: ReadonlyMap<string, Vault>,
  ledger: LedgerDescriptor,
  descriptor: LogDescriptor,
): AsyncGenerator<Finding, { entries: number; idempotencyKeys: number }> {
  const name = descriptor.origin;
  const opened = await openLogParts(parts, keyStore, ledger, descriptor).catch(messageOf);
  if (typeof opened === 'string') {
    yield { log: name, problem: opened };
    return { entries: 0, idempotencyKeys: 0 };
  }
  const { hypercore, secrets } = opened;
  const state = new StateCheck(parts.state, descriptor.number);
  let entries = 0;
  try {
    const journaled = journaledLog(parts.journal, hypercore.key);
    const head = lastHead(journaled);
    entries = head.size;
    const source = stateSource({ descriptor, hypercore, secrets, head });
    try {
      // As the next opening does, and with its words where it refuses.
      const missing = await missingBlocks(name, hypercore, journaled);
      const reached = (await parts.state.head(descriptor.number)) ?? EMPTY_HEAD;
      // No crash does this: the journal begins where the state was flushed.
      if (reached.length < journaled.base.length)
        yield { log: name, problem: 'the write state lacks what it had; use `fsck --rebuild`' };
      await appendMissing(name, hypercore, missing, secrets.core);
      await catchUp(source, parts.state, journaled.base);
      await restoreNotes(parts.state, descriptor.number, journaled.blocks, head.size);
    } catch (cause) {
      yield { log: name, problem: messageOf(cause) };
    }
    for (const block of journaled.blocks) {
      const problem = checkpointProblem(name, hypercore.discoveryKeyAt(block.head.length), block);
      if (problem !== null) yield { log: name, problem };
    }
    yield* checkLog({
      tenant: ledger.tenant,
      descriptor,
      source,
      hypercore,
      hasSecret: async (rowId) => (await vaults.get(ledger.tenant)?.secretOfRow(rowId)) !== null,
      state,
      progress: (read) => {
        progress(name, read);
      },
    });
  } catch (cause) {
    yield { log: name, problem: messageOf(cause) };
  }
  return { entries, idempotencyKeys: state.idempotencyKeys };
}

/** Every row must open, and the index must lead to it by its scope and by its id. */
async function* checkVaultIndex(
  { state }: StoreParts,
  tenant: string,
  vault: Vault,
): AsyncGenerator<Finding> {
  try {
    const rows = await vault.indexAgain();
    // Of two secrets of one scope the last is found by it: the other members of a shared ledger mint some, too.
    const puts = [...new Map(rows.map((row) => [toHex(row[0]), row])).values()];
    const stored = await state.getMany(puts.map(([key]) => vaultKey(key)));
    const isWhole = puts.every(([, value], at) => {
      const found = stored[at] ?? null;
      return found !== null && equalBytes(found, value);
    });
    if (!isWhole) yield vaultFinding(tenant, 'its index differs; use `fsck --rebuild`');
  } catch (cause) {
    yield vaultFinding(tenant, messageOf(cause));
  }
}

function vaultFinding(tenant: string, problem: string): Finding {
  return { log: '', problem: `vault of tenant ${tenant}: ${problem}` };
}

/** An error of ours says what is wrong; any other is a fault of the program or of the machine. */
function messageOf(cause: unknown): string {
  if (cause instanceof ChirographError) return cause.message;
  throw cause;
}

function isDamage(cause: unknown): cause is LedgerError {
  return cause instanceof LedgerError && cause.code === 'LEDGER_DAMAGED';
}
