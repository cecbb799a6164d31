import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Sha256Digest } from '../../src/base/brand.js';
import {
  proveConsistency,
  verifyConsistency,
  type ConsistencyClaim,
} from '../../src/tlog/consistency-proof.js';
import { foldPeaks, peaksOf, type ReadNode } from '../../src/tlog/tree-node.js';
import { evenTree } from './even-tree.js';
import { hexOf, leaves, naiveProof, naiveRoot, present, proofShape, sizeOf } from './naive-tree.js';
import { consistencyCases, vectorHash } from './vectors.js';

const MAX = 64;
const all = leaves(MAX);
const roots = Array.from({ length: MAX + 1 }, (_, size) => naiveRoot(all.slice(0, size)));
const other = present(leaves(1, 'other')[0]);

function nodesOf(hashes: readonly Sha256Digest[]): ReadNode {
  return (height, index) => naiveRoot(hashes.slice(index * 2 ** height, (index + 1) * 2 ** height));
}

function claimOf(from: number, to: number): ConsistencyClaim {
  return {
    from: sizeOf(from),
    fromRoot: present(roots[from]),
    to: sizeOf(to),
    toRoot: present(roots[to]),
    proof: proveConsistency(sizeOf(from), sizeOf(to), nodesOf(all.slice(0, to))),
  };
}

const claims = Array.from({ length: MAX }, (_, at) => at + 1).flatMap((to) =>
  Array.from({ length: to }, (_, at) => claimOf(at + 1, to)),
);

function fooled(variants: (claim: ConsistencyClaim) => ConsistencyClaim[]): ConsistencyClaim[] {
  return claims.filter((claim) => variants(claim).some(verifyConsistency));
}

// By size from and size to; made once, since every pair is compared with every other.
const shapes = Array.from({ length: MAX + 2 }, (_, from) =>
  Array.from({ length: MAX + 2 }, (__, to) =>
    from > 0 && from < to ? proofShape(from, to) : from === to ? 'same' : 'none',
  ),
);

describe('consistency proof, for every two sizes up to 64', () => {
  it('is the PROOF of RFC 6962 §2.1.2 and verifies', () => {
    const proofs = claims.map(({ proof }) => hexOf(proof));
    expect(proofs).toEqual(claims.map(({ from, to }) => hexOf(naiveProof(from, all.slice(0, to)))));
    expect(claims.filter((claim) => !verifyConsistency(claim))).toEqual([]);
  });

  it('verifies for another size exactly where the proof has the same shape', () => {
    const wrong: string[] = [];
    for (const claim of claims) {
      const shape = shapes[claim.from]?.[claim.to];
      const isSame = (from: number, to: number): boolean =>
        from > 0 && shapes[from]?.[to] === shape;
      for (let size = 0; size <= MAX + 1; size++) {
        if (verifyConsistency({ ...claim, to: sizeOf(size) }) !== isSame(claim.from, size))
          wrong.push(`${claim.from}…${claim.to} as …${size}`);
        if (verifyConsistency({ ...claim, from: sizeOf(size) }) !== isSame(size, claim.to))
          wrong.push(`${claim.from}…${claim.to} as ${size}…`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('is refused for other roots, or the two exchanged', () => {
    expect(
      fooled((claim) => [
        { ...claim, fromRoot: other },
        { ...claim, toRoot: other },
        ...(claim.from === claim.to
          ? []
          : [{ ...claim, fromRoot: claim.toRoot, toRoot: claim.fromRoot }]),
      ]),
    ).toEqual([]);
  });

  it('is refused when cut, lengthened, reordered or changed', () => {
    expect(
      fooled((claim) => {
        const { proof } = claim;
        const damaged = [
          [other, ...proof],
          [...proof, other],
          [claim.fromRoot, ...proof],
          [...proof, claim.toRoot],
          ...proof.flatMap((hash, at) => [
            proof.toSpliced(at, 1),
            proof.toSpliced(at, 0, hash),
            proof.with(at, other),
          ]),
          ...(proof.length > 1 ? [proof.toReversed()] : []),
        ];
        return damaged.map((changed) => ({ ...claim, proof: changed }));
      }),
    ).toEqual([]);
  });
});

describe('consistency proof', () => {
  it('agrees with the vectors of transparency-dev/merkle', () => {
    const verdicts = consistencyCases.map((vector) => ({
      file: vector.file,
      wantErr: !verifyConsistency({
        from: sizeOf(Number(vector.size1)),
        fromRoot: vectorHash(vector.root1),
        to: sizeOf(Number(vector.size2)),
        toRoot: vectorHash(vector.root2),
        proof: (vector.proof ?? []).map(vectorHash),
      }),
    }));
    expect(consistencyCases.length).toBeGreaterThan(90);
    expect(verdicts).toEqual(consistencyCases.map(({ file, wantErr }) => ({ file, wantErr })));
  });

  it('shows a rewritten leaf, whatever proof is offered', () => {
    const rewritten = all.with(2, other);
    const proof = naiveProof(5, rewritten.slice(0, 9));
    const fromRoot = present(roots[5]);
    const toRoot = naiveRoot(rewritten.slice(0, 9));
    expect(verifyConsistency({ from: sizeOf(5), fromRoot, to: sizeOf(9), toRoot, proof })).toBe(
      false,
    );
  });

  it('is no proof from the empty tree', () => {
    const claim = claimOf(4, 4);
    expect(
      verifyConsistency({ ...claim, from: sizeOf(0), fromRoot: present(roots[0]), proof: [] }),
    ).toBe(false);
    expect(() => proveConsistency(sizeOf(0), sizeOf(4), nodesOf(all))).toThrow('assertion failed');
    expect(() => proveConsistency(sizeOf(5), sizeOf(4), nodesOf(all))).toThrow('assertion failed');
  });

  it('works up to 2⁵³−1 leaves, where 32-bit arithmetic would not', () => {
    const { readNode } = evenTree();
    const rootOf = (size: number): Sha256Digest =>
      foldPeaks(peaksOf(size).map(({ height }) => readNode(height, 0)));
    const large = fc.integer({ min: 2 ** 31 - 2, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(fc.oneof(large, fc.constantFrom(2 ** 32, 2 ** 52)), large, (a, b) => {
        const from = sizeOf(Math.min(a, b));
        const to = sizeOf(Math.max(a, b));
        const claim = {
          from,
          fromRoot: rootOf(from),
          to,
          toRoot: rootOf(to),
          proof: proveConsistency(from, to, readNode),
        };
        expect(verifyConsistency(claim)).toBe(true);
        expect(verifyConsistency({ ...claim, proof: [other, ...claim.proof] })).toBe(false);
      }),
    );
  });
});
