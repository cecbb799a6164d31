/**
 * A way on for a store whose logs are damaged (docs/decisions/0010): what is left of each is kept under its
 * origin, and a ledger that lost something goes on in a new log that says so. For a data directory that
 * no node has open, and by an operator's order only.
 */
import type { RandomSource } from '../base/random.js';
import { durableFileSystem } from '../keys/durable-file.js';
import type { KeyStore } from '../keys/key-store.js';
import { Catalog } from './catalog.js';
import { openDataDirectory } from './data-directory.js';
import { buildSalvaged } from './internal/build-salvaged.js';
import { examineLog, type ExaminedLog } from './internal/examine-logs.js';
import {
  beginExchange,
  commitExchange,
  finishExchange,
  isExchangeUnfinished,
} from './internal/exchange-parts.js';
import { HypercoreStore } from './internal/hypercore-log.js';
import type { StoreFileSystems } from './internal/store-parts.js';
import { WriteState } from './internal/write-state.js';
import { openJournalFiles } from './journal-files.js';
import { readJournal } from './journal.js';
import { damaged, LedgerError } from './ledger-error.js';

export interface SalvageOptions extends Pick<StoreFileSystems, 'durableFiles'> {
  readonly dataDirectory: string;
  readonly keyStore: KeyStore;
  readonly random: RandomSource;
  /** Origins of the logs that may lose what cannot be read of them. */
  readonly damaged: readonly string[] | 'all';
  /** For whoever reads the logs in ten years; 1–256 characters. */
  readonly cause: string;
  /** Called with the origin of each log before it is read. */
  readonly progress: (origin: string) => void;
}

export interface Salvaged {
  /** Where the damaged parts are now, below the data directory; null if nothing was damaged. */
  readonly evidence: string | null;
  /** Origins of logs that the journal made whole: nothing of them is lost. */
  readonly madeWhole: readonly string[];
  /** Logs that were closed before, and of which less is left than was. */
  readonly shortened: readonly { readonly origin: string; readonly size: number }[];
}

/**
 * Puts sound parts in the place of damaged ones. Successors get their first entry when the store is
 * opened and completed. What an earlier call began is finished, by the order that it was begun with.
 *
 * @throws LedgerError LEDGER_DAMAGED with nothing changed if a log that is not named lost something, or
 * if what is damaged is no log; LEDGER_UNKNOWN likewise for a name that is of no damaged log;
 * LEDGER_LOCKED; KeysError KEYS_VAULT_DAMAGED.
 */
export async function salvage(options: SalvageOptions): Promise<Salvaged> {
  const { dataDirectory: root, durableFiles: files = durableFileSystem } = options;
  if (await isExchangeUnfinished(root))
    return { evidence: await finishExchange(root, files), madeWhole: [], shortened: [] };
  const examined = await build(options);
  if (examined === null) return { evidence: null, madeWhole: [], shortened: [] };
  return {
    evidence: await finishExchange(root, files),
    madeWhole: examined.filter(({ isLost, isIntact }) => !isLost && !isIntact).map(originOf),
    shortened: examined
      .filter(isClosedAndLost)
      .map((one) => ({ origin: originOf(one), size: one.recovered.size })),
  };
}

/** Builds the sound parts and orders the exchange. @returns null if nothing is damaged. */
async function build(options: SalvageOptions): Promise<readonly ExaminedLog[] | null> {
  const { dataDirectory, durableFiles = durableFileSystem, keyStore, progress } = options;
  const directory = await openDataDirectory(dataDirectory, durableFiles);
  // Its lock keeps others out until the exchange has been ordered.
  const hypercores = await HypercoreStore.open(directory.logs);
  let state: WriteState | null = null;
  try {
    const catalog = await Catalog.open(directory.root, durableFiles);
    const journal = await readJournal(await openJournalFiles(directory.journal));
    if (journal.snapshot === null) throw damaged('without its journal no log can be compared');
    state = await openTiles(directory.state);
    const examined: ExaminedLog[] = [];
    for (const ledger of catalog.ledgers())
      for (const descriptor of ledger.logs) {
        progress(descriptor.origin);
        const parts = { catalog, hypercores, journal, keyStore, state };
        examined.push(await examineLog(parts, ledger, descriptor));
      }
    checkNames(options.damaged, examined);
    if (examined.every(({ isLost, isIntact }) => isIntact && !isLost)) return null;
    const after = await beginExchange(dataDirectory, durableFiles);
    const old = { directory, catalog, journal };
    await buildSalvaged(after, old, examined, { ...options, durableFiles });
    await commitExchange(dataDirectory, durableFiles);
    return examined;
  } finally {
    await state?.close();
    await hypercores.close();
  }
}

/** Nothing is given up that the operator did not name. */
function checkNames(named: SalvageOptions['damaged'], examined: readonly ExaminedLog[]): void {
  if (named === 'all') return;
  const lost = examined.filter(({ isLost }) => isLost).map(originOf);
  if (!named.every((origin) => lost.includes(origin)))
    throw new LedgerError(
      'LEDGER_UNKNOWN',
      `a log was named that has lost nothing; those that have: ${lost.join(', ') || 'none'}`,
    );
  const others = lost.filter((origin) => !named.includes(origin));
  if (others.length > 0) throw damaged(`also damaged, and not named: ${others.join(', ')}`);
}

async function openTiles(directory: string): Promise<WriteState | null> {
  try {
    return await WriteState.open(directory);
  } catch (cause) {
    // It is made again from the logs.
    if (cause instanceof LedgerError && cause.code === 'LEDGER_DAMAGED') return null;
    throw cause;
  }
}

function isClosedAndLost({ isLost, ledger, log }: ExaminedLog): boolean {
  return isLost && ledger.logs.at(-1)?.number !== log.number;
}

function originOf({ log }: ExaminedLog): string {
  return log.descriptor.origin;
}
