/**
 * Up to which size the epochs up to one of them hold each log: what a finality mark is kept as, whoever has put
 * that epoch where it cannot be taken back.
 */
import type { LeafIndex, TreeSize } from '../base/brand.js';
import { originHash } from '../evidence/head-statement.js';
import { parseTaken } from './epoch-changes.js';
import type { EpochHistory } from './epoch-history.js';
import { FIRST_EPOCH, readEpochAt } from './read-epoch.js';
import { SizesByOrigin } from './sizes-by-origin.js';

export class HeadSizes {
  readonly #history: EpochHistory;
  #sizes = new SizesByOrigin();
  /** Size of the epoch log that they are of. */
  #noted = FIRST_EPOCH;

  constructor(history: EpochHistory) {
    this.#history = history;
  }

  /** Entries of an origin below this are in; 0 while none is. */
  sizeOf(origin: string): TreeSize {
    return this.#sizes.of(originHash(origin));
  }

  /** As the epochs below a size of the epoch log have them: at the start, and where that size became smaller. */
  async read(epochSize: TreeSize): Promise<void> {
    const sizes = new SizesByOrigin();
    if (epochSize > FIRST_EPOCH)
      await this.#history.eachSize(epochSize - 1, (hash, size) => {
        sizes.set(hash, size as TreeSize);
      });
    this.#sizes = sizes;
    this.#noted = Math.max(FIRST_EPOCH, epochSize);
  }

  /** Goes on to a size of the epoch log. */
  async note(epochSize: TreeSize): Promise<void> {
    if (epochSize < this.#noted) await this.read(epochSize);
    for (; this.#noted < epochSize; this.#noted++) {
      const { changes } = await readEpochAt(this.#history.log, this.#noted as LeafIndex);
      for (const { statement } of changes) {
        const taken = parseTaken(statement);
        // What was there of a log that ended stays there.
        if (taken.kind === 'head') this.#sizes.set(taken.originHash, taken.size);
      }
    }
  }
}
