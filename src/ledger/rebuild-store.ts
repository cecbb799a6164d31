/**
 * A store made again from a copy of its catalog, its vaults and the blocks of its logs. The journal
 * begins with what the copy says; the write state is made from the logs.
 */
import { equalBytes, fromHex } from '../base/bytes.js';
import type { RandomSource } from '../base/random.js';
import { type DurableFileSystem, durableFileSystem } from '../keys/durable-file.js';
import type { KeyStore, LogKeys } from '../keys/key-store.js';
import type { VaultState } from '../keys/vault.js';
import { Catalog, type LogDescriptor } from './catalog.js';
import { openDataDirectory } from './data-directory.js';
import { HypercoreStore, hypercoreKey } from './internal/hypercore-log.js';
import { keysOf, segmentsOf } from './internal/log-segments.js';
import { closeRecovered, recover } from './internal/open-recovered.js';
import { rebuildLog } from './internal/rebuild-log.js';
import { openPartsOf } from './internal/store-parts.js';
import { openJournalFiles } from './journal-files.js';
import { Journal } from './journal.js';
import { damaged } from './ledger-error.js';
import type { LogHead } from './log-head.js';

/** Of one Hypercore. */
export interface CopiedLog {
  readonly head: LogHead;
  readonly block: (number: number) => Promise<Uint8Array>;
}

export interface RebuildOptions {
  /** With the files of catalog and vaults, and without logs, journal and write state. */
  readonly dataDirectory: string;
  readonly keyStore: KeyStore;
  readonly random: RandomSource;
  readonly durableFiles?: DurableFileSystem;
  /** By handle of the log; undefined of one that had no block yet. */
  readonly log: (handle: string) => CopiedLog | undefined;
  /** By handle of the tenant. */
  readonly vaults: ReadonlyMap<string, VaultState>;
  /** Called with the origin of each log before it is made. */
  readonly progress: (origin: string) => void;
}

export interface RebuiltStore {
  /** The keys of a log that is written are gone: its ledger can only go on in another. */
  readonly isKeyGone: boolean;
}

/**
 * Closed and on disk when it returns, and opened once as a node would open it.
 *
 * @throws LedgerError LEDGER_DAMAGED if the blocks are not those of the heads; KeysError KEYS_MISSING,
 * KEYS_VAULT_DAMAGED.
 */
export async function rebuildStore(options: RebuildOptions): Promise<RebuiltStore> {
  const { durableFiles = durableFileSystem, keyStore, random } = options;
  const directory = await openDataDirectory(options.dataDirectory, durableFiles);
  const catalog = await Catalog.open(directory.root, durableFiles);
  const logs = await rebuildLogs(directory.logs, catalog, options);
  const files = await openJournalFiles(directory.journal);
  const journal = await Journal.begin(
    files,
    {
      snapshot: null,
      commits: [],
      tornBytes: 0,
      segments: [],
      tip: { sequence: 0, digest: new Uint8Array(32) },
    },
    {
      kind: 'snapshot',
      vaults: [...options.vaults].map(([tenant, state]) => ({ tenant: fromHex(tenant), state })),
      logs,
    },
  );
  await journal.close();
  // What does not open here would not open in its place either.
  const opened = await recover(await openPartsOf(directory, { durableFiles }), {
    keyStore,
    random,
  });
  await closeRecovered(opened.parts, opened.vaults, opened.journal);
  const written = catalog.ledgers().flatMap(({ logs: all }) => all.slice(-1));
  const keys = await Promise.all(written.map(async (log) => keysHere(keyStore, log)));
  return { isKeyGone: keys.some((one) => one?.isLost === true) };
}

async function rebuildLogs(
  directory: string,
  catalog: Catalog,
  { keyStore, log, progress }: RebuildOptions,
): Promise<{ key: Uint8Array; head: LogHead }[]> {
  const rebuilt: { key: Uint8Array; head: LogHead }[] = [];
  const store = await HypercoreStore.open(directory);
  try {
    for (const descriptor of catalog.ledgers().flatMap((ledger) => ledger.logs)) {
      const { corePublicKey, handle, origin } = descriptor;
      progress(origin);
      const keys = await keysHere(keyStore, descriptor);
      if (keys !== null && !equalBytes(keys.core.publicKey, fromHex(corePublicKey)))
        throw damaged(`the key store holds another key for log ${origin} than the catalog names`);
      const copied = log(handle);
      // Its first entry was not there yet: the node's next start appends it.
      if (copied === undefined) continue;
      const core = keys === null || keys.isLost ? null : keys.core;
      await rebuildLog(store, { descriptor, core, ...copied });
      rebuilt.push({ key: nameInJournal(descriptor), head: copied.head });
    }
    await store.flush();
  } finally {
    await store.close();
  }
  return rebuilt;
}

/** Of another node there are none. */
function keysHere(keyStore: KeyStore, log: LogDescriptor): Promise<LogKeys> | null {
  const name = keysOf(log);
  return name === null ? null : keyStore.logKeys(name);
}

/** Of the first of its Hypercores, for ever. */
function nameInJournal(log: LogDescriptor): Uint8Array {
  const [first] = segmentsOf(log);
  if (first === undefined) throw new Error('a log without a Hypercore');
  return hypercoreKey(first);
}
