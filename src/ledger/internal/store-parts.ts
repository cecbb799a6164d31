/** The parts of a node's store, opened but not yet compared: what `open` recovers and `fsck` checks. */
import { equalBytes, fromHex } from '../../base/bytes.js';
import { type DurableFileSystem, durableFileSystem } from '../../keys/durable-file.js';
import type { KeyStore } from '../../keys/key-store.js';
import { tenantKeys } from '../../keys/tenant-keys.js';
import { parseVerifierKey } from '../../tlog/note-key.js';
import { noteSigner } from '../../tlog/signed-note.js';
import { Catalog, type LedgerDescriptor, type LogDescriptor } from '../catalog.js';
import { type DataDirectory, openDataDirectory } from '../data-directory.js';
import { type JournalFiles, openJournalFiles } from '../journal-files.js';
import { type JournalContent, readJournal } from '../journal.js';
import { damaged } from '../ledger-error.js';
import { checkCatalog } from './check-catalog.js';
import { refuseUnfinishedExchange } from './exchange-parts.js';
import type { HypercoreLog, HypercoreStore } from './hypercore-log.js';
import { keysOf, segmentsOf } from './log-segments.js';
import { openHypercores } from './open-hypercores.js';
import type { LogSecrets, SigningKeys } from './open-log.js';
import { WriteState } from './write-state.js';

/** What it takes to read the logs. */
export interface LogStoreParts {
  readonly catalog: Catalog;
  readonly hypercores: HypercoreStore;
  readonly journal: JournalContent;
}

export interface StoreParts extends LogStoreParts {
  readonly directory: DataDirectory;
  readonly state: WriteState;
  readonly files: JournalFiles;
  /** Under everything that is written as a small whole file. */
  readonly durableFiles: DurableFileSystem;
}

/** For tests: other file systems under the parts that must be durable at once. */
export interface StoreFileSystems {
  readonly openJournalFiles?: (directory: string) => Promise<JournalFiles>;
  readonly durableFiles?: DurableFileSystem;
}

/** Opens everything or nothing. @throws LedgerError LEDGER_LOCKED, LEDGER_DAMAGED, LEDGER_FORMAT_NEWER. */
export async function openStoreParts(
  root: string,
  files: StoreFileSystems = {},
): Promise<StoreParts> {
  await refuseUnfinishedExchange(root);
  const { durableFiles = durableFileSystem } = files;
  return openPartsOf(await openDataDirectory(root, durableFiles), files);
}

/** As `openStoreParts`, wherever the parts lie. */
export async function openPartsOf(
  directory: DataDirectory,
  {
    openJournalFiles: openFiles = openJournalFiles,
    durableFiles = durableFileSystem,
  }: StoreFileSystems,
): Promise<StoreParts> {
  const catalog = await Catalog.open(directory.root, durableFiles);
  const files = await openFiles(directory.journal);
  const journal = await readJournal(files);
  if (journal.snapshot === null && catalog.ledgers().length > 0)
    throw damaged(
      'the journal is missing, and there are ledgers: it cannot be known what they held',
    );
  const hypercores = await openHypercores(directory.logs, catalog, journal, durableFiles);
  let state: WriteState | null = null;
  try {
    // Only now that no other process can have the directory open, which may be making a ledger.
    await refuseUnfinishedExchange(directory.root);
    checkCatalog(catalog, journal);
    state = await WriteState.open(directory.state);
    // RocksDB syncs what is in its directory, never the directory's own name: without these a flushed
    // store could be gone after a power cut, and the journal that held it dropped.
    for (const path of [directory.logs, directory.root]) await durableFiles.syncDirectory(path);
    return { directory, catalog, hypercores, state, files, durableFiles, journal };
  } catch (cause) {
    // What stayed open would keep its lock for as long as the process lives.
    await state?.close();
    await hypercores.close();
    throw cause;
  }
}

export async function closeStoreParts({ hypercores, state }: StoreParts): Promise<void> {
  try {
    await state.close();
  } finally {
    await hypercores.close();
  }
}

/** Opens a log and checks that the catalog, the key store and the Hypercore mean the same one. */
export async function openLogParts(
  { hypercores }: LogStoreParts,
  keyStore: KeyStore,
  ledger: LedgerDescriptor,
  log: LogDescriptor,
): Promise<{ hypercore: HypercoreLog; secrets: LogSecrets }> {
  const signing = await signingKeys(keyStore, log);
  const { block } = tenantKeys(await keyStore.tenantRoot(ledger.tenant));
  return { hypercore: await hypercores.log(segmentsOf(log)), secrets: { ...signing, block } };
}

async function signingKeys(keyStore: KeyStore, log: LogDescriptor): Promise<SigningKeys> {
  const name = keysOf(log);
  if (name === null) return { keys: 'elsewhere', core: null, checkpoint: null };
  const keys = await keyStore.logKeys(name);
  if (!equalBytes(keys.core.publicKey, fromHex(log.corePublicKey)))
    throw damaged(`the key store holds another key for log ${log.origin} than the catalog names`);
  const key = parseVerifierKey(log.verifierKey);
  if (!equalBytes(keys.note.publicKey, key.publicKey))
    throw damaged(`the key store holds another checkpoint key for log ${log.origin}`);
  // Of data that were copied before the group chose another writer: it goes on by what that one signed.
  if (keys.isLost && log.shared === true)
    return { keys: 'elsewhere', core: null, checkpoint: null };
  const checkpoint = noteSigner(key, (message) => keys.note.sign(message));
  return { keys: keys.isLost ? 'lost' : 'own', core: keys.core, checkpoint };
}
