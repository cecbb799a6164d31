/**
 * A key store that was lost, made again from shares and escrow files (docs/formats/escrow.md, "Restoring"): the data are
 * whole, and can be opened again. What signed is lost for good, so that the node goes on with new keys: in new logs that
 * say so, or by the operator's word that nothing shown is missing, in the old ones.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { equalBytes, fromHex } from './base/bytes.js';
import type { RandomSource } from './base/random.js';
import { systemErrorCode } from './base/system-error.js';
import type { Clock } from './base/time.js';
import { goOnHandedOver } from './go-on-handed-over.js';
import { goOnAsSuccessor, type WentOn } from './go-on.js';
import { DirectoryKeyStore } from './keys/directory-key-store.js';
import { type DurableFileSystem, durableFileSystem } from './keys/durable-file.js';
import { describeEscrow, type EscrowFile, openEscrow } from './keys/escrow-file.js';
import type { RestoredTenant } from './keys/key-store.js';
import type { RunFile } from './keys/mark.js';
import { RecoveryError } from './keys/recovery-error.js';
import type { RecoveryKey } from './keys/recovery-key.js';
import { restoreKeyStore } from './keys/restore-key-store.js';
import { Catalog, type TenantDescriptor } from './ledger/catalog.js';
import { readRunFile } from './node-run.js';
import { parseVerifierKey } from './tlog/note-key.js';

export interface RestoreKeysOptions {
  readonly dataDirectory: string;
  /** Of the new key store: not there yet, or empty. */
  readonly directory: string;
  /** Whole, of all tenants. Whoever calls closes them. */
  readonly recoveryKeys: readonly RecoveryKey[];
  readonly escrowFiles: readonly EscrowFile[];
  readonly clock: Clock;
  readonly random: RandomSource;
  /** For whoever reads the logs in ten years; 1–256 characters. */
  readonly cause: string;
  /** The operator's word that the data are no older than what was shown: logs go on by handovers. */
  readonly isWhole: boolean;
  /** For tests. */
  readonly files?: DurableFileSystem;
}

/**
 * Asked again after a crash, with `isWhole`, it goes on where it was; without, `restore --successor` does.
 *
 * @returns one line for each ledger, the node's own among them.
 * @throws RecoveryError ESCROW_MISSING, ESCROW_OLD, ESCROW_AHEAD, ESCROW_FOREIGN, ESCROW_DAMAGED; KeysError KEYS_EXISTS; and as
 * `LedgerStore.open`.
 */
export async function restoreKeys(options: RestoreKeysOptions): Promise<WentOn[]> {
  const { dataDirectory, directory, random, files = durableFileSystem } = options;
  const catalog = await Catalog.open(dataDirectory, durableFileSystem);
  const runFile = await readRunFile(dataDirectory);
  if (runFile === null || catalog.tenants().length === 0)
    throw new RecoveryError(
      'ESCROW_MISSING',
      'no node has run on these data: there is nothing to restore keys for',
    );
  const tenants: RestoredTenant[] = [];
  try {
    for (const tenant of catalog.tenants()) tenants.push(await restored(options, tenant, runFile));
    // Keys of other nodes were never here, and are not lost with this one's.
    const logs = catalog
      .ledgers()
      .flatMap((ledger) => ledger.logs)
      .filter(({ elsewhere }) => elsewhere !== true);
    if (!(await isBegun(options, runFile)))
      await restoreKeyStore(
        { directory, dataDirectory, random, files },
        {
          ...runFile,
          tenants,
          logs: logs.map(({ handle, keys, corePublicKey, verifierKey }) => ({
            handle: keys ?? handle,
            core: fromHex(corePublicKey),
            note: parseVerifierKey(verifierKey).publicKey,
          })),
        },
      );
  } finally {
    for (const { root, vaultKey } of tenants) for (const key of [root, vaultKey]) key.fill(0);
  }
  // A crash here leaves a key store whose mark forbids writing: whoever goes on begins here.
  return goOnWithNewKeys(options, tenants);
}

/**
 * Whether the key store is one that a crash kept from going on by handovers: a run ahead of the data, and silent of
 * epochs, which a node that has gone on never is.
 */
async function isBegun(
  { isWhole, ...places }: RestoreKeysOptions,
  { nodeId, run }: RunFile,
): Promise<boolean> {
  if (!isWhole || !(await isDirectoryWithFiles(places.directory))) return false;
  const keyStore = await DirectoryKeyStore.openUnchanged(places);
  const mark = await keyStore.mark();
  return keyStore.nodeId === nodeId && mark?.epochs === null && mark.run === run + 1;
}

async function isDirectoryWithFiles(path: string): Promise<boolean> {
  try {
    return (await readdir(path)).length > 0;
  } catch (cause) {
    if (systemErrorCode(cause) === 'ENOENT') return false;
    throw cause;
  }
}

async function goOnWithNewKeys(
  options: RestoreKeysOptions,
  tenants: readonly RestoredTenant[],
): Promise<WentOn[]> {
  const { dataDirectory, directory, random, files = durableFileSystem } = options;
  const keyStore = await DirectoryKeyStore.open({ directory, dataDirectory, random, files });
  const generations = Object.fromEntries(
    tenants.map(({ handle, generation }) => [handle, generation]),
  );
  const order = { action: 'keys:restore', made: { generations } };
  const goOn = options.isWhole ? goOnHandedOver : goOnAsSuccessor;
  return goOn({ ...options, durableFiles: files, keyStore, order });
}

async function restored(
  { dataDirectory, recoveryKeys, escrowFiles }: RestoreKeysOptions,
  tenant: TenantDescriptor,
  { nodeId }: RunFile,
): Promise<RestoredTenant> {
  const generation = await generationOf(dataDirectory, tenant);
  const file = escrowFor(tenant, generation, escrowFiles);
  if (file.nodeId !== nodeId) throw foreign(file, 'it is of another node than the data');
  const { publicKey } = parseVerifierKey(tenant.recoveryKey);
  if (!equalBytes(file.recoveryKey, publicKey))
    throw foreign(file, 'it is sealed to another key than the data name for the tenant');
  const key = recoveryKeys.find((one) => equalBytes(one.publicKey, publicKey));
  if (key === undefined) throw foreign(file, 'the shares make another key than it is sealed to');
  return { handle: tenant.handle, generation, recoveryKey: publicKey, ...openEscrow(file, key) };
}

/** Of the newest vault file that was put into its place: it opens with the key of that generation alone. */
async function generationOf(dataDirectory: string, { handle }: TenantDescriptor): Promise<number> {
  const names = await readdir(join(dataDirectory, 'vault', handle));
  const generations = names.map((name) => Number(/^([0-9]{8})\.rows$/.exec(name)?.[1] ?? 0));
  return Math.max(1, ...generations);
}

function escrowFor(
  { handle, name }: TenantDescriptor,
  generation: number,
  files: readonly EscrowFile[],
): EscrowFile {
  const own = files.filter(({ tenant }) => tenant === handle);
  const found = own.find((file) => file.generation === generation);
  if (found !== undefined) return found;
  const needed = `tenant ${name} (${handle}) needs the escrow file of generation ${generation}`;
  const newest = own.toSorted((a, b) => b.generation - a.generation)[0];
  if (newest === undefined) throw new RecoveryError('ESCROW_MISSING', `${needed}: none was given`);
  throw newest.generation < generation
    ? new RecoveryError(
        'ESCROW_OLD',
        `${needed}; the newest given is of generation ${newest.generation}`,
      )
    : new RecoveryError(
        'ESCROW_AHEAD',
        `${needed}; the one given is of generation ${newest.generation}: the data are an older copy`,
      );
}

function foreign(file: EscrowFile, why: string): RecoveryError {
  return new RecoveryError('ESCROW_FOREIGN', `the escrow file of ${describeEscrow(file)}: ${why}`);
}
