/**
 * Which heads of logs the newest head of the epoch log covers that enough witnesses have cosigned, and the way of
 * each to it: what says how far a ledger's entries are witnessed, and what evidence of that rests on.
 */
import type { LeafIndex, TreeSize } from '../base/brand.js';
import { parseHeadStatement } from '../evidence/head-statement.js';
import type { LogReader } from '../ledger/log-reader.js';
import type { EpochHistory } from './epoch-history.js';
import { type HeadInEpoch, headInEpoch } from './head-in-epoch.js';
import { HeadSizes } from './head-sizes.js';

/** One head of one log under a cosigned head of the epoch log. */
export interface HeadWitness extends HeadInEpoch {
  readonly cosigned: CosignedHead;
}

/** A head of the epoch log that satisfies the node's policy. */
export interface CosignedHead {
  readonly size: TreeSize;
  /** Its checkpoint: the log's signature, then the cosignatures. */
  readonly note: string;
  /** Of the epoch log, as C2SP writes it. */
  readonly verifierKey: string;
}

/** What is witnessed, of the epoch log that is written now. */
export interface Witnessed {
  /** Entries of an origin below this are witnessed; 0 while none is, and where nobody is asked. */
  sizeOf(origin: string): TreeSize;
  /** The way of the newest witnessed head of a log that holds an entry, or null. */
  covering(reader: LogReader, index: LeafIndex): Promise<HeadWitness | null>;
  /** Null before the first. */
  readonly newest: CosignedHead | null;
}

/** Where nobody is asked. */
export const NOBODY_WITNESSES: Witnessed = {
  sizeOf: () => 0 as TreeSize,
  covering: () => Promise.resolve(null),
  newest: null,
};

export class WitnessedHeads implements Witnessed {
  readonly #history: EpochHistory;
  readonly #sizes: HeadSizes;
  #newest: CosignedHead | null = null;

  private constructor(history: EpochHistory) {
    this.#history = history;
    this.#sizes = new HeadSizes(history);
  }

  static async open(
    history: EpochHistory,
    newest: Omit<CosignedHead, 'verifierKey'> | null,
  ): Promise<WitnessedHeads> {
    const heads = new WitnessedHeads(history);
    if (newest === null) return heads;
    await heads.#sizes.read(newest.size);
    heads.#newest = { ...newest, verifierKey: history.log.epochs.verifierKey };
    return heads;
  }

  get newest(): CosignedHead | null {
    return this.#newest;
  }

  sizeOf(origin: string): TreeSize {
    return this.#sizes.sizeOf(origin);
  }

  /** Takes a newly cosigned head in; the caller has judged it. */
  async take(newest: Omit<CosignedHead, 'verifierKey'>): Promise<void> {
    await this.#sizes.note(newest.size);
    this.#newest = { ...newest, verifierKey: this.#history.log.epochs.verifierKey };
  }

  async covering(reader: LogReader, index: LeafIndex): Promise<HeadWitness | null> {
    const cosigned = this.#newest;
    if (cosigned === null || index >= this.sizeOf(reader.origin)) return null;
    const found = await headInEpoch(this.#history, cosigned.size, reader);
    if (found === null) return null;
    const { size } = parseHeadStatement(found.head);
    // A log that is shorter than what was taken of it cannot prove that it grew from there.
    return size > index && size <= reader.head.size ? { ...found, cosigned } : null;
  }
}
