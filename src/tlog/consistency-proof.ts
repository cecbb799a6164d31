/** Consistency proofs: that a tree only grew, its first leaves still the same (RFC 9162 §2.1.4). */
import type { Sha256Digest, TreeSize } from '../base/brand.js';
import { equalBytes } from '../base/bytes.js';
import { assert } from '../base/errors.js';
import { isCount, isOdd, isPowerOfTwo } from './internal/integer.js';
import { nodeHash } from './merkle-hash.js';
import { foldPeaks, peaksOf, siblingsOf, type ReadNode, type TreeNode } from './tree-node.js';

export interface ConsistencyClaim {
  readonly from: TreeSize;
  readonly fromRoot: Sha256Digest;
  readonly to: TreeSize;
  readonly toRoot: Sha256Digest;
  readonly proof: readonly Sha256Digest[];
}

/**
 * RFC 9162 §2.1.4.2. Equal sizes ask for equal roots and an empty proof. `from` 0 is false: every
 * tree goes on from the empty one, so there is nothing to prove, and who needs a proof must not be
 * content with none.
 */
export function verifyConsistency(claim: ConsistencyClaim): boolean {
  const { from, fromRoot, to, toRoot, proof } = claim;
  if (!isCount(from) || !isCount(to) || from === 0 || from > to) return false;
  if (from === to) return proof.length === 0 && equalBytes(fromRoot, toRoot);
  const [seed, ...path] = isPowerOfTwo(from) ? [fromRoot, ...proof] : proof;
  if (seed === undefined) return false;

  let node = from - 1;
  let last = to - 1;
  while (isOdd(node)) {
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  let fromHash = seed;
  let toHash = seed;
  for (const sibling of path) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      fromHash = nodeHash(sibling, fromHash);
      toHash = nodeHash(sibling, toHash);
      while (!isOdd(node) && node !== 0) {
        node /= 2;
        last = Math.floor(last / 2);
      }
    } else toHash = nodeHash(toHash, sibling);
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && equalBytes(fromHash, fromRoot) && equalBytes(toHash, toRoot);
}

/** PROOF(from, D[to]) of RFC 9162 §2.1.4.1; 0 < `from` ≤ `to`. */
export function proveConsistency(from: TreeSize, to: TreeSize, readNode: ReadNode): Sha256Digest[] {
  return consistencyNodes(from, to).map((nodes) =>
    foldPeaks(nodes.map((node) => readNode(node.height, node.index))),
  );
}

/** What each hash of the proof covers, as lists of complete subtrees, largest first. */
export function consistencyNodes(from: TreeSize, to: TreeSize): TreeNode[][] {
  assert(
    isCount(from) && isCount(to) && from > 0 && from <= to,
    'a tree grows, and from a leaf on',
  );
  const seed = peaksOf(from).at(-1);
  if (from === to || seed === undefined) return [];
  const siblings = siblingsOf(seed, to);
  // Of an old tree that is one complete subtree the verifier has the root already.
  return seed.index === 0 ? siblings : [[seed], ...siblings];
}
