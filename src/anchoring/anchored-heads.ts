/**
 * Which heads of a log are anchored, and the way of each into the chain: what evidence of an entry
 * rests on, and what says how far a ledger's entries have come.
 */
import type { LeafIndex, TreeSize } from '../base/brand.js';
import type { AnchorProof } from '../evidence/bitcoin/anchor-proof.js';
import type { ChainName } from '../evidence/chains.js';
import type { EvidenceEpoch } from '../evidence/evidence-file.js';
import { parseHeadStatement } from '../evidence/head-statement.js';
import type { LogReader } from '../ledger/log-reader.js';
import type { AnchorStore } from './anchor-store.js';
import {
  type EpochHead,
  epochMaps,
  type EpochPath,
  epochPath,
  type IndexKeyOf,
} from './epoch-maps.js';
import type { EpochStore } from './epoch-store.js';

/** One anchored head of one log. */
export interface HeadAnchor {
  readonly chain: ChainName;
  /** Head statement. */
  readonly head: Uint8Array;
  /** Handles, hex. */
  readonly log: string;
  readonly tenant: string;
  readonly path: EpochPath;
  readonly epoch: EvidenceEpoch;
  readonly transaction: AnchorProof;
}

export interface AnchoredHeadsParts {
  readonly chain: ChainName;
  readonly anchors: AnchorStore;
  readonly heads: EpochStore;
  readonly epochs: LogReader;
  readonly indexKeyOf: IndexKeyOf;
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
  /** Anchored size by origin. */
  readonly #sizes = new Map<string, TreeSize>();

  private constructor(parts: AnchoredHeadsParts) {
    this.#parts = parts;
  }

  static async open(parts: AnchoredHeadsParts): Promise<AnchoredHeads> {
    const heads = new AnchoredHeads(parts);
    const last = parts.anchors.settledSizes.at(-1);
    if (last !== undefined) await heads.note(last);
    return heads;
  }

  sizeOf(origin: string): TreeSize {
    return this.#sizes.get(origin) ?? (0 as TreeSize);
  }

  /** Takes a newly settled anchor in. */
  async note(epochSize: TreeSize): Promise<void> {
    for (const { origin, statement } of await this.#headsOf(epochSize))
      this.#sizes.set(origin, parseHeadStatement(statement).size);
  }

  async around(
    reader: LogReader,
    index: LeafIndex,
  ): Promise<{ after: HeadAnchor | null; before: HeadAnchor | null }> {
    const sizes = this.#parts.anchors.settledSizes;
    // Heads only grow, so the anchors that contain the entry are the later ones.
    let low = 0;
    let high = sizes.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const head = await this.#headOf(sizes[middle], reader);
      if (head !== null && parseHeadStatement(head.statement).size > index) high = middle;
      else low = middle + 1;
    }
    return {
      after: await this.#anchor(sizes[low], reader),
      before: low === 0 ? null : await this.#anchor(sizes[low - 1], reader),
    };
  }

  async #anchor(epochSize: TreeSize | undefined, reader: LogReader): Promise<HeadAnchor | null> {
    const { anchors, chain, epochs, indexKeyOf } = this.#parts;
    const head = await this.#headOf(epochSize, reader);
    if (epochSize === undefined || head === null) return null;
    const epoch = (epochSize - 1) as LeafIndex;
    const maps = epochMaps(epoch, await this.#headsOf(epochSize), indexKeyOf);
    const { statement } = await epochs.entry(epoch);
    const { proof } = await anchors.readSettled(epochSize);
    return {
      chain,
      head: head.statement,
      log: head.log,
      tenant: head.tenant,
      path: epochPath(epoch, maps, head, indexKeyOf),
      epoch: {
        inclusion: await epochs.inclusionProof(epoch, epochSize),
        size: epochSize,
        statement,
      },
      transaction: proof,
    };
  }

  async #headOf(epochSize: TreeSize | undefined, { handle }: LogReader): Promise<EpochHead | null> {
    if (epochSize === undefined) return null;
    const heads = await this.#headsOf(epochSize);
    return heads.find(({ log }) => log === handle) ?? null;
  }

  /** An anchor of n epochs rests on the last of them. */
  #headsOf(epochSize: TreeSize): Promise<EpochHead[]> {
    return this.#parts.heads.read(epochSize - 1);
  }
}
