/**
 * Tiles: the tree cut into pieces of 256 hashes (C2SP tlog-tiles). The tile n of level l holds, for i
 * from 0 to 255, the hash of the complete subtree of height 8·l with index 256·n + i; the heights
 * between are hashed from it when they are needed.
 */
import type { Sha256Digest, TreeSize } from '../base/brand.js';
import { sha256Digest } from '../base/bytes.js';
import { assert } from '../base/errors.js';
import { shiftRight } from './internal/integer.js';
import { parentLayer } from './merkle-hash.js';
import { TlogError } from './tlog-error.js';
import type { TreeNode } from './tree-node.js';

/** Heights of the tree in one tile. */
export const TILE_HEIGHT = 8;
/** Hashes in a full tile. */
export const TILE_WIDTH = 256;
export const HASH_BYTES = 32;

export interface TileId {
  /** 0 holds leaf hashes. */
  readonly level: number;
  readonly index: number;
  /** Hashes it holds: 1…255 if partial, 256 if full. */
  readonly width: number;
}

/** How many hashes a tile has in the tree of `size` leaves; 0 if it is not there yet. */
export function tileWidth(level: number, index: number, size: TreeSize): number {
  const hashes = shiftRight(size, TILE_HEIGHT * level);
  return Math.min(Math.max(hashes - index * TILE_WIDTH, 0), TILE_WIDTH);
}

/** Where a complete subtree lies in its tile: `count` hashes from `offset` on hash up to it. */
export interface TileSpan {
  readonly level: number;
  readonly index: number;
  readonly offset: number;
  readonly count: number;
}

export function spanOf(node: TreeNode): TileSpan {
  const level = Math.floor(node.height / TILE_HEIGHT);
  const count = 2 ** (node.height % TILE_HEIGHT);
  const first = node.index * count;
  return { level, index: Math.floor(first / TILE_WIDTH), offset: first % TILE_WIDTH, count };
}

/**
 * The hash of the complete subtree at a span of a tile's bytes.
 *
 * @throws TlogError TILE_MALFORMED unless they are whole hashes, at most 256, and reach that far.
 */
export function hashFromTile(tile: Uint8Array, span: TileSpan): Sha256Digest {
  const { level, index, offset, count } = span;
  const bytes = tile.subarray(offset * HASH_BYTES, (offset + count) * HASH_BYTES);
  const isTile = tile.length % HASH_BYTES === 0 && tile.length <= TILE_WIDTH * HASH_BYTES;
  if (!isTile || bytes.length !== count * HASH_BYTES)
    throw new TlogError(
      'TILE_MALFORMED',
      `tile ${level}/${index} must be 32-byte hashes, at least ${offset + count} and at most 256`,
    );
  let layer = hashesOf(bytes);
  while (layer.length > 1) layer = parentLayer(layer);
  const [hash] = layer;
  assert(hash !== undefined, 'a span covers at least one hash');
  return hash;
}

function hashesOf(bytes: Uint8Array): Sha256Digest[] {
  return Array.from({ length: bytes.length / HASH_BYTES }, (_, at) =>
    sha256Digest(bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES)),
  );
}
