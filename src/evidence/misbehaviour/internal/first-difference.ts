/**
 * The first entry in which two trees differ, by going down where hashes differ: a few tiles of each, and
 * no entries. As true as the tiles are; whoever builds a proof on it verifies that.
 */
import type { LeafIndex } from '../../../base/brand.js';
import { equalBytes } from '../../../base/bytes.js';
import { peaksOf, type TreeNode } from '../../../tlog/tree-node.js';
import type { HashSource } from './hash-source.js';

/**
 * Null if the tiles agree in all of the first `size` entries.
 * @param size at most that of either tree.
 * @throws TlogError TILE_MALFORMED, or what fetching throws.
 */
export async function firstDifference(
  one: HashSource,
  other: HashSource,
  size: number,
): Promise<LeafIndex | null> {
  for (const peak of peaksOf(size))
    if (await differ(one, other, peak)) return descend(one, other, peak);
  return null;
}

async function descend(one: HashSource, other: HashSource, top: TreeNode): Promise<LeafIndex> {
  let { height, index } = top;
  while (height > 0) {
    height--;
    index *= 2;
    // What differs above and not on the left differs on the right.
    if (!(await differ(one, other, { height, index }))) index++;
  }
  return index as LeafIndex;
}

async function differ(one: HashSource, other: HashSource, node: TreeNode): Promise<boolean> {
  return !equalBytes(await one.node(node), await other.node(node));
}
