import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fromHex, toHex } from '../../../src/base/bytes.js';
import { BitcoinReader } from '../../../src/evidence/bitcoin/bitcoin-reader.js';
import {
  merkleBranch,
  merkleRoot,
  merkleRootFromBranch,
} from '../../../src/evidence/bitcoin/merkle-branch.js';
import { readTransaction } from '../../../src/evidence/bitcoin/transaction.js';
import { refusal } from './error-code.js';
import { branchOf, rootOf, sha256d } from './synthetic-chain.js';
import { blocks, spv } from './vectors.js';

const leavesOf = (count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, at) => new Uint8Array(sha256d(Buffer.of(at))));

describe('merkleRootFromBranch', () => {
  it('leads every transaction of real blocks to the root in their header', () => {
    for (const { hex } of blocks) {
      const bytes = fromHex(hex);
      const reader = new BitcoinReader(bytes, () => new Error('cut off'));
      reader.take(80);
      const count = reader.compactSize();
      const leaves = Array.from({ length: count }, () => readTransaction(reader).hash);
      const root = toHex(bytes.subarray(36, 68));
      leaves.forEach((leaf, index) => {
        const branch = merkleBranch(leaves, index);
        expect(toHex(merkleRootFromBranch(leaf, index, branch))).toBe(root);
      });
    }
  });

  it('agrees with branches that others took from mainnet', () => {
    const whole = spv.merkle.filter(({ proof }) => proof.length % 64 === 0);
    expect(whole.length).toBeGreaterThan(6);
    for (const { proof, index, valid } of whole) {
      const [leaf, ...rest] = hashes(proof);
      const root = rest.pop() ?? leaf;
      if (leaf === undefined || root === undefined) throw new Error('an empty vector');
      expect(toHex(merkleRootFromBranch(leaf, index, rest)) === toHex(root)).toBe(valid);
    }
  });

  it('goes back and forth for every index of every size to 40', () => {
    for (let size = 1; size <= 40; size++) {
      const leaves = leavesOf(size);
      expect(merkleRoot(leaves)).toEqual(new Uint8Array(rootOf(leaves)));
      leaves.forEach((leaf, index) => {
        const branch = merkleBranch(leaves, index);
        expect(branch.map(toHex)).toEqual(branchOf(leaves, index).map(toHex));
        expect(merkleRootFromBranch(leaf, index, branch)).toEqual(merkleRoot(leaves));
      });
    }
  });

  it('leads elsewhere when a bit of the branch, the leaf or the index is changed', () => {
    const leaves = leavesOf(13);
    const root = merkleRoot(leaves);
    fc.assert(
      fc.property(fc.nat(12), fc.nat(4), fc.nat(255), (index, level, bit) => {
        const parts = [leaves[index] ?? new Uint8Array(), ...merkleBranch(leaves, index)];
        const [leaf = new Uint8Array(), ...branch] = parts.map((part, at) =>
          at === level ? flipped(part, bit) : part,
        );
        expect(merkleRootFromBranch(leaf, index, branch)).not.toEqual(root);
      }),
    );
  });

  it.each([
    ['an index at 2^depth', 'beyond the tree', 4, 2],
    ['a negative index', 'beyond the tree', -1, 2],
    ['half an index', 'beyond the tree', 0.5, 2],
    ['a branch of 33 hashes', 'deeper than any block', 0, 33],
  ])('refuses %s', (_name, reason, index, depth) => {
    const refused = refusal(() => merkleRootFromBranch(new Uint8Array(32), index, leavesOf(depth)));
    expect(refused).toMatch(/^BITCOIN_BRANCH_INVALID/);
    expect(refused).toContain(reason);
  });

  it('refuses the second place of a copied last node (CVE-2012-2459) and takes the first', () => {
    const leaves = leavesOf(3);
    const [, , last = new Uint8Array()] = leaves;
    const [, upper = new Uint8Array()] = merkleBranch(leaves, 2);
    // [a, b, c, c] has the root of [a, b, c], so that index 3 would be a transaction told twice.
    expect(merkleRoot([...leaves, last])).toEqual(merkleRoot(leaves));
    expect(merkleRootFromBranch(last, 2, [last, upper])).toEqual(merkleRoot(leaves));
    expect(refusal(() => merkleRootFromBranch(last, 3, [last, upper]))).toContain('copied node');
  });

  it('has no root for no leaves, and no branch for an index beyond them', () => {
    expect(refusal(() => merkleRoot([]))).toContain('without leaves');
    expect(refusal(() => merkleBranch(leavesOf(3), 4))).toContain('beyond the tree');
  });
});

function hashes(hex: string): Uint8Array[] {
  return (hex.match(/.{64}/g) ?? []).map((part) => fromHex(part));
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice();
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}
