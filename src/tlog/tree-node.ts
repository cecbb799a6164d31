/**
 * Which complete subtrees make up a tree, a proof, a root. Provers and stores work from these lists;
 * the hashes come from whoever has them.
 */
import type { Sha256Digest } from '../base/brand.js';
import { MAX_TREE_HEIGHT, isOdd, shiftRight } from './internal/integer.js';
import { nodeHash } from './merkle-hash.js';

/** The complete subtree over leaves index·2^height … (index+1)·2^height − 1. */
export interface TreeNode {
  /** 0 for leaves. */
  readonly height: number;
  readonly index: number;
}

/** The hash of a complete subtree, from memory: whoever has to wait loads what is needed first. */
export type ReadNode = (height: number, index: number) => Sha256Digest;

/** The complete subtrees that cover leaves 0…size−1, largest first: one for each bit of `size`. */
export function peaksOf(size: number): TreeNode[] {
  return cover(0, size, MAX_TREE_HEIGHT);
}

/**
 * The siblings on the way from a complete subtree up to the root of the tree of `size` leaves. Each
 * is a list of complete subtrees, largest first: of one, except for a sibling that ends at the right
 * edge of the tree.
 */
export function siblingsOf(node: TreeNode, size: number): TreeNode[][] {
  const siblings: TreeNode[][] = [];
  let { height, index } = node;
  for (let last = shiftRight(size - 1, height); last > 0; last = Math.floor(last / 2)) {
    if (isOdd(index)) siblings.push([{ height, index: index - 1 }]);
    else if (index < last) {
      const width = 2 ** height;
      siblings.push(cover((index + 1) * width, Math.min((index + 2) * width, size), height));
    }
    height++;
    index = Math.floor(index / 2);
  }
  return siblings;
}

/** The hash over adjacent complete subtrees, largest first (RFC 6962 §2.1); at least one. */
export function foldPeaks(peaks: readonly Sha256Digest[]): Sha256Digest {
  return peaks.reduceRight((right, left) => nodeHash(left, right));
}

/** `start` is a multiple of 2^highest, and end − start ≤ 2^highest. */
function cover(start: number, end: number, highest: number): TreeNode[] {
  const nodes: TreeNode[] = [];
  let at = start;
  for (let height = highest; height >= 0; height--) {
    const width = 2 ** height;
    if (end - at < width) continue;
    nodes.push({ height, index: at / width });
    at += width;
  }
  return nodes;
}
