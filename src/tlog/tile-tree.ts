/**
 * The tree as a ledger keeps it: tiles that only grow, and in memory their right edge. A batch is
 * hashed once, layer by layer; tiles, root and the proof of every new leaf are read off the layers.
 */
import type { Sha256Digest, TreeSize } from '../base/brand.js';
import { sha256Digest } from '../base/bytes.js';
import { assert } from '../base/errors.js';
import { EMPTY_RANGE, rootHash, type CompactRange } from './compact-range.js';
import { isOdd, shiftRight } from './internal/integer.js';
import { parentLayer } from './merkle-hash.js';
import { HASH_BYTES, TILE_HEIGHT, TILE_WIDTH } from './tile.js';
import { peaksOf } from './tree-node.js';

/** The right edge of a tree: all it takes to extend it. */
export interface TreeEdge extends CompactRange {
  /** By level: the bytes of its partial tile, none where the level ends in a full tile. Not to be changed. */
  readonly tiles: readonly Uint8Array[];
}

/** A tile with hashes that it did not have before. */
export interface ChangedTile {
  readonly level: number;
  readonly index: number;
  /** All its hashes, 32 bytes each, the old ones included. */
  readonly hashes: Uint8Array;
}

/** The nodes of one height, from the one at `start` to the last. */
export interface Layer {
  /** Even, so that each node has its sibling here, if it has one. */
  readonly start: number;
  /** The last may cover an incomplete subtree. */
  readonly nodes: readonly Sha256Digest[];
}

export interface TreeExtension {
  /** The size before. */
  readonly from: TreeSize;
  readonly edge: TreeEdge;
  readonly rootHash: Sha256Digest;
  /** From level 0 up, and from left to right. */
  readonly tiles: readonly ChangedTile[];
  /** By height up to the root: what the batch touched. None for an empty batch. */
  readonly layers: readonly Layer[];
}

export const EMPTY_EDGE: TreeEdge = { ...EMPTY_RANGE, tiles: [] };

/** Appends leaves. Hashes once for each leaf, and at most once more for each height of the tree. */
export function extend(edge: TreeEdge, leafHashes: readonly Sha256Digest[]): TreeExtension {
  const from = edge.size;
  const size = (from + leafHashes.length) as TreeSize;
  assert(Number.isSafeInteger(size), 'a tree size is at most 2⁵³−1');
  const layers = leafHashes.length === 0 ? [] : layersOf(edge, leafHashes);
  const root = layers.at(-1)?.nodes[0];
  if (root === undefined) return { from, edge, rootHash: rootHash(edge), tiles: [], layers };

  const tiles: ChangedTile[] = [];
  const partial = [...edge.tiles];
  for (let level = 0; ; level++) {
    const changed = changedTiles(edge, size, level, layers);
    const last = changed.at(-1);
    if (last === undefined) break;
    tiles.push(...changed);
    partial[level] = isFull(last) ? new Uint8Array() : last.hashes;
  }
  const peaks = peaksOf(size).map(({ height, index }) => peakAt(layers, height, index));
  return { from, edge: { size, peaks, tiles: partial }, rootHash: root, tiles, layers };
}

/**
 * The inclusion proof of each leaf that `extend` appended, in their order, at the new size. Hashes
 * nothing. The digests are shared between the proofs.
 */
export function inclusionProofsOfAppended(extension: TreeExtension): Sha256Digest[][] {
  const { from, edge, layers } = extension;
  const proofs: Sha256Digest[][] = [];
  for (let index: number = from; index < edge.size; index++) {
    const proof: Sha256Digest[] = [];
    let node = index;
    for (const { start, nodes } of layers) {
      const sibling = nodes[(isOdd(node) ? node - 1 : node + 1) - start];
      // None at the root, nor where an odd last node is carried up.
      if (sibling !== undefined) proof.push(sibling);
      node = Math.floor(node / 2);
    }
    proofs.push(proof);
  }
  return proofs;
}

function layersOf(range: CompactRange, leafHashes: readonly Sha256Digest[]): Layer[] {
  const layers: Layer[] = [];
  const peaks = [...range.peaks];
  let nodes = leafHashes;
  let start: number = range.size;
  while (layers.length === 0 || start > 0 || nodes.length > 1) {
    if (layers.length > 0) {
      nodes = parentLayer(nodes);
      start /= 2;
    }
    // The left sibling of the first new node is complete, hence a peak of the tree before.
    const peak = isOdd(start) ? peaks.pop() : undefined;
    if (peak !== undefined) {
      nodes = [peak, ...nodes];
      start--;
    }
    layers.push({ start, nodes });
  }
  return layers;
}

/** The tiles of a level that the batch completed or began, from the first that it changed. */
function changedTiles(
  edge: TreeEdge,
  size: TreeSize,
  level: number,
  layers: readonly Layer[],
): ChangedTile[] {
  const height = TILE_HEIGHT * level;
  const first = shiftRight(edge.size, height);
  const end = shiftRight(size, height);
  const layer = layers[height];
  if (first === end || layer === undefined) return [];
  // Complete subtrees only: the incomplete last one is no part of a tile.
  const fresh = layer.nodes.slice(first - layer.start, end - layer.start);
  const hashes = join(edge.tiles[level] ?? new Uint8Array(), fresh);
  const tiles: ChangedTile[] = [];
  for (let at = 0; at < hashes.length; at += TILE_WIDTH * HASH_BYTES) {
    const index = Math.floor(first / TILE_WIDTH) + tiles.length;
    // A copy, so that a tile kept in a cache does not keep the whole batch.
    tiles.push({ level, index, hashes: hashes.slice(at, at + TILE_WIDTH * HASH_BYTES) });
  }
  return tiles;
}

function isFull(tile: ChangedTile): boolean {
  return tile.hashes.length === TILE_WIDTH * HASH_BYTES;
}

function join(head: Uint8Array, hashes: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(head.length + hashes.length * HASH_BYTES);
  joined.set(head);
  let at = head.length;
  for (const hash of hashes) {
    joined.set(hash, at);
    at += HASH_BYTES;
  }
  return joined;
}

function peakAt(layers: readonly Layer[], height: number, index: number): Sha256Digest {
  const layer = layers[height];
  const node = layer?.nodes[index - layer.start];
  assert(node !== undefined, 'the peaks of the new tree lie in the layers of the batch');
  // A copy, so that an edge kept for long does not keep the layers.
  return sha256Digest(node.slice());
}
