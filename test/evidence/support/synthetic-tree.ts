/** An RFC 6962 tree over statements in memory, with its proofs. */
import type { LeafIndex, Sha256Digest, TreeSize } from '../../../src/base/brand.js';
import { appendLeaves, EMPTY_RANGE, rootHash } from '../../../src/tlog/compact-range.js';
import { proveConsistency } from '../../../src/tlog/consistency-proof.js';
import { proveInclusion } from '../../../src/tlog/inclusion-proof.js';
import { leafHash, nodeHash } from '../../../src/tlog/merkle-hash.js';

export interface SyntheticTree {
  readonly size: number;
  root(size: number): Sha256Digest;
  inclusion(index: number, size: number): Sha256Digest[];
  consistency(from: number, to: number): Sha256Digest[];
}

export function treeOver(statements: readonly Uint8Array[]): SyntheticTree {
  const leaves = statements.map(leafHash);
  const node = (height: number, index: number): Sha256Digest =>
    height === 0
      ? at(leaves, index)
      : nodeHash(node(height - 1, 2 * index), node(height - 1, 2 * index + 1));
  return {
    size: leaves.length,
    root: (size) => rootHash(appendLeaves(EMPTY_RANGE, leaves.slice(0, size))),
    inclusion: (index, size) => proveInclusion(index as LeafIndex, size as TreeSize, node),
    consistency: (from, to) => proveConsistency(from as TreeSize, to as TreeSize, node),
  };
}

export function at<T>(items: readonly T[], index: number): T {
  const item = items.at(index);
  if (item === undefined) throw new Error(`there is no item ${index}`);
  return item;
}
