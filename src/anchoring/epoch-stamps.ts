/**
 * Which heads of a log are under a time-stamp over the epoch log, and the way of each there: what the mark
 * `timestamped` and the time-stamp in evidence rest on.
 */
import type { LeafIndex, TreeSize, UnixMillis } from '../base/brand.js';
import type { LogReader } from '../ledger/log-reader.js';
import type { EpochHistory } from './epoch-history.js';
import { firstHolding, type HeadInEpoch, headInEpoch } from './head-in-epoch.js';
import { HeadSizes } from './head-sizes.js';
import type { EpochStamp, StampStore } from './stamp-store.js';

/** One stamped head of one log. */
export interface StampedHead extends HeadInEpoch {
  readonly stamp: EpochStamp;
}

/** What is stamped, of whichever epoch log of the node was. */
export interface Stamped {
  /** Entries of an origin below this are under a time-stamp; 0 while none is. */
  sizeOf(origin: string): TreeSize;
  /**
   * The first stamped head that contains an entry; null while none does.
   *
   * @param from a stamp of before this is passed over: the entry says that it was not there yet.
   */
  covering(reader: LogReader, index: LeafIndex, from: UnixMillis): Promise<StampedHead | null>;
}

/** After a loss the node has a new epoch log; what was stamped of the old ones stays stamped. */
export function stampedByAny(histories: readonly Stamped[]): Stamped {
  return {
    sizeOf: (origin) =>
      Math.max(0, ...histories.map((history) => history.sizeOf(origin))) as TreeSize,
    covering: async (reader, index, from) => {
      for (const history of histories) {
        const found = await history.covering(reader, index, from);
        if (found !== null) return found;
      }
      return null;
    },
  };
}

export interface EpochStampsParts {
  readonly store: StampStore;
  readonly history: EpochHistory;
}

/** Stamps that are passed over for an entry's sake: as many as a clock that was ahead can have spoilt. */
const MAX_PASSED_OVER = 64;

export class EpochStamps implements Stamped {
  readonly store: StampStore;
  readonly #parts: EpochStampsParts;
  readonly #covered: HeadSizes;

  private constructor(parts: EpochStampsParts, covered: HeadSizes) {
    this.store = parts.store;
    this.#parts = parts;
    this.#covered = covered;
  }

  static async open(parts: EpochStampsParts): Promise<EpochStamps> {
    const covered = new HeadSizes(parts.history);
    await covered.read(usable(parts).at(-1) ?? (0 as TreeSize));
    return new EpochStamps(parts, covered);
  }

  sizeOf(origin: string): TreeSize {
    return this.#covered.sizeOf(origin);
  }

  /** Takes new stamps in. */
  async note(): Promise<void> {
    const size = usable(this.#parts).at(-1);
    if (size !== undefined) await this.#covered.note(size);
  }

  async covering(
    reader: LogReader,
    index: LeafIndex,
    from: UnixMillis,
  ): Promise<StampedHead | null> {
    const sizes = usable(this.#parts);
    const first = await firstHolding(this.#parts.history, sizes, reader, index);
    for (const size of sizes.slice(first, first + MAX_PASSED_OVER)) {
      const stamp = await this.store.read(size);
      if (stamp.at >= from) return this.#headAt(stamp, reader);
    }
    return null;
  }

  async #headAt(stamp: EpochStamp, reader: LogReader): Promise<StampedHead | null> {
    const found = await headInEpoch(this.#parts.history, stamp.size, reader);
    return found && { ...found, stamp };
  }
}

/** A damaged epoch log may have become shorter than what was stamped of it. */
function usable({ store, history }: EpochStampsParts): readonly TreeSize[] {
  const { size } = history.log.epochs.head;
  const last = store.sizes.at(-1);
  return last === undefined || last <= size
    ? store.sizes
    : store.sizes.filter((one) => one <= size);
}
