import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LeafIndex, TreeSize } from '../../src/base/brand.js';
import { concat, sha256Digest, toHex, u64be, utf8 } from '../../src/base/bytes.js';
import { digestToHex, type HexDigest } from '../../src/base/hex-digest.js';
import {
  EMPTY_LIST,
  extendList,
  listLeafHash,
  listLeafInput,
  listRoot,
  listSize,
  type ListItem,
} from '../../src/tlog/person-list.js';
import { mapValueOf, personEntry } from '../../src/tlog/person-map.js';
import {
  personProofFault,
  provePerson,
  type ListOfPerson,
  type PersonClaim,
} from '../../src/tlog/person-proof.js';
import { encodeMapProof } from '../../src/tlog/sparse-map-proof.js';
import { EMPTY_MAP, updateMap, type SparseMap } from '../../src/tlog/sparse-map.js';
import { formatExample } from '../support/format-examples.js';
import { hashOf, naiveLeaf, naivePath, naiveProof, naiveRoot, present } from './naive-tree.js';

const tagOf = (name: string): HexDigest => digestToHex(hashOf(utf8(name)));
const size = (number: number): TreeSize => number as TreeSize;
const item = (index: number, label = 'entry'): ListItem => ({
  index: index as LeafIndex,
  leafHash: hashOf(utf8(`${label} ${index}`)),
});

/** A ledger in which each entry names some of five persons, and the lists and map of all of it. */
interface Ledger {
  readonly size: TreeSize;
  readonly lists: ReadonlyMap<HexDigest, readonly ListItem[]>;
  readonly map: SparseMap;
}

function ledgerOf(entries: readonly (readonly string[])[]): Ledger {
  const lists = new Map<HexDigest, ListItem[]>();
  for (const [index, names] of entries.entries())
    for (const name of new Set(names)) {
      const list = lists.get(tagOf(name)) ?? [];
      list.push(item(index));
      lists.set(tagOf(name), list);
    }
  const map = updateMap(
    EMPTY_MAP,
    [...lists].map(([tag, list]) => personEntry(tag, extendList(EMPTY_LIST, list))),
  );
  return { size: size(entries.length), lists, map };
}

const NAMES = ['anna', 'bruno', 'clara', 'david', 'emil'] as const;
const ledger = fc.array(fc.subarray([...NAMES]), { maxLength: 24 }).map(ledgerOf);

function claimOf(of: Ledger, name: string, asOf: TreeSize): PersonClaim {
  const list = of.lists.get(tagOf(name)) ?? [];
  return {
    head: { root: of.map.hash, size: of.size },
    tag: tagOf(name),
    asOf,
    items: list.filter(({ index }) => index < asOf),
    proof: provePerson(of.map, tagOf(name), list, asOf),
  };
}

/** Of one person with entries 1, 3, 5, 7, 9 in a ledger of twelve. */
const FIVE = ledgerOf(
  Array.from({ length: 12 }, (_, at) => (at % 2 === 1 && at < 10 ? ['anna'] : ['bruno'])),
);

function listProof(claim: PersonClaim): ListOfPerson {
  if (claim.proof.kind !== 'list') throw new Error('the person has a list');
  return claim.proof;
}

describe('a person list', () => {
  it('has the size and root of the tree over its items, however it grew', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(40), (count, first) => {
        const items = Array.from({ length: count }, (_, at) => item(3 * at));
        const grown = extendList(extendList(EMPTY_LIST, items.slice(0, first)), items.slice(first));
        expect(grown).toEqual(extendList(EMPTY_LIST, items));
        expect(listSize(grown)).toBe(count);
        const leaves = items.map(({ index, leafHash }) =>
          naiveLeaf(concat(u64be(index), leafHash)),
        );
        expect(listRoot(grown)).toEqual(naiveRoot(leaves));
      }),
    );
  });

  it('takes only items that ascend', () => {
    const list = extendList(EMPTY_LIST, [item(3)]);
    expect(() => extendList(list, [item(3)])).toThrow('assertion failed');
    expect(() => extendList(EMPTY_LIST, [item(2), item(1)])).toThrow('assertion failed');
  });
});

describe('the proof that an answer about a person is complete', () => {
  it('holds for every person, present or not, as of every size up to that of the map', () => {
    fc.assert(
      fc.property(ledger, (of) => {
        for (const name of [...NAMES, 'nobody'])
          for (let asOf = 0; asOf <= of.size; asOf++)
            expect(personProofFault(claimOf(of, name, size(asOf)))).toBeNull();
      }),
      { numRuns: 60 },
    );
  });

  it('holds for no size above that of the map', () => {
    const claim = claimOf(FIVE, 'anna', FIVE.size);
    expect(personProofFault(claim)).toBeNull();
    expect(personProofFault({ ...claim, asOf: size(FIVE.size + 1) })).toBe('beyond-map');
  });

  it('is the RFC 6962 proofs over the leaf inputs, and nothing of our own', () => {
    const claim = claimOf(FIVE, 'anna', size(6));
    const list = present(FIVE.lists.get(tagOf('anna')));
    const leaves = list.map(({ index, leafHash }) => naiveLeaf(concat(u64be(index), leafHash)));
    expect(listProof(claim)).toMatchObject({
      size: 5,
      root: naiveRoot(leaves),
      consistency: naiveProof(3, leaves),
      next: { index: 7, inclusion: naivePath(3, leaves) },
    });
  });

  it('finds every change of the items and of the size asked about, as of every size', () => {
    const survived: string[] = [];
    let tried = 0;
    for (let asOf = 0; asOf <= FIVE.size; asOf++) {
      const claim = claimOf(FIVE, 'anna', size(asOf));
      for (const [what, changed] of forgeries(claim)) {
        tried++;
        if (personProofFault(changed) === null) survived.push(`${what} as of ${asOf}`);
      }
    }
    expect(survived).toEqual([]);
    expect(tried).toBeGreaterThan(500);
  });

  it('does not let a tag that has a list pass for absent, nor an absent one for one with a list', () => {
    const anna = claimOf(FIVE, 'anna', size(0));
    const nobody = claimOf(FIVE, 'nobody', size(0));
    expect(personProofFault({ ...anna, proof: nobody.proof })).toBe('map');
    expect(personProofFault({ ...nobody, proof: anna.proof })).toBe('map');
    expect(personProofFault({ ...nobody, items: [item(0)] })).toBe('items');
    const empty = { ...listProof(anna), size: size(0), root: listRoot(EMPTY_LIST), next: null };
    expect(personProofFault({ ...anna, proof: empty })).toBe('map');
    // Not even under a map that has been made to hold an empty list.
    const value = mapValueOf(empty.size, empty.root);
    const lying = updateMap(EMPTY_MAP, [{ key: hashOf(utf8('anna')), value }]);
    const head = { root: lying.hash, size: FIVE.size };
    const map = { end: { kind: 'key' as const }, siblings: [] };
    expect(personProofFault({ ...anna, head, proof: { ...empty, map } })).toBe('map');
  });

  it('does not take a next item that the map cannot have covered', () => {
    const list = [item(1), item(20)];
    const map = updateMap(EMPTY_MAP, [personEntry(tagOf('anna'), extendList(EMPTY_LIST, list))]);
    const claim = {
      head: { root: map.hash, size: size(12) },
      tag: tagOf('anna'),
      asOf: size(5),
      items: list.slice(0, 1),
      proof: provePerson(map, tagOf('anna'), list, size(5)),
    };
    expect(personProofFault(claim)).toBe('cut');
    expect(personProofFault({ ...claim, head: { ...claim.head, size: size(21) } })).toBeNull();
  });

  it('does not take a list that does not ascend, though its map has it so', () => {
    const list = [item(3), item(1)];
    const leaves = list.map(listLeafHash);
    const root = naiveRoot(leaves);
    const value = mapValueOf(size(2), root);
    const map = updateMap(EMPTY_MAP, [{ key: hashOf(utf8('anna')), value }]);
    const claim: PersonClaim = {
      head: { root: map.hash, size: size(12) },
      tag: tagOf('anna'),
      asOf: size(5),
      items: list,
      proof: {
        kind: 'list',
        map: { end: { kind: 'key' }, siblings: [] },
        size: size(2),
        root,
        consistency: [],
        next: null,
      },
    };
    expect(personProofFault(claim)).toBe('items');
  });

  it('is as docs/formats/person-map.md shows it', () => {
    const example = formatExample('person-map');
    const digest = (byte: string) =>
      sha256Digest(Uint8Array.from(Buffer.from(byte.repeat(32), 'hex')));
    const list = [
      { index: 1 as LeafIndex, leafHash: digest('11') },
      { index: 4 as LeafIndex, leafHash: digest('44') },
    ];
    const other = [{ index: 2 as LeafIndex, leafHash: digest('22') }];
    const tag = 'aa'.repeat(32) as HexDigest;
    const built = extendList(EMPTY_LIST, list);
    const map = updateMap(EMPTY_MAP, [
      personEntry(tag, built),
      personEntry('bb'.repeat(32) as HexDigest, extendList(EMPTY_LIST, other)),
    ]);
    const proof = provePerson(map, tag, list, size(3));
    if (proof.kind !== 'list') throw new Error('the example is of a list');
    expect(example).toEqual({
      'item 1': toHex(listLeafInput(present(list[0]))),
      'item 4': toHex(listLeafInput(present(list[1]))),
      'list root': toHex(listRoot(built)),
      value: toHex(personEntry(tag, built).value),
      'map root': toHex(map.hash),
      'map proof': toHex(encodeMapProof(proof.map)),
      'consistency as of 3': toHex(concat(...proof.consistency)),
      'inclusion of item 4': toHex(concat(...present(proof.next ?? undefined).inclusion)),
    });
  });
});

function* forgeries(claim: PersonClaim): Generator<[string, PersonClaim]> {
  const { items, asOf, head } = claim;
  const proof = listProof(claim);
  for (let other = 0; other <= head.size; other++) {
    const honest = claimOf(FIVE, 'anna', size(other));
    if (honest.items.length !== items.length)
      yield ['the proof of another size', { ...claim, proof: honest.proof }];
    if (honest.items.length !== items.length)
      yield ['another size', { ...claim, asOf: size(other) }];
  }
  for (const [at, one] of items.entries()) {
    yield ['an item left out', { ...claim, items: items.toSpliced(at, 1) }];
    yield ['an item twice', { ...claim, items: items.toSpliced(at, 0, one) }];
    yield ['another entry', { ...claim, items: items.with(at, item(one.index, 'other')) }];
    yield [
      'another index',
      { ...claim, items: items.with(at, { ...one, index: (one.index - 1) as LeafIndex }) },
    ];
    const last = items.at(-1);
    if (last !== undefined && last !== one)
      yield ['two swapped', { ...claim, items: items.with(at, last).with(items.length - 1, one) }];
  }
  for (let extra = 0; extra < asOf; extra++)
    yield [
      'an item more',
      { ...claim, items: [...items, item(extra)].sort((a, b) => a.index - b.index) },
    ];
  yield ['the cut one too far', { ...claim, items: [...items, proof.next ?? item(11)] }];
  const other = hashOf(utf8('other'));
  const changed: Partial<ListOfPerson>[] = [
    { size: size(proof.size + 1) },
    { size: size(proof.size - 1) },
    { root: other },
    { map: { ...proof.map, siblings: [...proof.map.siblings, other] } },
    { map: { ...proof.map, siblings: proof.map.siblings.slice(1) } },
    { map: { ...proof.map, end: { kind: 'empty' } } },
    { consistency: [...proof.consistency, other] },
    ...proof.consistency.map((_, at) => ({ consistency: proof.consistency.with(at, other) })),
    ...proof.consistency.map((_, at) => ({ consistency: proof.consistency.toSpliced(at, 1) })),
  ];
  const { next } = proof;
  if (next === null) changed.push({ next: { ...item(11), inclusion: [] } });
  else
    changed.push(
      { next: null },
      { next: { ...next, index: (next.index + 1) as LeafIndex } },
      { next: { ...next, leafHash: other } },
      { next: { ...next, inclusion: [...next.inclusion, other] } },
      ...next.inclusion.map((_, at) => ({
        next: { ...next, inclusion: next.inclusion.with(at, other) },
      })),
    );
  for (const members of changed)
    yield [Object.keys(members).join(), { ...claim, proof: { ...proof, ...members } }];
  yield ['the map of others', { ...claim, head: { ...head, root: other } }];
  yield ['the tag of another', { ...claim, tag: tagOf('bruno') }];
  yield ['another tag', { ...claim, tag: tagOf('nobody') }];
}
