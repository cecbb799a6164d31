import { describe, expect, it } from '@jest/globals';
import type { LeafIndex, TreeSize } from '../../src/base/brand.js';
import { utf8 } from '../../src/base/bytes.js';
import { rootBefore } from '../../src/evidence/internal/root-before.js';
import { treeOver } from './support/synthetic-tree.js';

const tree = treeOver(Array.from({ length: 64 }, (_, n) => utf8(`entry ${n}`)));

describe('rootBefore', () => {
  it('tells the root of the smaller tree from a path in the larger one, for all sizes to 64', () => {
    for (let size = 2; size <= 64; size++)
      for (let index = 1; index < size; index++) {
        const proof = tree.inclusion(index, size);
        const root = rootBefore(index as LeafIndex, size as TreeSize, proof);
        expect(root).toEqual(tree.root(index));
      }
  });

  it('tells nothing of the tree before the first leaf', () => {
    for (let size = 1; size <= 64; size++) {
      const proof = tree.inclusion(0, size);
      expect(rootBefore(0 as LeafIndex, size as TreeSize, proof)).toBeNull();
    }
  });

  it('tells nothing from a path that is too short', () => {
    const proof = tree.inclusion(21, 64);
    for (let length = 0; length < 5; length++) {
      const root = rootBefore(21 as LeafIndex, 64 as TreeSize, proof.slice(0, length));
      expect(root).toBeNull();
    }
  });
});
