/**
 * The hashes of one view's tree, by tiles that are fetched once. So many and no more: sizes come from
 * strangers, and no comparison of two trees needs more than a few tiles of each level.
 */
import type { LeafIndex, Sha256Digest, TreeSize } from '../../../base/brand.js';
import { tilesForInclusion, inclusionProofOf, type ReadTile } from '../../../tlog/tile-reader.js';
import { HASH_BYTES, hashFromTile, spanOf, type TileId, tileWidth } from '../../../tlog/tile.js';
import { TlogError } from '../../../tlog/tlog-error.js';
import type { TreeNode } from '../../../tlog/tree-node.js';
import type { FetchTile } from '../log-view.js';

/** Two of each of seven levels for the peaks, one for the way down, twice that for a proof. */
export const MAX_FETCHES = 64;

export class HashSource {
  readonly #size: TreeSize;
  readonly #fetch: FetchTile;
  readonly #tiles = new Map<string, Uint8Array>();

  constructor(size: TreeSize, fetch: FetchTile) {
    this.#size = size;
    this.#fetch = fetch;
  }

  /** Of a complete subtree of the tree. @throws TlogError TILE_MALFORMED. */
  async node(node: TreeNode): Promise<Sha256Digest> {
    const span = spanOf(node);
    return hashFromTile(await this.#tile(span.level, span.index), span);
  }

  /** RFC 6962 proof as the tiles have it; verified by nobody yet. @throws TlogError TILE_MALFORMED. */
  async inclusion(index: LeafIndex): Promise<Sha256Digest[]> {
    for (const tile of tilesForInclusion(index, this.#size))
      await this.#tile(tile.level, tile.index);
    return inclusionProofOf(index, this.#size, this.#loaded);
  }

  readonly #loaded: ReadTile = (level, index) => {
    const tile = this.#tiles.get(nameOf({ level, index }));
    if (tile === undefined) throw malformed('a proof needs a tile that was not fetched');
    return tile;
  };

  async #tile(level: number, index: number): Promise<Uint8Array> {
    const name = nameOf({ level, index });
    const known = this.#tiles.get(name);
    if (known !== undefined) return known;
    if (this.#tiles.size >= MAX_FETCHES) throw malformed('more tiles than any comparison needs');
    const width = tileWidth(level, index, this.#size);
    const bytes = await this.#fetch({ level, index, width });
    if (bytes.length !== width * HASH_BYTES)
      throw malformed(`tile ${name} has not ${width} hashes`);
    this.#tiles.set(name, bytes);
    return bytes;
  }
}

function nameOf({ level, index }: Pick<TileId, 'level' | 'index'>): string {
  return `${level}/${index}`;
}

function malformed(reason: string): TlogError {
  return new TlogError('TILE_MALFORMED', reason);
}
