/**
 * Roots and proofs read off tiles. Tiles are handed over from memory, so that no proof waits half
 * made: a store loads those that `tilesFor…` names first.
 *
 * What comes out is only as true as the tiles: compare the root with a checkpoint, verify the proof.
 */
import type { LeafIndex, Sha256Digest, TreeSize } from '../base/brand.js';
import { consistencyNodes, proveConsistency } from './consistency-proof.js';
import { inclusionNodes, proveInclusion } from './inclusion-proof.js';
import { shiftRight } from './internal/integer.js';
import { EMPTY_ROOT } from './merkle-hash.js';
import type { TreeEdge } from './tile-tree.js';
import {
  HASH_BYTES,
  TILE_HEIGHT,
  TILE_WIDTH,
  hashFromTile,
  spanOf,
  tileWidth,
  type TileId,
} from './tile.js';
import { TlogError } from './tlog-error.js';
import { foldPeaks, peaksOf, type ReadNode, type TreeNode } from './tree-node.js';

/**
 * The bytes of a tile, with at least `minimumWidth` hashes; more do no harm, so that a full tile
 * serves for every size. What is too short is refused as TlogError TILE_MALFORMED.
 */
export type ReadTile = (level: number, index: number, minimumWidth: number) => Uint8Array;

export function inclusionProofOf(
  index: LeafIndex,
  size: TreeSize,
  readTile: ReadTile,
): Sha256Digest[] {
  return proveInclusion(index, size, nodeReader(readTile));
}

/** 0 < `from` ≤ `to`. */
export function consistencyProofOf(
  from: TreeSize,
  to: TreeSize,
  readTile: ReadTile,
): Sha256Digest[] {
  return proveConsistency(from, to, nodeReader(readTile));
}

export function rootAt(size: TreeSize, readTile: ReadTile): Sha256Digest {
  return size === 0 ? EMPTY_ROOT : foldPeaks(peaksAt(size, readTile));
}

/** The edge to go on from; needs the tiles of `tilesForRoot`. */
export function edgeFrom(size: TreeSize, readTile: ReadTile): TreeEdge {
  const tiles: Uint8Array[] = [];
  for (let level = 0; shiftRight(size, TILE_HEIGHT * level) > 0; level++)
    tiles.push(partialTile(level, size, readTile));
  return { size, peaks: peaksAt(size, readTile), tiles };
}

export function tilesForInclusion(index: LeafIndex, size: TreeSize): TileId[] {
  return tilesOf(inclusionNodes(index, size).flat(), size);
}

export function tilesForConsistency(from: TreeSize, to: TreeSize): TileId[] {
  return tilesOf(consistencyNodes(from, to).flat(), to);
}

export function tilesForRoot(size: TreeSize): TileId[] {
  return tilesOf(peaksOf(size), size);
}

/** Each tile once, as wide as it is in the tree of `size` leaves: the form in which a log must serve it. */
function tilesOf(nodes: readonly TreeNode[], size: TreeSize): TileId[] {
  const tiles = new Map<string, TileId>();
  for (const node of nodes) {
    const { level, index } = spanOf(node);
    tiles.set(`${level}/${index}`, { level, index, width: tileWidth(level, index, size) });
  }
  return [...tiles.values()];
}

function nodeReader(readTile: ReadTile): ReadNode {
  return (height, index) => {
    const span = spanOf({ height, index });
    return hashFromTile(readTile(span.level, span.index, span.offset + span.count), span);
  };
}

function peaksAt(size: TreeSize, readTile: ReadTile): Sha256Digest[] {
  const readNode = nodeReader(readTile);
  return peaksOf(size).map(({ height, index }) => readNode(height, index));
}

/** The bytes of a level's last tile at `size`; none if it is full. */
function partialTile(level: number, size: TreeSize, readTile: ReadTile): Uint8Array {
  const hashes = shiftRight(size, TILE_HEIGHT * level);
  const width = hashes % TILE_WIDTH;
  if (width === 0) return new Uint8Array();
  const index = Math.floor(hashes / TILE_WIDTH);
  const tile = readTile(level, index, width).slice(0, width * HASH_BYTES);
  if (tile.length < width * HASH_BYTES)
    throw new TlogError('TILE_MALFORMED', `tile ${level}/${index} has fewer than ${width} hashes`);
  return tile;
}
