/**
 * Going on after something shown was lost (design §3.16): in every ledger a new log under a new
 * origin, which says so. For a data directory that no node has open, and by an operator's order only.
 */
import { ACCESS_LEDGER } from './access/access-entry.js';
import { ApiKeyRegistry } from './access/api-key-registry.js';
import type { JsonObject } from './base/canonical-json.js';
import type { RandomSource } from './base/random.js';
import type { Clock } from './base/time.js';
import type { KeyStore } from './keys/key-store.js';
import { KeysError } from './keys/keys-error.js';
import type { Mark } from './keys/mark.js';
import { unobserved } from './ledger/commit-observer.js';
import { LedgerStore, type LedgerStoreOptions } from './ledger/ledger-store.js';
import type { Ledger } from './ledger/ledger.js';
import { epochLedger } from './ledger-node.js';
import { readRunFile, writeRunFile } from './node-run.js';
import { giveUpContent } from './open-chunks.js';
import { recordRestore } from './record-restore.js';

export interface GoOnOptions {
  readonly dataDirectory: string;
  readonly keyStore: KeyStore;
  readonly clock: Clock;
  readonly random: RandomSource;
  /** For whoever reads the logs in ten years; 1–256 characters. */
  readonly cause: string;
  /** What was ordered, as it is put on record; that the data were an older copy without it. */
  readonly order?: { readonly action: string; readonly made: JsonObject };
  /** Called once that is on record: what the new logs have to say besides. */
  readonly besides?: (store: LedgerStore) => Promise<void>;
}

export interface WentOn {
  readonly from: string;
  readonly origin: string;
  /** Entries of the old log that are there, and stay readable under its origin. */
  readonly recoveredSize: number;
  /** Other nodes keep it too, and it is caught up with theirs. */
  readonly isShared?: true;
}

/**
 * @returns one line for each ledger, the node's own among them.
 * @throws as `LedgerStore.open`: what is damaged besides must be restored first.
 */
export async function goOnAsSuccessor(options: GoOnOptions): Promise<WentOn[]> {
  const { dataDirectory, keyStore, cause } = options;
  return whileOpen(options, async (store) => {
    const wentOn: WentOn[] = [];
    for (const ledger of accessFirst(store.allLedgers())) {
      const { origin, head } = ledger.reader;
      if (ledger.isShared) {
        // Others have what is missing here: it comes back from them, and nothing is written before.
        wentOn.push({ from: origin, origin, recoveredSize: head.size, isShared: true });
        continue;
      }
      // A crash here leaves some ledgers gone on and others not; the mark still forbids writing, and
      // doing it again gives the first ones one more log.
      const { reader } = await store.succeed(ledger.identity.handle, cause);
      wentOn.push({ from: origin, origin: reader.origin, recoveredSize: head.size });
    }
    // Not before: an entry in a log that is behind what it showed would be a second history of it. The
    // first entry of each new log says what was begun, and why.
    await recordRestore(store, options, {
      action: options.order?.action ?? 'restore:successor',
      outcome: 'done',
      made: {
        ...options.order?.made,
        logs: wentOn.filter(({ isShared }) => isShared !== true).length,
      },
    });
    await options.besides?.(store);
    // Content that comes from now on lies in Hypercores of its own, as entries lie in logs of their own.
    await giveUpContent(options);
    await ApiKeyRegistry.accept(dataDirectory, keyStore);
    await rememberEpochs(store, dataDirectory, keyStore);
    return wentOn;
  });
}

/** Opens a store that no node has open, to be written by an operator's order, and closes it. @throws as `LedgerStore.open`. */
export async function whileOpen<T>(
  options: GoOnOptions & Pick<LedgerStoreOptions, 'recoveryKeyFor'>,
  act: (store: LedgerStore) => Promise<T>,
): Promise<T> {
  const store = await LedgerStore.open({
    ...options,
    observer: unobserved,
    // Every append is awaited by `act`, and says what failed.
    onFailure: () => undefined,
  });
  try {
    store.allowWrites();
    await store.completeLedgers();
    return await act(store);
  } finally {
    await store.close();
  }
}

/** Where acts are put on record goes first: its new log begins with why. */
export function accessFirst(ledgers: readonly Ledger[]): Ledger[] {
  const isAccess = ({ identity }: Ledger): boolean => identity.name === ACCESS_LEDGER;
  return [...ledgers.filter(isAccess), ...ledgers.filter((ledger) => !isAccess(ledger))];
}

/**
 * From now on the mark is about the new epoch log, and the data directory is not behind it. What the node gave receipts for in
 * shared ledgers may be gone all the same, and the mark was what said so.
 */
export async function rememberEpochs(
  store: LedgerStore,
  dataDirectory: string,
  keyStore: KeyStore,
): Promise<void> {
  const mark = await markOrNull(keyStore);
  const runFile = await readRunFile(dataDirectory);
  const run = Math.max(mark?.run ?? 0, runFile?.run ?? 0) + 1;
  // A crash in it leaves a directory behind its mark, as it was.
  await keyStore.doubtGroupPromises();
  await keyStore.putMark({ epochs: newEpochs(store), run });
  // A crash here leaves a directory behind its mark: the order must be given again.
  await writeRunFile(dataDirectory, { nodeId: keyStore.nodeId, run });
}

/** Of an epoch log that goes on: one that is new and empty is not spoken of yet. */
export function newEpochs(store: LedgerStore): Mark['epochs'] {
  const epochs = epochLedger(store)?.reader.head;
  return epochs === undefined || epochs.size === 0
    ? null
    : { size: epochs.size, rootHash: epochs.rootHash };
}

/** Of a mark that was lost as well: going on is the only way on, and makes a new one. */
async function markOrNull(keyStore: KeyStore): Promise<Mark | null> {
  try {
    return await keyStore.mark();
  } catch (cause) {
    if (cause instanceof KeysError && cause.code === 'KEYS_MISSING') return null;
    throw cause;
  }
}
