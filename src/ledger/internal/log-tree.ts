/**
 * The tree of one log as the write state has it, in tiles: roots, proofs, and the tiles themselves. Only
 * tiles are read, never an entry.
 */
import type { LeafIndex, Sha256Digest, TreeSize } from '../../base/brand.js';
import {
  consistencyProofOf,
  inclusionProofOf,
  type ReadTile,
  rootAt,
  tilesForConsistency,
  tilesForInclusion,
  tilesForRoot,
} from '../../tlog/tile-reader.js';
import { type TileId, tileWidth } from '../../tlog/tile.js';
import { damaged, LedgerError } from '../ledger-error.js';
import type { OpenLog } from './open-log.js';
import { tileKey } from './state-keys.js';
import type { WriteState } from './write-state.js';

export class LogTree {
  readonly #log: Pick<OpenLog, 'number' | 'head'>;
  readonly #state: WriteState;

  constructor(log: Pick<OpenLog, 'number' | 'head'>, state: WriteState) {
    this.#log = log;
    this.#state = state;
  }

  /** RFC 6962 path of an entry in the tree of `size`. @throws LedgerError LEDGER_SIZE_UNKNOWN. */
  async inclusionProof(index: LeafIndex, size: TreeSize): Promise<Sha256Digest[]> {
    this.#checkSize(size, index + 1);
    const readTile = await this.#load(tilesForInclusion(index, size));
    return inclusionProofOf(index, size, readTile);
  }

  /** @throws LedgerError LEDGER_SIZE_UNKNOWN. */
  async consistencyProof(from: TreeSize, to: TreeSize): Promise<Sha256Digest[]> {
    this.#checkSize(to, from);
    this.#checkSize(from, 1);
    return consistencyProofOf(from, to, await this.#load(tilesForConsistency(from, to)));
  }

  /** @throws LedgerError LEDGER_SIZE_UNKNOWN. */
  async rootAt(size: TreeSize): Promise<Sha256Digest> {
    this.#checkSize(size, 0);
    return rootAt(size, await this.#load(tilesForRoot(size)));
  }

  /** Hashes of a tile, as many as `id.width`. @throws LedgerError LEDGER_TILE_UNKNOWN beyond the head. */
  async tile(id: TileId): Promise<Uint8Array> {
    this.checkTile(id.level, id.index, id.width);
    const tile = await this.#tile(id.level, id.index);
    return tile.subarray(0, id.width * 32);
  }

  /** @throws LedgerError LEDGER_TILE_UNKNOWN if the head does not have that much of it. */
  checkTile(level: number, index: number, width: number): void {
    if (width < 1 || width > tileWidth(level, index, this.#log.head.size))
      throw new LedgerError(
        'LEDGER_TILE_UNKNOWN',
        'this log has no such tile, or not that much of it',
      );
  }

  async #load(tiles: readonly TileId[]): Promise<ReadTile> {
    const keys = tiles.map(({ level, index }) => tileKey(this.#log.number, level, index));
    const values = await this.#state.getMany(keys);
    const loaded = new Map<string, Uint8Array>();
    tiles.forEach(({ level, index }, at) => {
      const value = values[at];
      if (value !== null && value !== undefined) loaded.set(`${level}/${index}`, value);
    });
    return (level, index) => {
      const tile = loaded.get(`${level}/${index}`);
      if (tile === undefined) throw damaged(`tile ${level}/${index} is missing`);
      return tile;
    };
  }

  async #tile(level: number, index: number): Promise<Uint8Array> {
    const value = await this.#state.get(tileKey(this.#log.number, level, index));
    if (value === null) throw damaged(`tile ${level}/${index} is missing`);
    return value;
  }

  #checkSize(size: number, atLeast: number): void {
    if (size < atLeast || size > this.#log.head.size)
      throw new LedgerError(
        'LEDGER_SIZE_UNKNOWN',
        `a size of at least ${atLeast} and at most ${this.#log.head.size} is needed`,
      );
  }
}
