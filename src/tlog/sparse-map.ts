/**
 * The collapsed sparse Merkle map (docs/formats/sparse-map.md): one root for a set of 32-byte keys and
 * values, under which each key has exactly one answer. A key's bits, the most significant first, lead
 * down from the root; a subtree with one key is that key's leaf, one with none is 32 zero bytes.
 */
import type { Sha256Digest } from '../base/brand.js';
import { asBuffer, equalBytes } from '../base/bytes.js';
import { assert } from '../base/errors.js';
import { EMPTY_SUBTREE, bitAt, mapLeafHash, mapNodeHash } from './internal/map-hash.js';
import type { MapProof } from './sparse-map-proof.js';

export interface MapEntry {
  /** 32 bytes, hashed or random: keys that share many bits on purpose make long paths. */
  readonly key: Uint8Array;
  /** 32 bytes. */
  readonly value: Uint8Array;
}

/** A map with all its hashes, to prove many keys of it. Immutable; `hash` is the root. */
export type SparseMap = EmptySubtree | LeafSubtree | BranchSubtree;

interface EmptySubtree {
  readonly kind: 'empty';
  readonly hash: Sha256Digest;
}

interface LeafSubtree extends MapEntry {
  readonly kind: 'leaf';
  readonly hash: Sha256Digest;
}

interface BranchSubtree {
  readonly kind: 'branch';
  readonly hash: Sha256Digest;
  readonly left: SparseMap;
  readonly right: SparseMap;
}

const EMPTY: EmptySubtree = { kind: 'empty', hash: EMPTY_SUBTREE };

export const EMPTY_MAP: SparseMap = EMPTY;

/** Takes the entries in any order; no key twice. Hashes linearly in their number. */
export function sparseMap(entries: readonly MapEntry[]): SparseMap {
  return updateMap(EMPTY, entries);
}

/**
 * The map with these entries too, or instead of those with the same keys; no key twice. It shares with
 * the old one, which stays as it is, whatever is not on the path of a changed key: a few hashes for each.
 */
export function updateMap(map: SparseMap, changes: readonly MapEntry[]): SparseMap {
  return changed(map, sortedByKey(changes), 0);
}

/**
 * The part of a map at `depth` that holds these entries, whose keys agree in as many bits: for who keeps
 * a map in parts. `proveKey` takes it with the same depth.
 */
export function sparseSubtree(entries: readonly MapEntry[], depth: number): SparseMap {
  return changed(EMPTY, sortedByKey(entries), depth);
}

/** What of a part of a map its parent is made of. */
export interface SubtreeSummary {
  /** Number of keys. */
  readonly keys: number;
  readonly hash: Sha256Digest;
}

export const EMPTY_SUMMARY: SubtreeSummary = { keys: 0, hash: EMPTY_SUBTREE };

/** Of two parts beside each other: one that has the only key, or none, takes its parent's place. */
export function joinSubtrees(left: SubtreeSummary, right: SubtreeSummary): SubtreeSummary {
  const keys = left.keys + right.keys;
  if (keys > 1) return { keys, hash: mapNodeHash(left.hash, right.hash) };
  return left.keys === 1 ? left : right;
}

export function mapRoot(entries: readonly MapEntry[]): Sha256Digest {
  return sparseMap(entries).hash;
}

/**
 * Proves a key's value, or that the map does not have the key.
 * @param depth of a part of a map, up to whose own root the proof then leads.
 */
export function proveKey(map: SparseMap, key: Uint8Array, depth = 0): MapProof {
  assert(key.length === 32, 'map keys have 32 bytes');
  const siblings: Sha256Digest[] = [];
  let at = map;
  while (at.kind === 'branch') {
    const isRight = bitAt(key, depth + siblings.length) === 1;
    siblings.push(isRight ? at.left.hash : at.right.hash);
    at = isRight ? at.right : at.left;
  }
  siblings.reverse();
  if (at.kind === 'empty') return { end: { kind: 'empty' }, siblings };
  if (equalBytes(at.key, key)) return { end: { kind: 'key' }, siblings };
  return { end: { kind: 'other', key: at.key, value: at.value }, siblings };
}

function sortedByKey(entries: readonly MapEntry[]): readonly MapEntry[] {
  const sorted = entries.toSorted((a, b) => asBuffer(a.key).compare(b.key));
  let last: Uint8Array | undefined;
  for (const { key, value } of sorted) {
    assert(key.length === 32 && value.length === 32, 'map keys and values have 32 bytes');
    assert(last === undefined || !equalBytes(last, key), 'a map has each key once');
    last = key;
  }
  return sorted;
}

/** `sorted` are changes to keys that would all lie below `map`, which is at `depth`. */
function changed(map: SparseMap, sorted: readonly MapEntry[], depth: number): SparseMap {
  if (sorted.length === 0) return map;
  if (map.kind === 'empty') return subtree(sorted, 0, sorted.length, depth);
  if (map.kind === 'leaf') return changedLeaf(map, sorted, depth);
  const middle = firstWithBit(sorted, 0, sorted.length, depth);
  const left = changed(map.left, sorted.slice(0, middle), depth + 1);
  const right = changed(map.right, sorted.slice(middle), depth + 1);
  return { kind: 'branch', left, right, hash: mapNodeHash(left.hash, right.hash) };
}

function changedLeaf(leaf: LeafSubtree, sorted: readonly MapEntry[], depth: number): SparseMap {
  if (sorted.some(({ key }) => equalBytes(key, leaf.key)))
    return subtree(sorted, 0, sorted.length, depth);
  const before = sorted.filter(({ key }) => asBuffer(key).compare(leaf.key) < 0);
  const after = sorted.slice(before.length);
  return subtree([...before, leaf, ...after], 0, sorted.length + 1, depth);
}

/** Of the entries from…to−1, whose keys agree in their first `depth` bits: at most 256, since no two are equal. */
function subtree(sorted: readonly MapEntry[], from: number, to: number, depth: number): SparseMap {
  const first = sorted[from];
  if (first === undefined || from === to) return EMPTY;
  if (to - from === 1) return leafOf(first);
  const middle = firstWithBit(sorted, from, to, depth);
  const left = subtree(sorted, from, middle, depth + 1);
  const right = subtree(sorted, middle, to, depth + 1);
  return { kind: 'branch', left, right, hash: mapNodeHash(left.hash, right.hash) };
}

/** Of an entry that has more members, as a leaf of a map has, only its own two. */
function leafOf({ key, value }: MapEntry): LeafSubtree {
  return { kind: 'leaf', key, value, hash: mapLeafHash(key, value) };
}

/** Where the keys whose bit `depth` is 1 begin: all to the right, since the keys are sorted. */
function firstWithBit(
  sorted: readonly MapEntry[],
  from: number,
  to: number,
  depth: number,
): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const entry = sorted[middle];
    if (entry === undefined || bitAt(entry.key, depth) === 1) high = middle;
    else low = middle + 1;
  }
  return low;
}
