/**
 * Which heads of a log are anchored, and the way of each into the chain: what evidence of an entry
 * rests on, and what says how far a ledger's entries have come.
 */
import type { LeafIndex, TreeSize } from '../base/brand.js';
import type { AnchorProof } from '../evidence/bitcoin/anchor-proof.js';
import type { ChainName } from '../evidence/chains.js';
import type { EvidenceEpoch } from '../evidence/evidence-file.js';
import { originHash } from '../evidence/head-statement.js';
import type { LogReader } from '../ledger/log-reader.js';
import type { AnchorStore } from './anchor-store.js';
import { AnchoredSizes } from './anchored-sizes.js';
import { parseTaken } from './epoch-changes.js';
import type { EpochHistory } from './epoch-history.js';
import type { EpochPath } from './epoch-paths.js';
import { FIRST_EPOCH, readEpochAt } from './read-epoch.js';

/** One anchored head of one log. */
export interface HeadAnchor {
  readonly chain: ChainName;
  /** Head statement. */
  readonly head: Uint8Array;
  /** Handles, hex. */
  readonly log: string;
  readonly tenant: string;
  readonly path: AnchoredPath;
  readonly epoch: EvidenceEpoch;
  readonly transaction: AnchorProof;
}

/** Of a log that the epoch has a head of. */
export type AnchoredPath = Omit<EpochPath, 'taken'> & { readonly salt: Uint8Array };

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
  #sizes = new AnchoredSizes();
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
    return this.#sizes.of(originHash(origin));
  }

  /** Takes a newly settled anchor in; a smaller size, once a reorganisation took the last one back. */
  async note(epochSize: TreeSize): Promise<void> {
    if (epochSize < this.#noted) await this.#readSizes(epochSize);
    for (; this.#noted < epochSize; this.#noted++) {
      const { changes } = await readEpochAt(this.#parts.history.log, this.#noted as LeafIndex);
      for (const { statement } of changes) {
        const taken = parseTaken(statement);
        // What was anchored of a log that ended stays anchored.
        if (taken.kind === 'head') this.#sizes.set(taken.originHash, taken.size);
      }
    }
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
      if ((await this.#sizeAt(sizes[middle], reader)) > index) high = middle;
      else low = middle + 1;
    }
    return {
      after: await this.#anchor(sizes[low], reader),
      before: low === 0 ? null : await this.#anchor(sizes[low - 1], reader),
    };
  }

  async #readSizes(epochSize: TreeSize): Promise<void> {
    const sizes = new AnchoredSizes();
    if (epochSize > FIRST_EPOCH)
      await this.#parts.history.eachSize(epochSize - 1, (hash, size) => {
        sizes.set(hash, size as TreeSize);
      });
    this.#sizes = sizes;
    this.#noted = Math.max(FIRST_EPOCH, epochSize);
  }

  async #anchor(epochSize: TreeSize | undefined, reader: LogReader): Promise<HeadAnchor | null> {
    if (epochSize === undefined) return null;
    const { anchors, chain, epochs, history } = this.#parts;
    const epoch = (epochSize - 1) as LeafIndex;
    const tenant = tenantOf(reader.origin);
    const { taken, ...path } = await history.path(epoch, tenant, reader.handle);
    if (taken === null || parseTaken(taken.statement).kind !== 'head') return null;
    const { statement } = await epochs.entry(epoch);
    const { proof } = await anchors.readSettled(epochSize);
    return {
      chain,
      head: taken.statement,
      log: reader.handle,
      tenant,
      path: { ...path, salt: taken.salt },
      epoch: {
        inclusion: await epochs.inclusionProof(epoch, epochSize),
        size: epochSize,
        statement,
      },
      transaction: proof,
    };
  }

  /** Of the head that an anchor has of a log: an anchor of n epochs rests on the last of them. */
  async #sizeAt(epochSize: TreeSize | undefined, { handle }: LogReader): Promise<number> {
    if (epochSize === undefined) return 0;
    const taken = await this.#parts.history.takenAt(handle, epochSize - 1);
    const statement = taken && parseTaken(taken.statement);
    if (statement === null) return 0;
    // What it ever had is in the anchors before the one that says that it ended.
    return statement.kind === 'head' ? statement.size : Infinity;
  }
}

/** Handle, hex: the second part of an origin. */
function tenantOf(origin: string): string {
  return origin.split('/')[1] ?? '';
}
