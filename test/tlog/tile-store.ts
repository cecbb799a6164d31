import { concat } from '../../src/base/bytes.js';
import type { ReadTile } from '../../src/tlog/tile-reader.js';
import type { ChangedTile } from '../../src/tlog/tile-tree.js';
import type { TileId } from '../../src/tlog/tile.js';

/** Tiles in memory, each as it was last written; refuses to lose hashes. */
export class TileStore {
  readonly #tiles = new Map<string, Uint8Array>();

  write(tiles: readonly ChangedTile[]): void {
    for (const { level, index, hashes } of tiles) {
      const before = this.#tiles.get(`${level}/${index}`) ?? new Uint8Array();
      if (!concat(before).every((byte, at) => byte === hashes[at]))
        throw new Error(`tile ${level}/${index} changed instead of growing`);
      this.#tiles.set(`${level}/${index}`, hashes);
    }
  }

  get ids(): TileId[] {
    return [...this.#tiles].map(([name, hashes]) => {
      const [level, index] = name.split('/').map(Number);
      return { level: level ?? -1, index: index ?? -1, width: hashes.length / 32 };
    });
  }

  readonly read: ReadTile = (level, index, minimumWidth) => {
    const tile = this.#tiles.get(`${level}/${index}`);
    if (tile === undefined || tile.length < 32 * minimumWidth)
      throw new Error(`tile ${level}/${index} was read before it was written`);
    return tile;
  };

  /** Reads only these tiles, each cut to its width: what an asynchronous store has loaded. */
  loaded(ids: readonly TileId[]): ReadTile {
    const cut = new Map(
      ids.map(({ level, index, width }) => [
        `${level}/${index}`,
        this.read(level, index, width).slice(0, 32 * width),
      ]),
    );
    return (level, index) => {
      const tile = cut.get(`${level}/${index}`);
      if (tile === undefined) throw new Error(`tile ${level}/${index} was not announced`);
      return tile;
    };
  }
}
