/**
 * The inclusion proof of what was the last leaf of a tree, in a tree that continues it. What lies left of the leaf is in the
 * proof that it had at the end of the smaller tree, what lies right of it in the proof that the larger one continues that
 * (RFC 6962 §2.1.2 goes up from the last complete subtree of the smaller tree, in which the leaf is the last).
 */
import type { Sha256Digest, TreeSize } from '../base/brand.js';
import { isOdd, isPowerOfTwo } from './internal/integer.js';

/**
 * Of two proofs that hold it makes one that holds; of any other, something that `verifyInclusion` refuses.
 *
 * @param size of the smaller tree, at least 1; the leaf is at index `size` − 1.
 * @param atEnd its inclusion proof in the smaller tree.
 * @param consistency from `size` to the larger tree; empty if they are one.
 */
export function grownInclusion(
  size: TreeSize,
  atEnd: readonly Sha256Digest[],
  consistency: readonly Sha256Digest[],
): Sha256Digest[] {
  if (consistency.length === 0) return [...atEnd];
  // A smaller tree that is one complete subtree is not repeated in the proof that it is continued.
  const above = isPowerOfTwo(size) ? consistency : consistency.slice(1);
  return [...atEnd.slice(0, heightOfLastPeak(size)), ...above];
}

function heightOfLastPeak(size: number): number {
  let height = 0;
  for (let rest = size; !isOdd(rest); rest /= 2) height++;
  return height;
}
