/**
 * All epochs of one epoch log, for whoever proves something of them, and the maps of the newest, for whoever
 * makes the next.
 */
import type { LeafIndex, Sha256Digest } from '../base/brand.js';
import { assert } from '../base/errors.js';
import { Turns } from '../base/turns.js';
import { LedgerError } from '../ledger/ledger-error.js';
import type { EpochChange } from './epoch-changes.js';
import type { TakenAt } from './epoch-index.js';
import type { EpochPath } from './epoch-paths.js';
import type { AppliedEpoch } from './epoch-state.js';
import type { TakenHead } from './mapped-log.js';
import { type EpochHistoryParts, makeAgain, openEpochs, type OpenedEpochs } from './open-epochs.js';
import type { EpochLogParts } from './read-epoch.js';

export class EpochHistory {
  readonly #parts: EpochHistoryParts;
  /** One at a time: going on, and making the index again. */
  readonly #turns = new Turns();
  #opened: OpenedEpochs;
  /** False from when an epoch is being made until it is in the index. */
  #isCurrent = true;
  #isClosed = false;
  /** Whether reading has failed before: what one more making did not mend, a thousand will not. */
  #wasMadeAgain = false;
  /** Origins of logs that did not extend the head that was taken of them, when heads were last taken. */
  inconsistent: readonly string[] = [];

  private constructor(parts: EpochHistoryParts, opened: OpenedEpochs) {
    this.#parts = parts;
    this.#opened = opened;
  }

  /** @throws AnchoringError EPOCH_HEADS_DAMAGED if the epoch log does not make what it commits to. */
  static async open(parts: EpochHistoryParts): Promise<EpochHistory> {
    return new EpochHistory(parts, await openEpochs(parts));
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
  async #read<T>(act: (opened: OpenedEpochs) => Promise<T>): Promise<T> {
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
    this.#opened = await makeAgain(this.#parts);
    this.#isCurrent = true;
  }
}
