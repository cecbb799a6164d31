/**
 * Opening in the order of the data: the journal leads, so the logs are compared with it first, then
 * the vaults, then the write state with the logs. Nothing is changed before all logs have been found
 * sound: damage in one leaves every other as it was.
 */
import { join } from 'node:path';
import { equalBytes, fromHex } from '../../base/bytes.js';
import type { RandomSource } from '../../base/random.js';
import { makeDirectoryDurably } from '../../keys/durable-file.js';
import type { KeyStore } from '../../keys/key-store.js';
import type { TenantEscrow, VaultKeepers } from '../../keys/vault-keepers.js';
import { Vault } from '../../keys/vault.js';
import { openBlock } from '../../records/block.js';
import { parseVerifierKey } from '../../tlog/note-key.js';
import type { LedgerDescriptor, LogDescriptor, TenantDescriptor } from '../catalog.js';
import type { JournalSnapshot } from '../journal.js';
import type { LogHead } from '../log-head.js';
import type { TenantVaults } from '../tenant-vaults.js';
import type { HypercoreLog } from './hypercore-log.js';
import type { TreeRoots } from './hypercore-tree.js';
import { restoreNotes } from './kept-notes.js';
import { type LogSecrets, OpenLog } from './open-log.js';
import {
  appendMissing,
  asFarAsLog,
  journaledLog,
  type JournaledLog,
  lastHead,
  missingBlocks,
} from './recover-log.js';
import { catchUp, type StateSource } from './recover-state.js';
import { vaultKey } from './state-keys.js';
import { openLogParts, type StoreParts } from './store-parts.js';

/** A log that agrees with the journal. */
export interface RecoveredLog {
  readonly descriptor: LogDescriptor;
  readonly tenant: string;
  readonly hypercore: HypercoreLog;
  readonly secrets: LogSecrets;
  readonly head: LogHead;
  readonly roots: TreeRoots;
  /** Blocks that it lacked. */
  readonly appended: number;
}

export async function recoverLogs(parts: StoreParts, keyStore: KeyStore): Promise<RecoveredLog[]> {
  const compared = [];
  for (const ledger of parts.catalog.ledgers())
    for (const descriptor of ledger.logs)
      compared.push(await compareLog(parts, keyStore, ledger, descriptor));
  const recovered: RecoveredLog[] = [];
  for (const { descriptor, tenant, hypercore, secrets, journaled, missing } of compared) {
    // A crash here leaves some logs made good and others not: the next opening goes on.
    await appendMissing(descriptor.origin, hypercore, missing, secrets.core);
    recovered.push({
      descriptor,
      tenant,
      hypercore,
      secrets,
      head: lastHead(journaled),
      roots: await hypercore.roots(),
      appended: missing.length,
    });
  }
  return recovered;
}

/** Vaults have a row only after the journal has it: what they lack is appended from there. */
export async function openVault(
  parts: StoreParts,
  keyStore: KeyStore,
  random: RandomSource,
  { firstVault, handle: tenant }: Pick<TenantDescriptor, 'firstVault' | 'handle'>,
  escrow: TenantEscrow | null = null,
): Promise<Vault> {
  const handle = fromHex(tenant);
  const known = parts.journal.snapshot?.vaults.find((vault) => equalBytes(vault.tenant, handle));
  const rows = parts.journal.commits.flatMap((commit) =>
    commit.rows.filter((row) => equalBytes(row.tenant, handle)).map(({ row }) => row),
  );
  await makeDirectoryDurably(parts.directory.vault);
  const { vault, indexPuts } = await Vault.open({
    directory: join(parts.directory.vault, tenant),
    tenantHandle: tenant,
    keyStore,
    random,
    files: parts.durableFiles,
    escrow,
    ...(firstVault !== undefined && { firstGeneration: firstVault }),
    index: { get: (key) => parts.state.get(vaultKey(key)) },
    journal: { base: known?.state ?? null, rows },
  });
  if (indexPuts.length > 0)
    await parts.state.write(indexPuts.map(([key, value]) => [vaultKey(key), value]));
  return vault;
}

export async function escrowOf(
  { escrow }: VaultKeepers,
  { handle, name, recoveryKey }: TenantDescriptor,
): Promise<TenantEscrow | null> {
  const { publicKey } = parseVerifierKey(recoveryKey);
  return (await escrow?.of({ handle, name, recoveryKey: publicKey })) ?? null;
}

/** @returns the logs as the sequencer takes them, and how many blocks their write state lacked. */
export async function recoverStates(
  parts: StoreParts,
  logs: readonly RecoveredLog[],
): Promise<{ log: OpenLog; appended: number; applied: number }[]> {
  const opened = [];
  for (const recovered of logs) {
    const { descriptor, tenant, hypercore, secrets, head, roots, appended } = recovered;
    const { base, blocks } = journaledLog(parts.journal, hypercore.key);
    const { edge, applied } = await catchUp(stateSource(recovered), parts.state, base);
    const { number, shared } = descriptor;
    const note =
      shared === true ? await restoreNotes(parts.state, number, blocks, head.size) : null;
    const keys = { descriptor, hypercore, secrets };
    const log = new OpenLog(tenant, keys, { head, roots, edge, note });
    opened.push({ log, appended, applied });
  }
  return opened;
}

export function stateSource({
  descriptor,
  hypercore,
  secrets,
  head,
}: Pick<RecoveredLog, 'descriptor' | 'hypercore' | 'secrets' | 'head'>): StateSource {
  return {
    name: descriptor.origin,
    number: descriptor.number,
    head,
    bundle: async (blockNumber) =>
      openBlock(await hypercore.block(blockNumber), secrets.block, {
        coreKey: hypercore.key,
        blockNumber,
      }),
    treeHash: (length) => hypercore.treeHash(length),
  };
}

/** What the journal may let go of is on disk when this returns. */
export async function flushAll(
  { hypercores, state }: StoreParts,
  vaults: TenantVaults,
): Promise<void> {
  await hypercores.flush();
  await vaults.sync();
  await state.flush();
}

export function snapshotOf(vaults: TenantVaults, logs: readonly OpenLog[]): JournalSnapshot {
  return {
    kind: 'snapshot',
    vaults: vaults.states(),
    logs: logs.map((log) => ({ key: log.hypercore.key, head: log.head })),
  };
}

async function compareLog(
  parts: StoreParts,
  keyStore: KeyStore,
  ledger: LedgerDescriptor,
  descriptor: LogDescriptor,
) {
  const { hypercore, secrets } = await openLogParts(parts, keyStore, ledger, descriptor);
  const known: JournaledLog = journaledLog(parts.journal, hypercore.key);
  const missing = await missingBlocks(descriptor.origin, hypercore, known);
  const log = { descriptor, tenant: ledger.tenant, hypercore, secrets };
  return secrets.keys === 'lost'
    ? { ...log, journaled: asFarAsLog(known, hypercore), missing: [] }
    : { ...log, journaled: known, missing };
}
