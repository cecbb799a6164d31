/**
 * Sparse maps (docs/formats/sparse-map.md) in flat memory, for who keeps many or large ones and changes a
 * little of them at a time. A map is one number, its root; all maps of an arena share its pages. Unlike a
 * `SparseMap`, a map is changed in place: the number that `update` takes means nothing after it.
 */
import type { Sha256Digest } from '../base/brand.js';
import { sha256Digest } from '../base/bytes.js';
import { assert } from '../base/errors.js';
import { sha256Into } from '../base/hash.js';
import { SlotPages } from '../base/slot-pages.js';
import { bitAt, EMPTY_SUBTREE, MAP_LEAF, MAP_NODE } from './internal/map-hash.js';
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
/** Key and value. Its hash is made when it is wanted: a leaf is seldom beside a path that changes. */
const LEAF_BYTES = 2 * WORD;
/** Hash, left, right. */
const BRANCH_BYTES = WORD + 8;

export class MapArena {
  readonly #leaves = new SlotPages(LEAF_BYTES);
  readonly #branches = new SlotPages(BRANCH_BYTES);
  /** What a leaf and a branch are the hash of: their domain, and two words. */
  readonly #ofLeaf = Buffer.alloc(1 + 2 * WORD, MAP_LEAF);
  readonly #ofBranch = Buffer.alloc(1 + 2 * WORD, MAP_NODE);

  /** Takes the changes in any order; no key twice. Hashes what lies on the paths of the keys, once. */
  update(map: MapRef, changes: readonly MapChange[]): MapRef {
    const sorted = changes.toSorted((a, b) => compareWords(a.key, 0, b.key));
    for (const [at, { key, value }] of sorted.entries()) {
      assert(key.length === WORD && (value?.length ?? WORD) === WORD, 'words have 32 bytes');
      const before = sorted[at - 1];
      assert(before === undefined || compareWords(before.key, 0, key) !== 0, 'no key twice');
    }
    return this.#changed(map, sorted, 0, sorted.length, 0);
  }

  /** Root hash of a map. */
  hash(map: MapRef): Sha256Digest {
    const hash = new Uint8Array(WORD);
    this.#writeHash(hash, 0, map);
    return sha256Digest(hash);
  }

  /** Proves a key's value, or that the map does not have the key. */
  prove(map: MapRef, key: Uint8Array): MapProof {
    assert(key.length === WORD, 'map keys have 32 bytes');
    const siblings: Sha256Digest[] = [];
    let at = map;
    while (at > 0) {
      const isRight = bitAt(key, siblings.length) === 1;
      siblings.push(this.hash(this.#child(at, !isRight)));
      at = this.#child(at, isRight);
    }
    siblings.reverse();
    if (at === 0) return { end: { kind: 'empty' }, siblings };
    if (this.#compareKey(at, key) === 0) return { end: { kind: 'key' }, siblings };
    const leaf = Uint8Array.from(this.#leaves.at(slotOf(at)));
    const end = { key: leaf.slice(0, WORD), value: leaf.slice(WORD) };
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
    if (map <= 0) {
      const leaves = this.#withLeaf(map, sorted, from, to);
      return this.#grown(leaves, 0, leaves.length, depth);
    }
    const middle = firstWithBit(sorted, from, to, depth);
    const left = this.#changed(this.#child(map, false), sorted, from, middle, depth + 1);
    const right = this.#changed(this.#child(map, true), sorted, middle, to, depth + 1);
    const alone = onlyLeaf(left, right);
    if (alone === null) return this.#setBranch(map, left, right);
    this.#branches.free(map);
    return alone;
  }

  /** Leaves of what the changes leave, the one that is there included, in the order of their keys. */
  #withLeaf(map: MapRef, sorted: readonly MapChange[], from: number, to: number): MapRef[] {
    const leaves: MapRef[] = [];
    let old = map;
    for (const { key, value } of sorted.slice(from, to)) {
      const order = old === 0 ? 1 : this.#compareKey(old, key);
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

  /** A subtree of the leaves from … to − 1, whose keys agree in their first `depth` bits. */
  #grown(leaves: readonly MapRef[], from: number, to: number, depth: number): MapRef {
    if (to - from < 2) return (from === to ? undefined : leaves[from]) ?? EMPTY_REF;
    const middle = firstThat(from, to, (at) => this.#bitOf(leaves[at] ?? EMPTY_REF, depth) === 1);
    const left = this.#grown(leaves, from, middle, depth + 1);
    const right = this.#grown(leaves, middle, to, depth + 1);
    return this.#setBranch(this.#branches.take() as MapRef, left, right);
  }

  #setLeaf(leaf: MapRef, key: Uint8Array, value: Uint8Array): MapRef {
    const slot = slotOf(leaf);
    const [page, at] = [this.#leaves.page(slot), this.#leaves.offset(slot)];
    page.set(key, at);
    page.set(value, at + WORD);
    return leaf;
  }

  #setBranch(branch: MapRef, left: MapRef, right: MapRef): MapRef {
    const [page, at] = [this.#branches.page(branch), this.#branches.offset(branch)];
    this.#writeHash(this.#ofBranch, 1, left);
    this.#writeHash(this.#ofBranch, 1 + WORD, right);
    sha256Into(page, at, this.#ofBranch);
    page.writeInt32LE(left, at + WORD);
    page.writeInt32LE(right, at + WORD + 4);
    return branch;
  }

  #child(branch: MapRef, isRight: boolean): MapRef {
    const at = this.#branches.offset(branch) + WORD + (isRight ? 4 : 0);
    return this.#branches.page(branch).readInt32LE(at) as MapRef;
  }

  /** Writes the hash of a map to where it is wanted. */
  #writeHash(target: Uint8Array, to: number, map: MapRef): void {
    if (map === 0) copy(target, to, EMPTY_SUBTREE, 0, WORD);
    else if (map > 0) copy(target, to, this.#branches.page(map), this.#branches.offset(map), WORD);
    else {
      const slot = slotOf(map);
      copy(this.#ofLeaf, 1, this.#leaves.page(slot), this.#leaves.offset(slot), LEAF_BYTES);
      sha256Into(target, to, this.#ofLeaf);
    }
  }

  #bitOf(leaf: MapRef, depth: number): 0 | 1 {
    const slot = slotOf(leaf);
    return bitAt(this.#leaves.page(slot), 8 * this.#leaves.offset(slot) + depth);
  }

  /** Order of a leaf's key and another. */
  #compareKey(leaf: MapRef, key: Uint8Array): number {
    const slot = slotOf(leaf);
    return compareWords(this.#leaves.page(slot), this.#leaves.offset(slot), key);
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
  return firstThat(from, to, (at) => {
    const change = sorted[at];
    return change === undefined || bitAt(change.key, depth) === 1;
  });
}

/** The first of from … to − 1 of which something holds, which then holds of all that follow; `to` if of none. */
function firstThat(from: number, to: number, holds: (at: number) => boolean): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Negative, zero or positive. @param from where in `bytes` a word begins. */
function compareWords(bytes: Uint8Array, from: number, word: Uint8Array): number {
  for (let at = 0; at < WORD; at++) {
    const difference = (bytes[from + at] ?? 0) - (word[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** A loop: for a word or two it is faster than a view and a call. */
function copy(target: Uint8Array, to: number, bytes: Uint8Array, from: number, length: number) {
  for (let at = 0; at < length; at++) target[to + at] = bytes[from + at] ?? 0;
}
