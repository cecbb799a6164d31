/**
 * Makes the parts of a data directory anew from what is left of damaged ones: catalog, journal, logs
 * and write state beside the old ones, which are only read. The vaults stay where they are.
 */
import { join } from 'node:path';
import { equalBytes } from '../../base/bytes.js';
import type { RandomSource } from '../../base/random.js';
import type { DurableFileSystem } from '../../keys/durable-file.js';
import type { KeyStore } from '../../keys/key-store.js';
import { Catalog, type LedgerDescriptor } from '../catalog.js';
import type { DataDirectory } from '../data-directory.js';
import { successorOrigin } from '../first-entry.js';
import { openJournalFiles } from '../journal-files.js';
import { Journal, type JournalContent } from '../journal.js';
import type { ExaminedLog } from './examine-logs.js';
import { HypercoreStore } from './hypercore-log.js';
import { newLog } from './new-log.js';
import { closeRecovered, recover } from './open-recovered.js';
import { rebuildLog } from './rebuild-log.js';
import { openPartsOf } from './store-parts.js';

export interface SalvageSources {
  readonly keyStore: KeyStore;
  readonly random: RandomSource;
  readonly durableFiles: DurableFileSystem;
  /** What the logs that go on say for ever. */
  readonly cause: string;
}

/**
 * @param after an empty directory; flushed and closed when it returns.
 * @throws LedgerError, KeysError for what would keep the result from being opened.
 */
export async function buildSalvaged(
  after: string,
  old: {
    readonly directory: DataDirectory;
    readonly catalog: Catalog;
    readonly journal: JournalContent;
  },
  examined: readonly ExaminedLog[],
  sources: SalvageSources,
): Promise<void> {
  const directory = {
    root: after,
    journal: join(after, 'journal'),
    logs: join(after, 'logs'),
    state: join(after, 'state'),
    vault: old.directory.vault,
  };
  await copyLogs(directory.logs, examined);
  await writeJournal(directory.journal, old.journal, examined);
  await writeCatalog(after, old.catalog, examined, sources);
  // Opened as the node will open it: what does not open must not take the place of anything.
  const { parts, vaults, journal } = await recover(await openPartsOf(directory, sources), sources);
  await closeRecovered(parts, vaults, journal);
}

async function copyLogs(directory: string, examined: readonly ExaminedLog[]): Promise<void> {
  const store = await HypercoreStore.open(directory);
  try {
    for (const { log, recovered: head, block } of examined) {
      const { descriptor, secrets } = log;
      await rebuildLog(store, { descriptor, core: secrets.core, head, block });
    }
    await store.flush();
  } finally {
    await store.close();
  }
}

/** What the old journal says, but for the logs that lost something: they stand where they now end. */
async function writeJournal(
  directory: string,
  { snapshot, commits, tip }: JournalContent,
  examined: readonly ExaminedLog[],
): Promise<void> {
  const lost = examined
    .filter(({ isLost }) => isLost)
    .map(({ log, recovered }) => ({ key: log.hypercore.key, head: recovered }));
  const isLost = ({ key }: { readonly key: Uint8Array }): boolean =>
    lost.some((one) => equalBytes(one.key, key));
  const files = await openJournalFiles(directory);
  const journal = await Journal.begin(
    files,
    { snapshot: null, commits: [], tornBytes: 0, segments: [], tip },
    {
      kind: 'snapshot',
      vaults: snapshot?.vaults ?? [],
      logs: [...(snapshot?.logs ?? []).filter((log) => !isLost(log)), ...lost],
    },
  );
  try {
    for (const { kind, rows, blocks } of commits)
      await journal.append({ kind, rows, blocks: blocks.filter((block) => !isLost(block)) });
  } finally {
    await journal.close();
  }
}

async function writeCatalog(
  directory: string,
  old: Catalog,
  examined: readonly ExaminedLog[],
  sources: SalvageSources,
): Promise<void> {
  const catalog = await Catalog.open(directory, sources.durableFiles);
  for (const tenant of old.tenants()) await catalog.putTenant(tenant);
  // All of the old ones first: the numbers of new logs come after theirs.
  for (const ledger of old.ledgers()) await catalog.putLedger(ledger);
  for (const ledger of old.ledgers()) {
    const number = ledger.logs.at(-1)?.number;
    const last = examined.find(({ log }) => log.number === number);
    // What a shared log lacks, its group has; it comes again by the same keys.
    if (last?.isLost === true && last.log.descriptor.shared !== true)
      await catalog.putLedger(await withSuccessor(ledger, last, catalog.nextLogNumber(), sources));
  }
}

async function withSuccessor(
  ledger: LedgerDescriptor,
  { log, known, recovered }: ExaminedLog,
  number: number,
  { cause, ...sources }: SalvageSources,
): Promise<LedgerDescriptor> {
  const successor = await newLog(successorOrigin(log.descriptor.origin), { ...sources, number });
  // Of a log that is longer than the journal the last checkpoint known is the one made now.
  const last = known.size > recovered.size ? known : recovered;
  const checkpoint = last.size === 0 ? '' : log.signCheckpoint(log.checkpointBody(last));
  const succeeds = { cause, checkpoint, recoveredSize: recovered.size };
  return { ...ledger, logs: [...ledger.logs, { ...successor, succeeds }] };
}
