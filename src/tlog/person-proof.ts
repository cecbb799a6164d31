/**
 * The proof that the items of a person's list below a size are all of them
 * (docs/formats/person-map.md). Whether the map is the right one for its log is not seen from here.
 */
import type { LeafIndex, Sha256Digest, TreeSize } from '../base/brand.js';
import { assert } from '../base/errors.js';
import { digestFromHex, type HexDigest } from '../base/hex-digest.js';
import { EMPTY_RANGE, appendLeaves, rootHash } from './compact-range.js';
import { proveConsistency, verifyConsistency } from './consistency-proof.js';
import { proveInclusion, verifyInclusion } from './inclusion-proof.js';
import { parentLayer } from './merkle-hash.js';
import { listLeafHash, type ListItem } from './person-list.js';
import { mapValueOf } from './person-map.js';
import { verifyAbsence, verifyMembership, type MapProof } from './sparse-map-proof.js';
import { proveKey, type SparseMap } from './sparse-map.js';
import type { ReadNode } from './tree-node.js';

export type PersonProof = AbsenceOfPerson | ListOfPerson;

/** No entry that the map covers carries the tag. */
export interface AbsenceOfPerson {
  readonly kind: 'absent';
  readonly map: MapProof;
}

export interface ListOfPerson {
  readonly kind: 'list';
  readonly map: MapProof;
  /** Of the list as the map has it. */
  readonly size: TreeSize;
  readonly root: Sha256Digest;
  /** From the items below `asOf` to the list; empty if there are none or they are all of it. */
  readonly consistency: readonly Sha256Digest[];
  /** The first item that is not below `asOf`; null if there is none. */
  readonly next: NextItem | null;
}

export interface NextItem extends ListItem {
  readonly inclusion: readonly Sha256Digest[];
}

/** A map entry of the ledger: the map's root, and the size of the ledger's tree that it covers. */
export interface MapHead {
  readonly root: Sha256Digest;
  readonly size: TreeSize;
}

export interface PersonClaim {
  readonly head: MapHead;
  readonly tag: HexDigest;
  /** The answer is of the entries with an index below it. */
  readonly asOf: TreeSize;
  /** All entries below `asOf` that carry the tag. */
  readonly items: readonly ListItem[];
  readonly proof: PersonProof;
}

/** What a proof fails by: the size asked for, the map, the items, or where they were cut. */
export type PersonProofFault = 'beyond-map' | 'map' | 'items' | 'cut';

/** Null if the claim is proven; never throws for anything that has the types above. */
export function personProofFault(claim: PersonClaim): PersonProofFault | null {
  const { head, tag, asOf, items, proof } = claim;
  const key = digestFromHex(tag);
  if (asOf > head.size) return 'beyond-map';
  if (proof.kind === 'absent') {
    if (!verifyAbsence(head.root, key, proof.map)) return 'map';
    return items.length === 0 ? null : 'items';
  }
  const { size, root } = proof;
  // The map has no empty lists; to take one would leave nothing to hold the items against.
  if (size < 1 || !verifyMembership(head.root, key, mapValueOf(size, root), proof.map))
    return 'map';
  if (!ascend(items) || !beginsList(items, proof)) return 'items';
  return isCutAt(claim, proof) ? null : 'cut';
}

/**
 * Of the whole list that `map` has of the tag, all its items in order; hashes linearly in their number.
 */
export function provePerson(
  map: SparseMap,
  tag: HexDigest,
  list: readonly ListItem[],
  asOf: TreeSize,
): PersonProof {
  return proveList(proveKey(map, digestFromHex(tag)), list, asOf);
}

/** As `provePerson`, from the map's proof of the tag. */
export function proveList(proof: MapProof, list: readonly ListItem[], asOf: TreeSize): PersonProof {
  if (proof.end.kind !== 'key') {
    assert(list.length === 0, 'a tag that the map lacks has no list');
    return { kind: 'absent', map: proof };
  }
  const size = list.length as TreeSize;
  const readNode = nodesOver(list.map(listLeafHash));
  const below = list.filter(({ index }) => index < asOf).length as TreeSize;
  const next = list[below];
  return {
    kind: 'list',
    map: proof,
    size,
    root: rootHash(appendLeaves(EMPTY_RANGE, list.map(listLeafHash))),
    consistency: below === 0 ? [] : proveConsistency(below, size, readNode),
    next:
      next === undefined
        ? null
        : { ...next, inclusion: proveInclusion(below as number as LeafIndex, size, readNode) },
  };
}

function ascend(items: readonly ListItem[]): boolean {
  return items.every(({ index }, at) => at === 0 || (items[at - 1]?.index ?? index) < index);
}

function beginsList(items: readonly ListItem[], list: ListOfPerson): boolean {
  const { size, root, consistency } = list;
  if (items.length === 0) return consistency.length === 0;
  const range = appendLeaves(EMPTY_RANGE, items.map(listLeafHash));
  return verifyConsistency({
    from: range.size,
    fromRoot: rootHash(range),
    to: size,
    toRoot: root,
    proof: consistency,
  });
}

function isCutAt({ head, asOf, items }: PersonClaim, list: ListOfPerson): boolean {
  const { size, root, next } = list;
  const last = items.at(-1);
  if (last !== undefined && last.index >= asOf) return false;
  if (items.length === size) return next === null;
  return (
    next !== null &&
    next.index >= asOf &&
    next.index < head.size &&
    verifyInclusion({
      leafHash: listLeafHash(next),
      index: items.length as LeafIndex,
      size,
      rootHash: root,
      proof: next.inclusion,
    })
  );
}

/** All complete subtrees over some leaves. */
function nodesOver(leaves: readonly Sha256Digest[]): ReadNode {
  const layers = [leaves];
  for (let layer = leaves; layer.length > 1; layers.push(layer)) layer = parentLayer(layer);
  return (height, index) => {
    const node = layers[height]?.[index];
    assert(node !== undefined, 'the list has that subtree');
    return node;
  };
}
