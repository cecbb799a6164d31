/**
 * Branches of a block's Merkle tree. That tree has two flaws which a verifier has to make up for:
 * an odd row ends in a copy of its last node (CVE-2012-2459), and nothing tells a leaf from an
 * inner node (CVE-2017-12842; see block-inclusion.ts).
 */
import { equalBytes } from '../../base/bytes.js';
import { BitcoinProofError } from './errors.js';
import { hash256 } from './hash256.js';

/** A block of 4 MB holds fewer than 2¹⁶ transactions; the budget leaves room and no more. */
export const MAX_BRANCH_DEPTH = 32;

/**
 * The root that `leaf` at `index` and its siblings, leaf to root and in internal order, lead to.
 *
 * @throws BitcoinProofError BITCOIN_BRANCH_INVALID for a branch that no honest tree has: too deep, an
 * index beyond 2^depth, or a right-hand node that equals its sibling (CVE-2012-2459).
 */
export function merkleRootFromBranch(
  leaf: Uint8Array,
  index: number,
  siblings: readonly Uint8Array[],
): Uint8Array {
  if (siblings.length > MAX_BRANCH_DEPTH) throw invalid('it is deeper than any block');
  if (!Number.isSafeInteger(index) || index < 0 || index >= 2 ** siblings.length)
    throw invalid('its index lies beyond the tree');
  let node = leaf;
  let position = index;
  for (const sibling of siblings) {
    const isRight = position % 2 === 1;
    // The last node of an odd row is its own right-hand sibling; its copy has no place of its own.
    if (isRight && equalBytes(sibling, node)) throw invalid('it leads through a copied node');
    node = isRight ? hash256(sibling, node) : hash256(node, sibling);
    position = Math.floor(position / 2);
  }
  return node;
}

/** The siblings of the leaf at `index`, leaf to root. `leaves` must not be empty. */
export function merkleBranch(leaves: readonly Uint8Array[], index: number): Uint8Array[] {
  const siblings: Uint8Array[] = [];
  let row = leaves;
  for (let position = index; row.length > 1; position = Math.floor(position / 2)) {
    const own = row[position];
    const sibling = row[position % 2 === 1 ? position - 1 : position + 1] ?? own;
    if (sibling === undefined) throw invalid('its index lies beyond the tree');
    siblings.push(sibling);
    row = rowAbove(row);
  }
  return siblings;
}

/** The root of the tree over `leaves`, which must not be empty. */
export function merkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  let row = leaves;
  while (row.length > 1) row = rowAbove(row);
  const [root] = row;
  if (root === undefined) throw invalid('a tree without leaves has no root');
  return root;
}

function rowAbove(row: readonly Uint8Array[]): Uint8Array[] {
  const above: Uint8Array[] = [];
  for (let left = 0; left < row.length; left += 2) {
    const node = row[left];
    if (node !== undefined) above.push(hash256(node, row[left + 1] ?? node));
  }
  return above;
}

function invalid(reason: string): BitcoinProofError {
  return new BitcoinProofError('BITCOIN_BRANCH_INVALID', `not a Merkle branch: ${reason}`);
}
