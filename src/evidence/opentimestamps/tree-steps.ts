/** Ways through the trees between an entry and a block, as operations: see "Path" in docs/formats/opentimestamps.md. */
import type { LeafIndex, Sha256Digest, TreeSize } from '../../base/brand.js';
import { concat } from '../../base/bytes.js';
import { inclusionNodes } from '../../tlog/inclusion-proof.js';
import type { OtsOperation } from './operations.js';

export const SHA256: OtsOperation = { kind: 'sha256' };

export function append(...parts: readonly Uint8Array[]): OtsOperation {
  return { kind: 'append', argument: concat(...parts) };
}

export function prepend(...parts: readonly Uint8Array[]): OtsOperation {
  return { kind: 'prepend', argument: concat(...parts) };
}

/**
 * From a leaf hash to the root (RFC 6962 §2.1). Nothing is verified.
 *
 * @param proof of inclusion, for this index and size.
 */
export function treeSteps(
  index: LeafIndex,
  size: TreeSize,
  proof: readonly Sha256Digest[],
): OtsOperation[] {
  const places = inclusionNodes(index, size);
  return proof.flatMap((sibling, at) => {
    const [first] = places[at] ?? [];
    const isOnTheLeft = first !== undefined && first.index * 2 ** first.height < index;
    return nodeSteps(TREE_NODE, sibling, isOnTheLeft);
  });
}

/**
 * From a value to the root of the map that it stands in under this key (docs/formats/sparse-map.md). Nothing is
 * verified.
 *
 * @param siblings from the end of the path up.
 */
export function mapSteps(key: Uint8Array, siblings: readonly Sha256Digest[]): OtsOperation[] {
  const nodes = siblings.flatMap((sibling, at) =>
    nodeSteps(MAP_NODE, sibling, bitOf(key, siblings.length - 1 - at) === 1),
  );
  return [prepend(MAP_LEAF, key), SHA256, ...nodes];
}

/** From a txid to the Merkle root of its block. Nothing is verified. */
export function blockSteps(index: number, branch: readonly Uint8Array[]): OtsOperation[] {
  return branch.flatMap((sibling, height) => {
    const isOnTheLeft = Math.floor(index / 2 ** height) % 2 === 1;
    return [isOnTheLeft ? prepend(sibling) : append(sibling), SHA256, SHA256];
  });
}

const TREE_NODE = Uint8Array.of(0x01);
const MAP_LEAF = Uint8Array.of(0x02);
const MAP_NODE = Uint8Array.of(0x03);

function nodeSteps(domain: Uint8Array, sibling: Uint8Array, isOnTheLeft: boolean): OtsOperation[] {
  return isOnTheLeft
    ? [prepend(domain, sibling), SHA256]
    : [append(sibling), prepend(domain), SHA256];
}

/** The most significant bit of the first byte is bit 0. */
function bitOf(key: Uint8Array, at: number): number {
  return ((key[Math.floor(at / 8)] ?? 0) >> (7 - (at % 8))) & 1;
}
