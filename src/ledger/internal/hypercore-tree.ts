/**
 * The BLAKE2b tree of a Hypercore, computed ahead of the append: the checkpoint that goes into the
 * journal must quote the tree hash of a block that the log does not hold yet. Rules as in
 * hypercore-crypto: leaf = H(0 ‖ u64le size ‖ block), parent = H(1 ‖ u64le size ‖ left ‖ right),
 * tree = H(2 ‖ (hash ‖ u64le index ‖ u64le size)*), indices of the flat in-order tree.
 */
import sodium from 'sodium-native';

export interface TreeRoot {
  /** Flat-tree index. */
  readonly index: number;
  /** Bytes below this node. */
  readonly size: number;
  readonly hash: Uint8Array;
}

/** Roots of the full subtrees, left to right. */
export type TreeRoots = readonly TreeRoot[];

export function appendBlock(roots: TreeRoots, length: number, block: Uint8Array): TreeRoots {
  const grown: TreeRoot[] = [...roots];
  let node = leaf(length, block);
  for (let left = grown.at(-1); left !== undefined; left = grown.at(-1)) {
    if (leavesBelow(left) !== leavesBelow(node)) break;
    grown.pop();
    node = parent(left, node);
  }
  grown.push(node);
  return grown;
}

export function treeHash(roots: TreeRoots): Uint8Array {
  return blake2b256(
    TREE,
    ...roots.flatMap(({ hash, index, size }) => [hash, u64le(index), u64le(size)]),
  );
}

const LEAF = Buffer.from([0]);
const PARENT = Buffer.from([1]);
const TREE = Buffer.from([2]);

function leaf(blockNumber: number, block: Uint8Array): TreeRoot {
  const hash = blake2b256(LEAF, u64le(block.length), block);
  return { index: 2 * blockNumber, size: block.length, hash };
}

function parent(left: TreeRoot, right: TreeRoot): TreeRoot {
  const size = left.size + right.size;
  const hash = blake2b256(PARENT, u64le(size), left.hash, right.hash);
  return { index: (left.index + right.index) / 2, size, hash };
}

/** 2 to the power of the trailing one bits of the index; indices stay below 2³². */
function leavesBelow({ index }: TreeRoot): number {
  const up = index + 1;
  return up & -up;
}

function u64le(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function blake2b256(...parts: readonly Uint8Array[]): Uint8Array {
  const digest = new Uint8Array(32);
  sodium.crypto_generichash_batch(digest, parts);
  return digest;
}
