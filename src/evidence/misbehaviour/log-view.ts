/**
 * What somebody was shown of a log: a signed head, and, where it can still be asked for, the hashes under
 * it. Tiles are anyone's word until a root follows from them.
 */
import type { TileId } from '../../tlog/tile.js';

export interface LogView {
  /** A signed note, verbatim. */
  readonly checkpoint: string;
  /** Null for a head alone: a saved checkpoint, a receipt, an evidence file. */
  readonly fetchTile: FetchTile | null;
}

/**
 * The bytes of a tile of the tree of the view's size, `width` hashes.
 * @throws whatever the way to them throws; it is passed on.
 */
export type FetchTile = (tile: TileId) => Promise<Uint8Array>;
