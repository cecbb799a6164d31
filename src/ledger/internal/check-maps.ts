/**
 * Makes the person maps of a log again while it is read (docs/formats/person-map.md), and holds them
 * against those that its map entries name: a map is the log's own word until somebody has done this.
 *
 * It keeps, for each tag, the right edge of its list (32 bytes for each bit of its size) and two nodes of
 * the map, some 700 bytes a person in all; and some 200 bytes for each entry since the last map, which
 * may have to be left out of the next one.
 */
import type { LeafIndex, Sha256Digest } from '../../base/brand.js';
import { digestToHex, type HexDigest } from '../../base/hex-digest.js';
import { personTagsOf } from '../../records/person-tags.js';
import type { MapStatement, Statement } from '../../records/statement.js';
import { EMPTY_LIST, extendList, type ListItem, type PersonList } from '../../tlog/person-list.js';
import { personEntry } from '../../tlog/person-map.js';
import { EMPTY_MAP, type SparseMap, updateMap } from '../../tlog/sparse-map.js';

export class MapWalk {
  readonly #lists = new Map<HexDigest, PersonList>();
  #map: SparseMap = EMPTY_MAP;
  /** Entries that the map does not cover yet, in order. */
  #pending: PendingEntry[] = [];
  #size = 0;

  /** Entries come in order. Says what is wrong with one that names a map. */
  *take(index: LeafIndex, leafHash: Sha256Digest, statement: Statement): Generator<string> {
    if (statement.kind === 'map') yield* this.#compare(index, statement);
    const tags = personTagsOf(statement);
    if (tags.length > 0) this.#pending.push({ tags, index, leafHash });
  }

  *#compare(index: LeafIndex, { persons, root, size }: MapStatement): Generator<string> {
    const at = `entry ${index}`;
    if (size > index) {
      yield `${at} is a map of ${size} entries, of which only ${index} come before it`;
      return;
    }
    if (size < this.#size) {
      yield `${at} is a map of ${size} entries, less than the ${this.#size} of the map before it`;
      return;
    }
    this.#coverUpTo(size);
    if (persons !== this.#lists.size)
      yield `${at} is a map of ${persons} persons, the statements name ${this.#lists.size}`;
    if (root !== digestToHex(this.#map.hash))
      yield `${at} is a map with another root than the statements make`;
  }

  #coverUpTo(size: number): void {
    const grown = new Map<HexDigest, ListItem[]>();
    for (const { tags, index, leafHash } of this.#pending) {
      if (index >= size) break;
      for (const tag of tags) {
        const items = grown.get(tag);
        if (items === undefined) grown.set(tag, [{ index, leafHash }]);
        else items.push({ index, leafHash });
      }
    }
    this.#pending = this.#pending.filter(({ index }) => index >= size);
    this.#size = size;
    const changes = [...grown].map(([tag, items]) => {
      const list = extendList(this.#lists.get(tag) ?? EMPTY_LIST, items);
      this.#lists.set(tag, list);
      return personEntry(tag, list);
    });
    this.#map = updateMap(this.#map, changes);
  }
}

interface PendingEntry extends ListItem {
  readonly tags: readonly HexDigest[];
}
