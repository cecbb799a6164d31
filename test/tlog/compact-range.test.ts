import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EMPTY_RANGE, appendLeaves, rootHash } from '../../src/tlog/compact-range.js';
import { EMPTY_ROOT } from '../../src/tlog/merkle-hash.js';
import { leaves, naiveRoot } from './naive-tree.js';

describe('compact range', () => {
  const all = leaves(300);

  it('has the root of RFC 6962 at every size, leaf by leaf', () => {
    let range = EMPTY_RANGE;
    expect(rootHash(range)).toEqual(EMPTY_ROOT);
    for (const [index, leaf] of all.entries()) {
      range = appendLeaves(range, [leaf]);
      expect(range.size).toBe(index + 1);
      expect(rootHash(range)).toEqual(naiveRoot(all.slice(0, index + 1)));
    }
  });

  it('keeps one hash for each bit of the size', () => {
    expect(appendLeaves(EMPTY_RANGE, all.slice(0, 13)).peaks).toEqual([
      naiveRoot(all.slice(0, 8)),
      naiveRoot(all.slice(8, 12)),
      naiveRoot(all.slice(12, 13)),
    ]);
  });

  it('does not care in which batches leaves arrive, and leaves the range before as it was', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(300), (a, b) => {
        const first = Math.min(a, b);
        const last = Math.max(a, b);
        const before = appendLeaves(EMPTY_RANGE, all.slice(0, first));
        const after = appendLeaves(before, all.slice(first, last));
        expect(after).toEqual(appendLeaves(EMPTY_RANGE, all.slice(0, last)));
        expect(before).toEqual(appendLeaves(EMPTY_RANGE, all.slice(0, first)));
      }),
    );
  });
});
