/**
 * The Hypercore under a log, as far as a signature over its tree says anything (docs/formats/misbehaviour.md, `core`):
 * its key from its manifest, and its BLAKE2b tree from the roots at a length up to the signed head. As in
 * hypercore 11 and hypercore-crypto 3; pure, so that a verifier needs neither.
 */
import { blake2b } from '@noble/hashes/blake2.js';
import { concat, equalBytes, utf8 } from '../../../base/bytes.js';
import { assert } from '../../../base/errors.js';
import { ed25519Verifier } from '../../../tlog/ed25519.js';
import { CORE_NAMESPACE } from '../../../tlog/log-binding.js';
import type { CoreNode, CoreTree, ShownCore } from '../misbehaviour-file.js';

/** 32 bytes: the name under which a checkpoint binds the Hypercore. */
export function discoveryKeyOf(core: ShownCore): Uint8Array {
  return blake2b(utf8('hypercore'), { key: coreKey(core), dkLen: 32 });
}

/**
 * BLAKE2b tree hash at `length`.
 *
 * @returns null unless the nodes are the roots there, and lead to a head that the Hypercore's key has signed.
 */
export function signedTreeHash(core: ShownCore, length: number, tree: CoreTree): Uint8Array | null {
  const wanted = rootsAt(length);
  const roots = tree.nodes.slice(0, wanted.length);
  if (roots.length < wanted.length || roots.some(({ index }, at) => index !== wanted[at]))
    return null;
  const head = folded(tree.nodes);
  if (head === null || head.length < length) return null;
  const message = concat(
    namespace(TREE),
    coreKey(core),
    treeHash(head.roots),
    u64le(head.length),
    u64le(tree.fork),
  );
  return ed25519Verifier(core.publicKey)(message, tree.signature) ? treeHash(roots) : null;
}

const TREE = 0;
const MANIFEST = 3;

function coreKey({ publicKey, begins }: ShownCore): Uint8Array {
  const signer = concat(Uint8Array.of(1, 0), CORE_NAMESPACE, publicKey);
  const prologue =
    begins === null ? new Uint8Array() : concat(begins.treeHash, uint(begins.length));
  // Version 1, flags, BLAKE2b, a quorum of one of one signer.
  const manifest = concat(Uint8Array.of(1, begins === null ? 0 : 2, 0, 1), signer, prologue);
  return hash(namespace(MANIFEST), manifest);
}

function namespace(number: number): Uint8Array {
  return hash(hash(utf8('hypercore')), Uint8Array.of(number));
}

function treeHash(roots: readonly CoreNode[]): Uint8Array {
  return hash(
    Uint8Array.of(2),
    ...roots.flatMap(({ hash: of, index, size }) => [of, u64le(index), u64le(size)]),
  );
}

/** Siblings become their parent until what is left are the roots of a tree; null if they are not, or not in their order. */
function folded(nodes: readonly CoreNode[]): { roots: CoreNode[]; length: number } | null {
  const left: CoreNode[] = [];
  if (nodes.some(({ index }, at) => index <= (nodes[at - 1]?.index ?? -1))) return null;
  for (const node of nodes) {
    let last = node;
    for (let before = left.at(-1); before !== undefined; before = left.at(-1)) {
      const parent = parentOf(before, last);
      if (parent === null) break;
      left.pop();
      last = parent;
    }
    left.push(last);
  }
  const length = left.reduce((sum, { index }) => sum + blocksBelow(index), 0);
  const wanted = rootsAt(length);
  const isTree =
    wanted.length === left.length && left.every(({ index }, at) => index === wanted[at]);
  return isTree ? { roots: left, length } : null;
}

/** Null unless they are siblings. */
function parentOf(a: CoreNode, b: CoreNode): CoreNode | null {
  const blocks = blocksBelow(a.index);
  const isLeft = Math.floor(a.index / (2 * blocks)) % 2 === 0;
  if (blocksBelow(b.index) !== blocks || b.index !== a.index + 2 * blocks || !isLeft) return null;
  const size = a.size + b.size;
  return {
    index: a.index + blocks,
    size,
    hash: hash(Uint8Array.of(1), u64le(size), a.hash, b.hash),
  };
}

/** Flat-tree indices of the roots of a tree of `length` blocks, left to right. */
function rootsAt(length: number): number[] {
  const roots: number[] = [];
  let at = 0;
  for (let rest = length; rest > 0;) {
    const blocks = 2 ** Math.floor(Math.log2(rest));
    roots.push(2 * at + blocks - 1);
    at += blocks;
    rest -= blocks;
  }
  return roots;
}

/** Two to the power of the trailing one bits. */
function blocksBelow(index: number): number {
  let blocks = 1;
  for (let rest = index; rest % 2 === 1; rest = (rest - 1) / 2) blocks *= 2;
  return blocks;
}

/** As compact-encoding writes a whole number. */
function uint(value: number): Uint8Array {
  if (value < 0xfd) return Uint8Array.of(value);
  const bytes = u64le(value);
  if (value <= 0xffff) return concat(Uint8Array.of(0xfd), bytes.subarray(0, 2));
  if (value <= 0xffff_ffff) return concat(Uint8Array.of(0xfe), bytes.subarray(0, 4));
  return concat(Uint8Array.of(0xff), bytes);
}

function u64le(value: number): Uint8Array {
  assert(Number.isSafeInteger(value) && value >= 0, 'a u64 is a safe integer ≥ 0');
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes;
}

function hash(...parts: readonly Uint8Array[]): Uint8Array {
  return blake2b(concat(...parts), { dkLen: 32 });
}

/** Whether two tree hashes, of one length, are of two histories. */
export function areTwo(one: Uint8Array | null, other: Uint8Array | null): boolean {
  return one !== null && other !== null && !equalBytes(one, other);
}
