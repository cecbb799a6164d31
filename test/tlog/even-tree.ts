import type { Sha256Digest } from '../../src/base/brand.js';
import type { ReadNode } from '../../src/tlog/tree-node.js';
import { leaves, naiveNode, present } from './naive-tree.js';

/** A tree of any size whose leaves are all the same, so that each height has one hash. */
export function evenTree(): { readNode: ReadNode } {
  const byHeight: Sha256Digest[] = [...leaves(1, 'even')];
  for (let height = 1; height <= 53; height++) {
    const child = present(byHeight[height - 1]);
    byHeight.push(naiveNode(child, child));
  }
  return { readNode: (height) => present(byHeight[height]) };
}
