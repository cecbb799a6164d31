/** Each tile of a log is asked for once a look. */
import type { FetchTile } from '../../evidence/misbehaviour/log-view.js';
import type { TileId } from '../../tlog/tile.js';

const MAX_KEPT_TILES = 2_048;

export function withKeptTiles(fetchTile: FetchTile): FetchTile {
  const kept = new Map<string, Promise<Uint8Array>>();
  return (tile: TileId) => {
    const name = `${tile.level}/${tile.index}/${tile.width}`;
    const known = kept.get(name);
    if (known !== undefined) return known;
    const fetched = fetchTile(tile);
    if (kept.size < MAX_KEPT_TILES) kept.set(name, fetched);
    return fetched;
  };
}
