/**
 * The root of the tree as it was just before a leaf came: an inclusion proof tells it. Its left-hand
 * siblings are the complete subtrees that cover leaves 0…index−1, the smallest first, and these are all
 * that the root of that smaller tree is made of (RFC 6962 §2.1).
 */
import type { LeafIndex, Sha256Digest, TreeSize } from '../../base/brand.js';
import { foldPeaks } from '../../tlog/tree-node.js';

/**
 * The root of the tree of `index` leaves, or null if there was none or the proof is too short.
 *
 * @param proof that `verifyInclusion` has found to hold; of any other the root means nothing.
 */
export function rootBefore(
  index: LeafIndex,
  size: TreeSize,
  proof: readonly Sha256Digest[],
): Sha256Digest | null {
  const peaks: Sha256Digest[] = [];
  let node: number = index;
  let last = size - 1;
  for (const sibling of proof) {
    // As in RFC 9162 §2.1.3.2: at the right edge what has no sibling is carried up.
    while (node === last && node !== 0 && node % 2 === 0) {
      node /= 2;
      last = Math.floor(last / 2);
    }
    if (node % 2 === 1) peaks.unshift(sibling);
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return node === 0 && peaks.length > 0 ? foldPeaks(peaks) : null;
}
