/**
 * All epochs of one epoch log, for whoever proves something of them, and the maps of the newest, for whoever
 * makes the next. Opening takes into the index what the log has beyond it; an index that is not what the log
 * says is made again from the beginning.
 */
import { rm } from 'node:fs/promises';
import type { LeafIndex, Sha256Digest } from '../base/brand.js';
import { equalBytes } from '../base/bytes.js';
import { assert } from '../base/errors.js';
import { digestToHex } from '../base/hex-digest.js';
import { inPieces } from '../base/in-pieces.js';
import { Turns } from '../base/turns.js';
import { makeDirectoryDurably } from '../keys/durable-file.js';
import { LedgerError } from '../ledger/ledger-error.js';
import { parseStatement } from '../records/parse-statement.js';
import { type EpochChange, MAX_CHANGES } from './epoch-changes.js';
import { EpochIndex, type TakenAt } from './epoch-index.js';
import type { EpochFormat, IndexKeyOf } from './epoch-maps.js';
import { type EpochPath, EpochPaths } from './epoch-paths.js';
import { type AppliedEpoch, EpochState } from './epoch-state.js';
import { AnchoringError } from './errors.js';
import type { TakenHead } from './mapped-log.js';
import { type EpochLogParts, lastEpoch, readEpochs } from './read-epoch.js';

export interface EpochHistoryParts extends EpochLogParts {
  /** Where the index lies. */
  readonly indexDirectory: string;
  readonly indexKeyOf: IndexKeyOf;
}

export class EpochHistory {
  readonly #parts: EpochHistoryParts;
  /** One at a time: going on, and making the index again. */
  readonly #turns = new Turns();
  #opened: Opened;
  /** False from when an epoch is being made until it is in the index. */
  #isCurrent = true;
  #isClosed = false;
  /** Whether reading has failed before: what one more making did not mend, a thousand will not. */
  #wasMadeAgain = false;
  /** Origins of logs that did not extend the head that was taken of them, when heads were last taken. */
  inconsistent: readonly string[] = [];

  private constructor(parts: EpochHistoryParts, opened: Opened) {
    this.#parts = parts;
    this.#opened = opened;
  }

  /** @throws AnchoringError EPOCH_HEADS_DAMAGED if the epoch log does not make what it commits to. */
  static async open(parts: EpochHistoryParts): Promise<EpochHistory> {
    return new EpochHistory(parts, (await tryOpen(parts)) ?? (await openNew(parts)));
  }

  get log(): EpochLogParts {
    return this.#parts;
  }

  /** The head that was last taken of a log, or null if none was. */
  taken(log: string): TakenHead | null {
    return this.#opened.state.taken(log);
  }

  /** Whether that head has this size and root. */
  isTaken(log: string, size: number, rootHash: Uint8Array): boolean {
    return this.#opened.state.isTaken(log, size, rootHash);
  }

  /** What was the newest of a log when an epoch had been made; null where it was in none. */
  takenAt(log: string, epoch: number): Promise<TakenAt | null> {
    return this.#read(({ index }) => index.takenAt(log, epoch));
  }

  /** Whether, and with what, a log is in the maps of an epoch. @throws EPOCH_HEADS_DAMAGED. */
  path(epoch: LeafIndex, tenant: string, log: string): Promise<EpochPath> {
    return this.#read(({ paths }) => paths.of(epoch, tenant, log));
  }

  /** Gives SHA-256 of the origin of each log of which a head was taken up to an epoch, and the size of the last. */
  async eachSize(
    epoch: number,
    take: (originHash: Sha256Digest, size: number) => void,
  ): Promise<void> {
    await this.#read(async ({ index }) => {
      for (const { tenant } of await index.tenantsAt(epoch))
        for (const { originHash, head } of await index.logsAt(tenant, epoch))
          take(originHash, head.size);
    });
  }

  /**
   * Goes on to the next epoch: `append` puts it into the log under what the maps then are. If it fails, or the
   * index cannot take the epoch in, `makeCurrent` is owed before anything else is asked of the maps.
   */
  goOn(
    epoch: LeafIndex,
    changes: readonly EpochChange[],
    append: (applied: AppliedEpoch) => Promise<void>,
  ): Promise<void> {
    return this.#turns.take(async () => {
      assert(this.#isCurrent, 'the maps are made again after a failure');
      this.#isCurrent = false;
      const { state, index } = this.#opened;
      const applied = state.apply(epoch, 2, changes);
      // A crash here leaves nothing.
      await append(applied);
      // A crash here leaves an epoch that the index lacks: the next opening takes it in.
      await index.add(applied, changes);
      this.#isCurrent = true;
    });
  }

  /** After a failure: the maps are those of the log again. */
  makeCurrent(): Promise<void> {
    return this.#turns.take(async () => {
      if (!this.#isCurrent) await this.#openAgain();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#turns.take(() => this.#opened.index.close());
  }

  /** What RocksDB cannot read any more is made again, once until the next start: whoever asks must not set it off at will. */
  async #read<T>(act: (opened: Opened) => Promise<T>): Promise<T> {
    const opened = this.#opened;
    try {
      return await act(opened);
    } catch (cause) {
      if (cause instanceof LedgerError || this.#isClosed) throw cause;
      await this.#turns.take(async () => {
        // Another read has had it made again, or it did not help.
        if (this.#opened !== opened) return;
        if (this.#wasMadeAgain || this.#isClosed) throw cause;
        this.#wasMadeAgain = true;
        await this.#openAgain();
      });
      return act(this.#opened);
    }
  }

  async #openAgain(): Promise<void> {
    // Until it is there again nobody goes on from maps whose index is gone.
    this.#isCurrent = false;
    await this.#opened.index.close();
    this.#opened = await openNew(this.#parts);
    this.#isCurrent = true;
  }
}

/** As many as an epoch changes: so many objects, of a tenant that may have a million ledgers. */
const LOGS_AT_ONCE = MAX_CHANGES;

interface Opened {
  readonly index: EpochIndex;
  readonly state: EpochState;
  readonly paths: EpochPaths;
}

/** Null whatever is wrong with the index: if it is the log that is wrong, making a new one says so. */
async function tryOpen(parts: EpochHistoryParts): Promise<Opened | null> {
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

async function openNew(parts: EpochHistoryParts): Promise<Opened> {
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
): Promise<Opened> {
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
