import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Sha256Digest } from '../../src/base/brand.js';
import { fromBase64 } from '../../src/base/bytes.js';
import {
  proveInclusion,
  verifyInclusion,
  type InclusionClaim,
} from '../../src/tlog/inclusion-proof.js';
import { foldPeaks, peaksOf, type ReadNode } from '../../src/tlog/tree-node.js';
import { evenTree } from './even-tree.js';
import {
  indexOf,
  leaves,
  naivePath,
  naiveRoot,
  hexOf,
  pathShape,
  present,
  sizeOf,
} from './naive-tree.js';
import { inclusionCases, vectorHash } from './vectors.js';

const MAX = 64;
const all = leaves(MAX);
const roots = Array.from({ length: MAX + 1 }, (_, size) => naiveRoot(all.slice(0, size)));

function nodesOf(hashes: readonly Sha256Digest[]): ReadNode {
  return (height, index) => {
    const width = 2 ** height;
    const under = hashes.slice(index * width, (index + 1) * width);
    if (under.length !== width) throw new Error('asked for an incomplete subtree');
    return naiveRoot(under);
  };
}

function claimOf(index: number, size: number): InclusionClaim {
  return {
    leafHash: present(all[index]),
    index: indexOf(index),
    size: sizeOf(size),
    rootHash: present(roots[size]),
    proof: proveInclusion(indexOf(index), sizeOf(size), nodesOf(all.slice(0, size))),
  };
}

const claims = Array.from({ length: MAX }, (_, at) => at + 1).flatMap((size) =>
  Array.from({ length: size }, (_, index) => claimOf(index, size)),
);

/** The claims for which some variant of them is wrongly accepted. */
function fooled(variants: (claim: InclusionClaim) => InclusionClaim[]): InclusionClaim[] {
  return claims.filter((claim) => variants(claim).some(verifyInclusion));
}

// By index and size; made once, since every pair is compared with every other.
const shapes = Array.from({ length: MAX }, (_, index) =>
  Array.from({ length: MAX + 2 }, (__, size) => (index < size ? pathShape(index, size) : 'none')),
);

describe('inclusion proof, for every leaf of every size up to 64', () => {
  it('is the PATH of RFC 6962 §2.1.1 and verifies', () => {
    const proofs = claims.map(({ proof }) => hexOf(proof));
    expect(proofs).toEqual(
      claims.map(({ index, size }) => hexOf(naivePath(index, all.slice(0, size)))),
    );
    expect(claims.filter((claim) => !verifyInclusion(claim))).toEqual([]);
  });

  it('verifies for another index or size exactly where the path turns the same way', () => {
    const wrong: string[] = [];
    for (const claim of claims) {
      const shape = shapes[claim.index]?.[claim.size];
      for (let size = 0; size <= MAX + 1; size++) {
        const accepted = verifyInclusion({ ...claim, size: sizeOf(size) });
        if (accepted !== (shapes[claim.index]?.[size] === shape))
          wrong.push(`${claim.index}/${claim.size} as ${claim.index}/${size}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('is refused for every other index', () => {
    expect(
      fooled((claim) =>
        Array.from({ length: claim.size + 2 }, (_, index) => indexOf(index))
          .filter((index) => index !== claim.index)
          .map((index) => ({ ...claim, index })),
      ),
    ).toEqual([]);
  });

  it('is refused for another leaf or root', () => {
    const other = present(leaves(1, 'other')[0]);
    expect(
      fooled((claim) => [
        { ...claim, leafHash: other },
        { ...claim, rootHash: other },
        ...(claim.size > 1 ? [{ ...claim, leafHash: claim.rootHash }] : []),
      ]),
    ).toEqual([]);
  });

  it('is refused when cut, lengthened, reordered or changed', () => {
    const other = present(leaves(1, 'other')[0]);
    expect(
      fooled((claim) => {
        const { proof, rootHash } = claim;
        const damaged = [
          [other, ...proof],
          [...proof, other],
          [...proof, rootHash],
          ...proof.flatMap((hash, at) => [
            proof.toSpliced(at, 1),
            proof.toSpliced(at, 0, hash),
            proof.with(at, other),
          ]),
          ...(proof.length > 1 ? [proof.toReversed()] : []),
          ...proof
            .slice(1)
            .map((hash, at) => proof.with(at, hash).with(at + 1, present(proof[at]))),
        ];
        return damaged.map((changed) => ({ ...claim, proof: changed }));
      }),
    ).toEqual([]);
  });
});

describe('inclusion proof', () => {
  it('agrees with the vectors of transparency-dev/merkle', () => {
    const verdicts = inclusionCases.map(({ file, leafHash, leafIdx, treeSize, root, proof }) => {
      const texts = [leafHash, root, ...(proof ?? [])];
      // Some vectors have hashes of other lengths, which no parser of ours lets through.
      const areHashes = texts.every((text) => fromBase64(text).length === 32);
      const claim = {
        leafHash: vectorHash(leafHash),
        index: indexOf(Number(leafIdx)),
        size: sizeOf(Number(treeSize)),
        rootHash: vectorHash(root),
        proof: (proof ?? []).map(vectorHash),
      };
      return { file, wantErr: !areHashes || !verifyInclusion(claim) };
    });
    expect(inclusionCases.length).toBeGreaterThan(90);
    expect(verdicts).toEqual(inclusionCases.map(({ file, wantErr }) => ({ file, wantErr })));
  });

  it('works up to 2⁵³−1 leaves, where 32-bit arithmetic would not', () => {
    const tree = evenTree();
    const largest = Number.MAX_SAFE_INTEGER;
    const size = fc.oneof(fc.constant(largest), fc.integer({ min: 2 ** 31 - 2, max: largest }));
    fc.assert(
      fc.property(size, fc.double({ min: 0, max: 1, noNaN: true }), (leafCount, place) => {
        const index = Math.min(Math.floor(leafCount * place), leafCount - 1);
        const claim = {
          leafHash: tree.readNode(0, 0),
          index: indexOf(index),
          size: sizeOf(leafCount),
          rootHash: foldPeaks(peaksOf(leafCount).map(({ height }) => tree.readNode(height, 0))),
          proof: proveInclusion(indexOf(index), sizeOf(leafCount), tree.readNode),
        };
        expect(verifyInclusion(claim)).toBe(true);
        expect(verifyInclusion({ ...claim, proof: claim.proof.slice(1) })).toBe(false);
      }),
    );
  });

  it('is refused for what is no index or size', () => {
    const claim = claimOf(0, 1);
    for (const bad of [-1, 0.5, NaN, Infinity, 2 ** 53]) {
      expect(verifyInclusion({ ...claim, index: indexOf(bad) })).toBe(false);
      expect(verifyInclusion({ ...claim, size: sizeOf(bad) })).toBe(false);
    }
    expect(() => proveInclusion(indexOf(1), sizeOf(1), nodesOf(all))).toThrow('assertion failed');
  });
});
