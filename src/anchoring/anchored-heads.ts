/**
 * Which heads of a log are anchored, and the way of each into the chain: what evidence of an entry
 * rests on, and what says how far a ledger's entries have come.
 */
import type { LeafIndex, Sha256Digest, TreeSize } from '../base/brand.js';
import { asBuffer } from '../base/bytes.js';
import type { AnchorProof } from '../evidence/bitcoin/anchor-proof.js';
import type { ChainName } from '../evidence/chains.js';
import { originHash } from '../evidence/head-statement.js';
import type { LogReader } from '../ledger/log-reader.js';
import type { AnchorStore } from './anchor-store.js';
import { parseTaken } from './epoch-changes.js';
import { firstHolding, headInEpochs, type HeadInEpochs } from './epoch-heads.js';
import type { EpochHistory } from './epoch-history.js';
import { FIRST_EPOCH, readEpochAt } from './read-epoch.js';

/** One anchored head of one log. */
export interface HeadAnchor extends HeadInEpochs {
  readonly chain: ChainName;
  readonly transaction: AnchorProof;
}

export interface AnchoredHeadsParts {
  readonly chain: ChainName;
  readonly anchors: AnchorStore;
  readonly history: EpochHistory;
  readonly epochs: LogReader;
}

/** What is anchored, of whichever epoch log of the node anchored it. */
export interface Anchored {
  /** Entries of an origin below this are in a chain; 0 while none is. */
  sizeOf(origin: string): TreeSize;
  /** The first anchored head that contains an entry, and the last before it that does not. */
  around(
    reader: LogReader,
    index: LeafIndex,
  ): Promise<{ after: HeadAnchor | null; before: HeadAnchor | null }>;
}

/** After a loss the node has a new epoch log; what the old ones anchored stays anchored. */
export function anchoredByAny(histories: readonly AnchoredHeads[]): Anchored {
  return {
    sizeOf: (origin) =>
      Math.max(0, ...histories.map((history) => history.sizeOf(origin))) as TreeSize,
    around: async (reader, index) => {
      for (const history of histories) {
        const found = await history.around(reader, index);
        if (found.after !== null) return found;
      }
      return { after: null, before: null };
    },
  };
}

export class AnchoredHeads implements Anchored {
  readonly #parts: AnchoredHeadsParts;
  /** Anchored size by origin: by a part of its hash, which takes less room. */
  readonly #sizes = new Map<string, TreeSize>();
  /** Size of the epoch log that they are of. */
  #noted = FIRST_EPOCH;

  private constructor(parts: AnchoredHeadsParts) {
    this.#parts = parts;
  }

  static async open(parts: AnchoredHeadsParts): Promise<AnchoredHeads> {
    const heads = new AnchoredHeads(parts);
    const last = parts.anchors.settledSizes.at(-1);
    if (last !== undefined) await heads.#readSizes(last);
    return heads;
  }

  sizeOf(origin: string): TreeSize {
    return this.#sizes.get(originName(originHash(origin))) ?? (0 as TreeSize);
  }

  /** Takes a newly settled anchor in; a smaller size, once a reorganisation took the last one back. */
  async note(epochSize: TreeSize): Promise<void> {
    if (epochSize < this.#noted) await this.#readSizes(epochSize);
    for (; this.#noted < epochSize; this.#noted++) {
      const { changes } = await readEpochAt(this.#parts.history.log, this.#noted as LeafIndex);
      for (const { statement } of changes) {
        const taken = parseTaken(statement);
        // What was anchored of a log that ended stays anchored.
        if (taken.kind === 'head') this.#sizes.set(originName(taken.originHash), taken.size);
      }
    }
  }

  async around(
    reader: LogReader,
    index: LeafIndex,
  ): Promise<{ after: HeadAnchor | null; before: HeadAnchor | null }> {
    const sizes = this.#parts.anchors.settledSizes;
    const at = await firstHolding(this.#parts.history, sizes, reader, index);
    return {
      after: await this.#anchor(sizes[at], reader),
      before: at === 0 ? null : await this.#anchor(sizes[at - 1], reader),
    };
  }

  async #readSizes(epochSize: TreeSize): Promise<void> {
    const isAny = epochSize > FIRST_EPOCH;
    const sizes = isAny ? await this.#parts.history.sizesAt(epochSize - 1) : [];
    this.#sizes.clear();
    for (const { originHash: hash, size } of sizes)
      this.#sizes.set(originName(hash), size as TreeSize);
    this.#noted = Math.max(FIRST_EPOCH, epochSize);
  }

  async #anchor(epochSize: TreeSize | undefined, reader: LogReader): Promise<HeadAnchor | null> {
    if (epochSize === undefined) return null;
    const { anchors, chain } = this.#parts;
    const head = await headInEpochs(this.#parts, epochSize, reader);
    if (head === null) return null;
    const { proof } = await anchors.readSettled(epochSize);
    return { chain, ...head, transaction: proof };
  }
}

/** Half of the hash: nobody makes two origins that share it. */
function originName(hash: Sha256Digest): string {
  return asBuffer(hash).toString('latin1', 0, 16);
}
