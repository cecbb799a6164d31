/**
 * Up to which size the epochs up to one of them hold each log: what a finality mark is kept as, whoever has put
 * that epoch where it cannot be taken back.
 */
import type { LeafIndex, Sha256Digest, TreeSize } from '../base/brand.js';
import { asBuffer } from '../base/bytes.js';
import { originHash } from '../evidence/head-statement.js';
import { parseTaken } from './epoch-changes.js';
import type { EpochHistory } from './epoch-history.js';
import { FIRST_EPOCH, readEpochAt } from './read-epoch.js';

export class HeadSizes {
  readonly #history: EpochHistory;
  /** By origin: by a part of its hash, which takes less room. */
  readonly #sizes = new Map<string, TreeSize>();
  /** Size of the epoch log that they are of. */
  #noted = FIRST_EPOCH;

  constructor(history: EpochHistory) {
    this.#history = history;
  }

  /** Entries of an origin below this are in; 0 while none is. */
  sizeOf(origin: string): TreeSize {
    const none = 0 as TreeSize;
    return this.#sizes.size === 0 ? none : (this.#sizes.get(nameOf(originHash(origin))) ?? none);
  }

  /** As the epochs below a size of the epoch log have them: at the start, and where that size became smaller. */
  async read(epochSize: TreeSize): Promise<void> {
    const isAny = epochSize > FIRST_EPOCH;
    const sizes = isAny ? await this.#history.sizesAt(epochSize - 1) : [];
    this.#sizes.clear();
    for (const { originHash: hash, size } of sizes) this.#sizes.set(nameOf(hash), size as TreeSize);
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
        if (taken.kind === 'head') this.#sizes.set(nameOf(taken.originHash), taken.size);
      }
    }
  }
}

/** Half of the hash: nobody makes two origins that share it. */
function nameOf(hash: Sha256Digest): string {
  return asBuffer(hash).toString('latin1', 0, 16);
}
