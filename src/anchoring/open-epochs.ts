/**
 * Opens the index of epochs and the maps of the newest: what the log has beyond the index is taken in, and an
 * index that is not what the log says is made again from the beginning.
 */
import { rm } from 'node:fs/promises';
import type { LeafIndex, Sha256Digest } from '../base/brand.js';
import { equalBytes } from '../base/bytes.js';
import { digestToHex } from '../base/hex-digest.js';
import { inPieces } from '../base/in-pieces.js';
import { makeDirectoryDurably } from '../keys/durable-file.js';
import { LedgerError } from '../ledger/ledger-error.js';
import { parseStatement } from '../records/parse-statement.js';
import { MAX_CHANGES } from './epoch-changes.js';
import { EpochIndex } from './epoch-index.js';
import type { EpochFormat, IndexKeyOf } from './epoch-maps.js';
import { EpochPaths } from './epoch-paths.js';
import { EpochState } from './epoch-state.js';
import { AnchoringError } from './errors.js';
import { type EpochLogParts, lastEpoch, readEpochs } from './read-epoch.js';

export interface EpochHistoryParts extends EpochLogParts {
  /** Where the index lies. */
  readonly indexDirectory: string;
  readonly indexKeyOf: IndexKeyOf;
}

/** As many as an epoch changes: so many objects, of a tenant that may have a million ledgers. */
const LOGS_AT_ONCE = MAX_CHANGES;

export interface OpenedEpochs {
  readonly index: EpochIndex;
  readonly state: EpochState;
  readonly paths: EpochPaths;
}

/** @throws AnchoringError EPOCH_HEADS_DAMAGED if the epoch log does not make what it commits to. */
export async function openEpochs(parts: EpochHistoryParts): Promise<OpenedEpochs> {
  return (await tryOpen(parts)) ?? (await makeAgain(parts));
}

/** Null whatever is wrong with the index: if it is the log that is wrong, making a new one says so. */
async function tryOpen(parts: EpochHistoryParts): Promise<OpenedEpochs | null> {
  let index: EpochIndex | null = null;
  try {
    index = await EpochIndex.open(parts.indexDirectory);
    const state = await stateOf(parts, index);
    if (state !== null) return await caughtUp(parts, index, state);
  } catch (cause) {
    if (cause instanceof LedgerError) throw cause;
  }
  await index?.close();
  return null;
}

/** From the log alone. @throws as `openEpochs`. */
export async function makeAgain(parts: EpochHistoryParts): Promise<OpenedEpochs> {
  await rm(parts.indexDirectory, { recursive: true, force: true });
  await makeDirectoryDurably(parts.indexDirectory);
  const index = await EpochIndex.open(parts.indexDirectory);
  try {
    return await caughtUp(parts, index, new EpochState(parts.indexKeyOf));
  } catch (cause) {
    await index.close();
    throw cause;
  }
}

/** The maps of the epoch that the index has reached; null unless they are those that the epoch commits to. */
async function stateOf(
  { epochs, indexKeyOf }: EpochHistoryParts,
  index: EpochIndex,
): Promise<EpochState | null> {
  const state = new EpochState(indexKeyOf);
  const epoch = index.position as LeafIndex;
  if (epoch === 0) return state;
  if (epoch > (lastEpoch(epochs) ?? 0)) return null;
  for (const { tenant, root } of await index.tenantsAt(epoch)) {
    let made: Sha256Digest | null = null;
    for (const logs of inPieces(await index.logsAt(tenant, epoch), LOGS_AT_ONCE))
      made = state.put(tenant, logs);
    if (made === null || !equalBytes(made, root)) return null;
  }
  const statement = parseStatement((await epochs.entry(epoch)).statement);
  if (statement.kind !== 'epoch') return null;
  const format: EpochFormat = statement.changes === undefined ? 1 : 2;
  return digestToHex(state.root(epoch, format)) === statement.tenants ? state : null;
}

async function caughtUp(
  parts: EpochHistoryParts,
  index: EpochIndex,
  state: EpochState,
): Promise<OpenedEpochs> {
  for await (const { epoch, format, statement, changes } of readEpochs(parts, index.position + 1)) {
    const applied = state.apply(epoch, format, changes);
    if (digestToHex(applied.tenants) !== statement.tenants)
      throw new AnchoringError(
        'EPOCH_HEADS_DAMAGED',
        `epoch ${epoch} is damaged: its changes do not make the maps that it commits to`,
      );
    await index.add(applied, changes);
  }
  return { index, state, paths: new EpochPaths(parts, index) };
}
