/** Inclusion proofs: that a leaf is the one at an index of a tree (RFC 9162 §2.1.3). */
import type { LeafIndex, Sha256Digest, TreeSize } from '../base/brand.js';
import { equalBytes } from '../base/bytes.js';
import { assert } from '../base/errors.js';
import { isCount, isOdd } from './internal/integer.js';
import { nodeHash } from './merkle-hash.js';
import { foldPeaks, siblingsOf, type ReadNode, type TreeNode } from './tree-node.js';

export interface InclusionClaim {
  readonly leafHash: Sha256Digest;
  readonly index: LeafIndex;
  readonly size: TreeSize;
  readonly rootHash: Sha256Digest;
  /** From the leaf's sibling up to the child of the root. */
  readonly proof: readonly Sha256Digest[];
}

/**
 * RFC 9162 §2.1.3.2. True only for the one proof that RFC 6962 gives for this index and size; does
 * not say that anyone has signed the root hash.
 */
export function verifyInclusion(claim: InclusionClaim): boolean {
  const { index, size } = claim;
  if (!isCount(index) || !isCount(size) || index >= size) return false;
  // As in the RFC: positions, at the present height, of our node and of the last node of the tree.
  let node: number = index;
  let last = size - 1;
  let hash = claim.leafHash;
  for (const sibling of claim.proof) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      hash = nodeHash(sibling, hash);
      // The last node of an odd layer is carried up, without a hash, until it is a right child.
      while (!isOdd(node) && node !== 0) {
        node /= 2;
        last = Math.floor(last / 2);
      }
    } else hash = nodeHash(hash, sibling);
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && equalBytes(hash, claim.rootHash);
}

/** PATH(index, D[size]) of RFC 9162 §2.1.3.1; `index` < `size`. */
export function proveInclusion(
  index: LeafIndex,
  size: TreeSize,
  readNode: ReadNode,
): Sha256Digest[] {
  return inclusionNodes(index, size).map((nodes) =>
    foldPeaks(nodes.map((node) => readNode(node.height, node.index))),
  );
}

/** What each hash of the proof covers, as lists of complete subtrees, largest first. */
export function inclusionNodes(index: LeafIndex, size: TreeSize): TreeNode[][] {
  assert(isCount(index) && isCount(size) && index < size, 'the index lies in the tree');
  return siblingsOf({ height: 0, index }, size);
}
