/**
 * Which heads of a log are anchored, and the way of each into the chain: what evidence of an entry
 * rests on, and what says how far a ledger's entries have come.
 */
import type { LeafIndex, TreeSize } from '../base/brand.js';
import type { AnchorProof } from '../evidence/bitcoin/anchor-proof.js';
import type { ChainName } from '../evidence/chains.js';
import type { LogReader } from '../ledger/log-reader.js';
import type { AnchorStore } from './anchor-store.js';
import type { EpochHistory } from './epoch-history.js';
import { firstHolding, type HeadInEpoch, headInEpoch } from './head-in-epoch.js';
import { HeadSizes } from './head-sizes.js';

/** One anchored head of one log. */
export interface HeadAnchor extends HeadInEpoch {
  readonly chain: ChainName;
  readonly transaction: AnchorProof;
}

export interface AnchoredHeadsParts {
  readonly chain: ChainName;
  readonly anchors: AnchorStore;
  readonly history: EpochHistory;
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
  readonly #sizes: HeadSizes;

  private constructor(parts: AnchoredHeadsParts) {
    this.#parts = parts;
    this.#sizes = new HeadSizes(parts.history);
  }

  static async open(parts: AnchoredHeadsParts): Promise<AnchoredHeads> {
    const heads = new AnchoredHeads(parts);
    const last = parts.anchors.settledSizes.at(-1);
    if (last !== undefined) await heads.#sizes.read(last);
    return heads;
  }

  sizeOf(origin: string): TreeSize {
    return this.#sizes.sizeOf(origin);
  }

  /** Takes a newly settled anchor in; a smaller size, once a reorganisation took the last one back. */
  note(epochSize: TreeSize): Promise<void> {
    return this.#sizes.note(epochSize);
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

  async #anchor(epochSize: TreeSize | undefined, reader: LogReader): Promise<HeadAnchor | null> {
    if (epochSize === undefined) return null;
    const { anchors, chain, history } = this.#parts;
    const found = await headInEpoch(history, epochSize, reader);
    if (found === null) return null;
    const { proof } = await anchors.readSettled(epochSize);
    return { ...found, chain, transaction: proof };
  }
}
