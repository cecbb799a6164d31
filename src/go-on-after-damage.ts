/**
 * Going on with damaged logs (docs/decisions/0010): what is left of them is put in their place, and every
 * ledger that lost something goes on in a new log. For a data directory that no node has open, and by
 * an operator's order only.
 */
import type { Sha256Digest } from './base/brand.js';
import type { Clock } from './base/time.js';
import { rememberEpochs, type WentOn } from './go-on.js';
import type { KeyStore } from './keys/key-store.js';
import { KeysError } from './keys/keys-error.js';
import { compareWithMark, type Mark } from './keys/mark.js';
import { unobserved } from './ledger/commit-observer.js';
import { LedgerStore } from './ledger/ledger-store.js';
import type { Ledger } from './ledger/ledger.js';
import { EMPTY_HEAD, type LogHead } from './ledger/log-head.js';
import { salvage, type Salvaged, type SalvageOptions } from './ledger/salvage.js';
import { epochLedger, NODE_TENANT } from './ledger-node.js';
import { readRunFile, whyNotToWrite } from './node-run.js';
import { recordRestore } from './record-restore.js';
import { parseCheckpoint } from './tlog/checkpoint.js';
import { parseSignedNote } from './tlog/signed-note.js';

export interface GoOnAfterDamageOptions extends SalvageOptions {
  readonly clock: Clock;
}

export interface Mended extends Salvaged {
  /** One for each ledger that lost something. */
  readonly wentOn: readonly WentOn[];
  /** Why the node still must not write, or null: it may besides be behind what it showed. */
  readonly refusal: string | null;
}

/** @throws as `salvage` and `LedgerStore.open`. */
export async function goOnAfterDamage(options: GoOnAfterDamageOptions): Promise<Mended> {
  const salvaged = await salvage(options);
  const store = await LedgerStore.open({
    ...options,
    observer: unobserved,
    // Every append is awaited below, and says what failed.
    onFailure: () => undefined,
  });
  try {
    // Not only what was salvaged just now: a crash may have come before their first entries.
    const begun = store.allLedgers().filter(({ loss, reader }) => loss && reader.head.size === 0);
    const refusal = await remember(store, begun, options);
    store.allowWrites();
    // A crash up to here leaves logs without a first entry: the node's next start appends it.
    await store.completeLedgers();
    if (refusal === null && (await isUpToDate(store, options)))
      await recordRestore(store, options, {
        action: 'restore:damaged',
        outcome: 'done',
        made: { logs: begun.length },
      });
    return { ...salvaged, wentOn: begun.map(wentOn), refusal };
  } finally {
    await store.close();
  }
}

/** If the epoch log goes on anew, the mark must speak of the new one; but not hide that data are old. */
async function remember(
  store: LedgerStore,
  begun: readonly Ledger[],
  { dataDirectory, keyStore }: { readonly dataDirectory: string; readonly keyStore: KeyStore },
): Promise<string | null> {
  const node = store.tenantNamed(NODE_TENANT)?.handle;
  const epochs = begun.find(({ identity }) => identity.tenant === node);
  if (epochs === undefined) return null;
  const mark = await keyStore.mark();
  const known = lastKnown(epochs);
  const refusal = compareWithMark(mark, keyStore.nodeId, {
    runFile: await readRunFile(dataDirectory),
    epochSize: known.size,
    rootAtMark: await rootAtMark(epochs, known, mark),
  });
  if (refusal === null) await rememberEpochs(store, dataDirectory, keyStore);
  return refusal;
}

/** Root of the old epoch log at the mark's size, as far as damage has left any. */
async function rootAtMark(
  epochs: Ledger,
  known: Pick<LogHead, 'size' | 'rootHash'>,
  mark: Mark | null,
): Promise<Sha256Digest | null> {
  const old = epochs.logs.at(-2);
  const marked = mark?.epochs ?? null;
  if (marked === null || old === undefined) return null;
  const { size, rootHash } = marked;
  if (size <= old.head.size) return old.rootAt(size);
  // Between what is left and what the journal knew last nothing can be computed any more.
  return size === known.size ? known.rootHash : rootHash;
}

/** In data that are behind what they showed, an entry would be a second history of its log. */
async function isUpToDate(
  store: LedgerStore,
  { dataDirectory, keyStore }: { readonly dataDirectory: string; readonly keyStore: KeyStore },
): Promise<boolean> {
  const epochs = epochLedger(store)?.reader ?? null;
  try {
    return (await whyNotToWrite({ dataDirectory, keyStore, epochs })) === null;
  } catch (cause) {
    // Without a mark nobody knows: the order that makes one is put on record.
    if (cause instanceof KeysError && cause.code === 'KEYS_MISSING') return false;
    throw cause;
  }
}

function lastKnown({ loss }: Ledger): Pick<LogHead, 'size' | 'rootHash'> {
  const note = loss?.checkpoint ?? '';
  return note === '' ? EMPTY_HEAD : parseCheckpoint(parseSignedNote(note).text);
}

function wentOn({ loss, logs, reader }: Ledger): WentOn {
  return {
    from: logs.at(-2)?.origin ?? '',
    origin: reader.origin,
    recoveredSize: loss?.recoveredSize ?? 0,
  };
}
