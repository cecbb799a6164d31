/**
 * The upper levels of a person map, over 4,096 buckets: the parts of the map below its first twelve
 * bits. A bucket that has not changed is not read again, and of the map no more than these hashes is
 * ever in memory, however many persons there are.
 */
import type { Sha256Digest } from '../../base/brand.js';
import { assert } from '../../base/errors.js';
import { EMPTY_SUMMARY, joinSubtrees, type SubtreeSummary } from '../../tlog/sparse-map.js';

export const BUCKET_BITS = 12;
export const BUCKETS = 2 ** BUCKET_BITS;

/** The first twelve bits of a tag. */
export function bucketOf(tag: Uint8Array): number {
  return ((tag[0] ?? 0) << 4) | ((tag[1] ?? 0) >> 4);
}

/** The lowest tag of a bucket; null behind the last. */
export function firstTagOf(bucket: number): Uint8Array | null {
  if (bucket >= BUCKETS) return null;
  const tag = new Uint8Array(32);
  tag[0] = bucket >> 4;
  tag[1] = (bucket & 0xf) << 4;
  return tag;
}

/** Summaries of all subtrees from the root (level 0, one) to the buckets (level 12, all of them). */
export type BucketTree = readonly (readonly SubtreeSummary[])[];

export function bucketTree(buckets: readonly SubtreeSummary[]): BucketTree {
  assert(buckets.length === BUCKETS, 'there are summaries of all buckets');
  const levels = [buckets];
  for (let level = buckets; level.length > 1; levels.unshift(level)) level = joined(level);
  return levels;
}

export function rootOf(tree: BucketTree): SubtreeSummary {
  return tree[0]?.[0] ?? EMPTY_SUMMARY;
}

/**
 * The way from the root to a bucket, as far as there is one: a subtree with a single key, or with none,
 * ends it.
 */
export interface WayDown {
  /** From the root down. */
  readonly siblings: readonly Sha256Digest[];
  /** Buckets below the end of the way: one, or those of a subtree with at most one key. */
  readonly from: number;
  readonly to: number;
}

export function wayDown(tree: BucketTree, bucket: number): WayDown {
  const siblings: Sha256Digest[] = [];
  for (let level = 0; level < BUCKET_BITS; level++) {
    const at = bucket >> (BUCKET_BITS - level);
    const width = 1 << (BUCKET_BITS - level);
    if ((tree[level]?.[at]?.keys ?? 0) <= 1)
      return { siblings, from: at * width, to: (at + 1) * width };
    const child = bucket >> (BUCKET_BITS - level - 1);
    siblings.push(tree[level + 1]?.[child ^ 1]?.hash ?? EMPTY_SUMMARY.hash);
  }
  return { siblings, from: bucket, to: bucket + 1 };
}

function joined(level: readonly SubtreeSummary[]): SubtreeSummary[] {
  const parents: SubtreeSummary[] = [];
  for (let at = 0; at < level.length; at += 2)
    parents.push(joinSubtrees(level[at] ?? EMPTY_SUMMARY, level[at + 1] ?? EMPTY_SUMMARY));
  return parents;
}
