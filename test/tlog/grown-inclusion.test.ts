import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Sha256Digest } from '../../src/base/brand.js';
import { grownInclusion } from '../../src/tlog/grown-inclusion.js';
import { verifyInclusion } from '../../src/tlog/inclusion-proof.js';
import {
  indexOf,
  leaves,
  naivePath,
  naiveProof,
  naiveRoot,
  present,
  sizeOf,
} from './naive-tree.js';

const MAX = 200;
const all = leaves(MAX);
const other = present(leaves(1, 'other')[0]);

/** Two sizes, the smaller first and at least 1. */
const sizes = fc
  .tuple(fc.integer({ min: 1, max: MAX }), fc.integer({ min: 1, max: MAX }))
  .map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }));

function partsOf({ from, to }: { readonly from: number; readonly to: number }) {
  return {
    atEnd: naivePath(from - 1, all.slice(0, from)),
    consistency: naiveProof(from, all.slice(0, to)),
  };
}

function holds(from: number, to: number, proof: readonly Sha256Digest[]): boolean {
  return verifyInclusion({
    leafHash: present(all[from - 1]),
    index: indexOf(from - 1),
    size: sizeOf(to),
    rootHash: naiveRoot(all.slice(0, to)),
    proof,
  });
}

describe('the inclusion proof of a leaf that was the last, in a tree that goes on', () => {
  it('is RFC 6962’s own for that leaf in the larger tree', () => {
    fc.assert(
      fc.property(sizes, ({ from, to }) => {
        const { atEnd, consistency } = partsOf({ from, to });
        const proof = grownInclusion(sizeOf(from), atEnd, consistency);
        expect(proof).toEqual(naivePath(from - 1, all.slice(0, to)));
        expect(holds(from, to, proof)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('is so for each pair of sizes up to 40', () => {
    for (let to = 1; to <= 40; to++)
      for (let from = 1; from <= to; from++) {
        const { atEnd, consistency } = partsOf({ from, to });
        expect(grownInclusion(sizeOf(from), atEnd, consistency)).toEqual(
          naivePath(from - 1, all.slice(0, to)),
        );
      }
  });

  it('does not hold if a hash that went into it was another, was missing, or one was too many', () => {
    const alteration = fc.constantFrom('another', 'missing', 'too many');
    fc.assert(
      fc.property(sizes, alteration, fc.nat(), fc.boolean(), ({ from, to }, how, at, isFirst) => {
        const parts = partsOf({ from, to });
        const altered = isFirst
          ? { ...parts, atEnd: bent(parts.atEnd, how, at) }
          : { ...parts, consistency: bent(parts.consistency, how, at) };
        const proof = grownInclusion(sizeOf(from), altered.atEnd, altered.consistency);
        // What the proof does not take from a part, an alteration of it cannot change.
        const right = naivePath(from - 1, all.slice(0, to));
        const isSame =
          proof.length === right.length &&
          proof.every((hash, n) => hash.every((b, i) => b === right[n]?.[i]));
        expect(holds(from, to, proof)).toBe(isSame);
      }),
      { numRuns: 500 },
    );
  });
});

function bent(
  hashes: readonly Sha256Digest[],
  how: 'another' | 'missing' | 'too many',
  at: number,
): Sha256Digest[] {
  const place = hashes.length === 0 ? 0 : at % hashes.length;
  if (how === 'too many') return hashes.toSpliced(place, 0, other);
  if (how === 'missing') return hashes.toSpliced(place, 1);
  return hashes.length === 0 ? [] : hashes.with(place, other);
}
