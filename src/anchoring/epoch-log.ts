/**
 * Epochs: one entry of the node's epoch log commits to the heads of all its ledgers. A head is taken
 * only if it extends the one taken before, so no epoch is ever inconsistent with an earlier one.
 */
import type { LeafIndex } from '../base/brand.js';
import { equalBytes, toHex } from '../base/bytes.js';
import { digestToHex } from '../base/hex-digest.js';
import { formatHeadStatement, originHash, parseHeadStatement } from '../evidence/head-statement.js';
import { plainDraft } from '../ledger/entry-draft.js';
import type { Ledger } from '../ledger/ledger.js';
import type { LogReader } from '../ledger/log-reader.js';
import { formatStatement } from '../records/statement.js';
import { type EpochHead, epochMaps, type IndexKeyOf } from './epoch-maps.js';
import type { EpochStore } from './epoch-store.js';
import { AnchoringError } from './errors.js';

export interface EpochSource {
  /** All ledgers of the node but the epoch log. */
  ledgers(): readonly Ledger[];
  /** The epoch log. */
  readonly epochs: Ledger;
  readonly store: EpochStore;
  readonly indexKeyOf: IndexKeyOf;
}

/** Entry 0 names the log; epochs begin at 1. */
const FIRST_EPOCH = 1;

/**
 * Makes an epoch of the heads as they are now.
 *
 * @returns its index, or null if no ledger has moved since the last one.
 * @throws AnchoringError EPOCH_HEAD_INCONSISTENT, with nothing appended.
 */
export async function makeEpoch(source: EpochSource): Promise<LeafIndex | null> {
  const { epochs, store, indexKeyOf } = source;
  const last = lastEpoch(epochs.reader);
  const before = last === null ? [] : await store.read(last);
  const heads = source
    .ledgers()
    .filter(({ reader }) => reader.head.size > 0)
    .map(headOf);
  if (sameHeads(before, heads)) return null;
  for (const head of heads) await checkExtends(source, before, head);
  const epoch = epochs.reader.head.size as number as LeafIndex;
  const maps = epochMaps(epoch, heads, indexKeyOf);
  // A crash here leaves a file that no epoch speaks of yet.
  await store.write(epoch, heads);
  const previous = last === null ? null : digestToHex((await epochs.reader.entry(last)).leafHash);
  const [outcome] = await epochs.append([
    plainDraft((place) =>
      formatStatement({
        kind: 'epoch',
        ...place,
        heads: heads.length,
        tenants: digestToHex(maps.tenants.hash),
        ...(previous !== null && { previous }),
      }),
    ),
  ]);
  if (outcome?.kind !== 'appended' || outcome.index !== epoch)
    throw new Error('an epoch came to lie elsewhere: the epoch log has two writers');
  return epoch;
}

/** Index of the newest epoch, or null before the first. */
export function lastEpoch(epochs: LogReader): LeafIndex | null {
  const { size } = epochs.head;
  return size <= FIRST_EPOCH ? null : ((size - 1) as LeafIndex);
}

function headOf({ identity, reader }: Ledger): EpochHead {
  const { size, rootHash, length, treeHash } = reader.head;
  const statement = formatHeadStatement({
    originHash: originHash(reader.origin),
    size,
    rootHash,
    discoveryKey: reader.discoveryKey,
    fork: 0,
    length,
    treeHash,
  });
  return { tenant: identity.tenant, log: reader.handle, origin: reader.origin, statement };
}

function sameHeads(before: readonly EpochHead[], now: readonly EpochHead[]): boolean {
  const known = new Set(before.map(({ statement }) => toHex(statement)));
  return before.length === now.length && now.every(({ statement }) => known.has(toHex(statement)));
}

/** The tree must still have the root, at the size taken before, that was taken before. */
async function checkExtends(
  source: EpochSource,
  before: readonly EpochHead[],
  head: EpochHead,
): Promise<void> {
  const taken = before.find(({ log }) => log === head.log);
  if (taken === undefined) return;
  const old = parseHeadStatement(taken.statement);
  const ledger = source.ledgers().find(({ reader }) => reader.handle === head.log);
  const isExtension =
    ledger !== undefined &&
    old.size <= ledger.reader.head.size &&
    equalBytes(await ledger.reader.rootAt(old.size), old.rootHash);
  if (!isExtension)
    throw new AnchoringError(
      'EPOCH_HEAD_INCONSISTENT',
      `${head.origin} does not extend the head of ${old.size} entries that an epoch took of it`,
    );
}
