/**
 * Sparse maps (docs/formats/sparse-map.md) in flat memory, for who keeps many or large ones and changes a
 * little of them at a time. A map is one number, its root; all maps of an arena share its pages. Unlike a
 * `SparseMap`, a map is changed in place: the number that `update` takes means nothing after it.
 */
import type { Sha256Digest } from '../base/brand.js';
import { asBuffer, sha256Digest } from '../base/bytes.js';
import { assert } from '../base/errors.js';
import { SlotPages } from '../base/slot-pages.js';
import { bitAt, EMPTY_SUBTREE, mapLeafHash, mapNodeHash } from './internal/map-hash.js';
import type { MapProof } from './sparse-map-proof.js';

/** 0: nothing; above it a branch; below it the leaf of the number without its sign. */
export type MapRef = number & { readonly __brand: 'MapRef' };

export const EMPTY_REF = 0 as MapRef;

export interface MapChange {
  /** 32 bytes, hashed or random. */
  readonly key: Uint8Array;
  /** 32 bytes; null takes the key out, if it is there. */
  readonly value: Uint8Array | null;
}

const WORD = 32;
/** Leaf: key, value, hash. Branch: hash, left, right. */
const LEAF_BYTES = 3 * WORD;
const BRANCH_BYTES = WORD + 8;

export class MapArena {
  readonly #leaves = new SlotPages(LEAF_BYTES);
  readonly #branches = new SlotPages(BRANCH_BYTES);

  /** Takes the changes in any order; no key twice. Hashes what lies on the paths of the keys, once. */
  update(map: MapRef, changes: readonly MapChange[]): MapRef {
    const sorted = changes.toSorted((a, b) => asBuffer(a.key).compare(b.key));
    for (const [at, { key, value }] of sorted.entries()) {
      assert(key.length === WORD && (value?.length ?? WORD) === WORD, 'words have 32 bytes');
      const before = sorted[at - 1];
      assert(before === undefined || asBuffer(before.key).compare(key) !== 0, 'no key twice');
    }
    return this.#changed(map, sorted, 0, sorted.length, 0);
  }

  /** Root hash of a map. */
  hash(map: MapRef): Sha256Digest {
    return sha256Digest(Uint8Array.from(this.#hashOf(map)));
  }

  /** Proves a key's value, or that the map does not have the key. */
  prove(map: MapRef, key: Uint8Array): MapProof {
    assert(key.length === WORD, 'map keys have 32 bytes');
    const siblings: Sha256Digest[] = [];
    let at = map;
    while (at > 0) {
      const [left, right] = this.#children(at);
      const isRight = bitAt(key, siblings.length) === 1;
      siblings.push(this.hash(isRight ? left : right));
      at = isRight ? right : left;
    }
    siblings.reverse();
    if (at === 0) return { end: { kind: 'empty' }, siblings };
    const leaf = Uint8Array.from(this.#leaf(at));
    if (asBuffer(leaf.subarray(0, WORD)).compare(key) === 0)
      return { end: { kind: 'key' }, siblings };
    const end = { key: leaf.slice(0, WORD), value: leaf.slice(WORD, 2 * WORD) };
    return { end: { kind: 'other', ...end }, siblings };
  }

  /** `sorted[from…to − 1]` are changes of keys that would all lie below `map`, which is at `depth`. */
  #changed(
    map: MapRef,
    sorted: readonly MapChange[],
    from: number,
    to: number,
    depth: number,
  ): MapRef {
    if (from === to) return map;
    if (map <= 0) return this.#grown(this.#withLeaf(map, sorted.slice(from, to)), depth);
    const middle = firstWithBit(sorted, from, to, depth);
    const [left, right] = this.#children(map);
    const newLeft = this.#changed(left, sorted, from, middle, depth + 1);
    const newRight = this.#changed(right, sorted, middle, to, depth + 1);
    const alone = onlyLeaf(newLeft, newRight);
    if (alone === null) return this.#setBranch(map, newLeft, newRight);
    this.#branches.free(map);
    return alone;
  }

  /** Leaves of what the changes leave, the one that is there included, in the order of their keys. */
  #withLeaf(map: MapRef, sorted: readonly MapChange[]): MapRef[] {
    const leaves: MapRef[] = [];
    let old = map;
    for (const { key, value } of sorted) {
      const order = old === 0 ? 1 : asBuffer(this.#keyOf(old)).compare(key);
      if (order < 0) {
        leaves.push(old);
        old = EMPTY_REF;
      }
      if (order === 0 && value === null) this.#leaves.free(slotOf(old));
      if (order === 0 && value !== null) leaves.push(this.#setLeaf(old, key, value));
      if (order === 0) old = EMPTY_REF;
      else if (value !== null)
        leaves.push(this.#setLeaf(-this.#leaves.take() as MapRef, key, value));
    }
    if (old !== 0) leaves.push(old);
    return leaves;
  }

  /** A subtree of leaves whose keys agree in their first `depth` bits. */
  #grown(leaves: readonly MapRef[], depth: number): MapRef {
    const [first = EMPTY_REF] = leaves;
    if (leaves.length < 2) return first;
    const at = leaves.findIndex((leaf) => bitAt(this.#keyOf(leaf), depth) === 1);
    const middle = at === -1 ? leaves.length : at;
    const left = this.#grown(leaves.slice(0, middle), depth + 1);
    const right = this.#grown(leaves.slice(middle), depth + 1);
    return this.#setBranch(this.#branches.take() as MapRef, left, right);
  }

  #setLeaf(leaf: MapRef, key: Uint8Array, value: Uint8Array): MapRef {
    const bytes = this.#leaf(leaf);
    bytes.set(key, 0);
    bytes.set(value, WORD);
    bytes.set(mapLeafHash(key, value), 2 * WORD);
    return leaf;
  }

  #setBranch(branch: MapRef, left: MapRef, right: MapRef): MapRef {
    const bytes = this.#branches.at(branch);
    bytes.set(mapNodeHash(this.#hashOf(left), this.#hashOf(right)), 0);
    bytes.writeInt32LE(left, WORD);
    bytes.writeInt32LE(right, WORD + 4);
    return branch;
  }

  #children(branch: MapRef): readonly [MapRef, MapRef] {
    const bytes = this.#branches.at(branch);
    return [bytes.readInt32LE(WORD) as MapRef, bytes.readInt32LE(WORD + 4) as MapRef];
  }

  /** A view of it. */
  #hashOf(map: MapRef): Sha256Digest {
    if (map === 0) return EMPTY_SUBTREE;
    const bytes =
      map > 0 ? this.#branches.at(map).subarray(0, WORD) : this.#leaf(map).subarray(2 * WORD);
    return sha256Digest(bytes);
  }

  #keyOf(leaf: MapRef): Uint8Array {
    return this.#leaf(leaf).subarray(0, WORD);
  }

  #leaf(leaf: MapRef): Buffer {
    return this.#leaves.at(slotOf(leaf));
  }
}

/** Of a leaf. */
function slotOf(leaf: MapRef): number {
  return Math.abs(leaf);
}

/** What takes the place of a branch that has at most one key left, and null where it has more. */
function onlyLeaf(left: MapRef, right: MapRef): MapRef | null {
  if (left === 0 && right <= 0) return right;
  return right === 0 && left <= 0 ? left : null;
}

/** Where the keys whose bit `depth` is 1 begin: all to the right, since the keys are sorted. */
function firstWithBit(
  sorted: readonly MapChange[],
  from: number,
  to: number,
  depth: number,
): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const change = sorted[middle];
    if (change === undefined || bitAt(change.key, depth) === 1) high = middle;
    else low = middle + 1;
  }
  return low;
}
