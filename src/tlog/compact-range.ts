/**
 * The least that must be kept to append to an RFC 6962 tree and know its root: the hash of each
 * complete subtree on its right edge, one for each bit of the size.
 */
import type { Sha256Digest, TreeSize } from '../base/brand.js';
import { isOdd } from './internal/integer.js';
import { EMPTY_ROOT, nodeHash } from './merkle-hash.js';
import { foldPeaks } from './tree-node.js';

export interface CompactRange {
  readonly size: TreeSize;
  /** Largest subtree first; as many as `size` has bits set. */
  readonly peaks: readonly Sha256Digest[];
}

export const EMPTY_RANGE: CompactRange = { size: 0 as TreeSize, peaks: [] };

/** Hashes once a leaf on average. */
export function appendLeaves(
  range: CompactRange,
  leafHashes: readonly Sha256Digest[],
): CompactRange {
  const peaks = [...range.peaks];
  let size: number = range.size;
  for (const leafHash of leafHashes) {
    let right = leafHash;
    for (let count = size; isOdd(count); count = Math.floor(count / 2)) {
      const left = peaks.pop();
      if (left !== undefined) right = nodeHash(left, right);
    }
    peaks.push(right);
    size++;
  }
  return { size: size as TreeSize, peaks };
}

/** MTH(D[size]) of RFC 6962 §2.1. */
export function rootHash(range: CompactRange): Sha256Digest {
  return range.peaks.length === 0 ? EMPTY_ROOT : foldPeaks(range.peaks);
}
