/**
 * Up to which size each log's entries are in the maps of an epoch log of some size: one number a log, whatever it
 * is that holds the epoch log at that size.
 */
import type { LeafIndex, Sha256Digest, TreeSize } from '../base/brand.js';
import { asBuffer } from '../base/bytes.js';
import { originHash } from '../evidence/head-statement.js';
import { parseTaken } from './epoch-changes.js';
import type { EpochHistory } from './epoch-history.js';
import { FIRST_EPOCH, readEpochAt } from './read-epoch.js';

export class CoveredSizes {
  readonly #history: EpochHistory;
  /** By a part of the origin's hash, which takes less room. */
  readonly #sizes = new Map<string, TreeSize>();
  /** Size of the epoch log that they are of. */
  #noted = FIRST_EPOCH;

  private constructor(history: EpochHistory) {
    this.#history = history;
  }

  /** @param epochSize that is covered; nothing is below the first epoch. */
  static async open(history: EpochHistory, epochSize: TreeSize): Promise<CoveredSizes> {
    const covered = new CoveredSizes(history);
    if (epochSize <= FIRST_EPOCH) return covered;
    for (const { originHash: hash, size } of await history.sizesAt(epochSize - 1))
      covered.#sizes.set(originName(hash), size as TreeSize);
    covered.#noted = epochSize;
    return covered;
  }

  /** Entries of an origin below this are covered; 0 while none is. */
  sizeOf(origin: string): TreeSize {
    return this.#sizes.get(originName(originHash(origin))) ?? (0 as TreeSize);
  }

  /** Takes a larger size in. */
  async note(epochSize: TreeSize): Promise<void> {
    for (; this.#noted < epochSize; this.#noted++) {
      const { changes } = await readEpochAt(this.#history.log, this.#noted as LeafIndex);
      for (const { statement } of changes) {
        const taken = parseTaken(statement);
        // What was covered of a log that ended stays covered.
        if (taken.kind === 'head') this.#sizes.set(originName(taken.originHash), taken.size);
      }
    }
  }
}

/** Half of the hash: nobody makes two origins that share it. */
function originName(hash: Sha256Digest): string {
  return asBuffer(hash).toString('latin1', 0, 16);
}
