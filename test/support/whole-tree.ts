/** A tree with all its leaves in memory: what whoever has read a whole log can compute by himself. */
import type { LeafIndex, Sha256Digest, TreeSize } from '../../src/base/brand.js';
import { proveConsistency } from '../../src/tlog/consistency-proof.js';
import { proveInclusion } from '../../src/tlog/inclusion-proof.js';
import { EMPTY_ROOT, parentLayer } from '../../src/tlog/merkle-hash.js';
import { foldPeaks, peaksOf } from '../../src/tlog/tree-node.js';

export class WholeTree {
  readonly #layers: Sha256Digest[][];

  constructor(leafHashes: readonly Sha256Digest[]) {
    this.#layers = [[...leafHashes]];
    for (let layer = [...leafHashes]; layer.length > 1; this.#layers.push(layer))
      layer = parentLayer(layer);
  }

  leaf(index: LeafIndex): Sha256Digest {
    return this.#node(0, index);
  }

  /** `size` is at most the number of leaves. */
  rootAt(size: TreeSize): Sha256Digest {
    if (size === 0) return EMPTY_ROOT;
    return foldPeaks(peaksOf(size).map(({ height, index }) => this.#node(height, index)));
  }

  inclusionProof(index: LeafIndex, size: TreeSize): Sha256Digest[] {
    return proveInclusion(index, size, (height, at) => this.#node(height, at));
  }

  consistencyProof(from: TreeSize, to: TreeSize): Sha256Digest[] {
    return proveConsistency(from, to, (height, at) => this.#node(height, at));
  }

  #node(height: number, index: number): Sha256Digest {
    const node = this.#layers[height]?.[index];
    if (node === undefined) throw new RangeError('the tree is not that large');
    return node;
  }
}
