import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Sha256Digest } from '../../src/base/brand.js';
import { sha256Digest, toHex } from '../../src/base/bytes.js';
import {
  decodeMapProof,
  encodeMapProof,
  verifyAbsence,
  verifyMembership,
  type MapProof,
} from '../../src/tlog/sparse-map-proof.js';
import {
  EMPTY_MAP,
  mapRoot,
  proveKey,
  sparseMap,
  updateMap,
  type MapEntry,
} from '../../src/tlog/sparse-map.js';
import { TlogError } from '../../src/tlog/tlog-error.js';
import { hashOf, present } from './naive-tree.js';

const ZERO = sha256Digest(new Uint8Array(32));
const word = fc.uint8Array({ minLength: 32, maxLength: 32 });
/** Keys that share bits at both ends and part in the middle, so that paths are long and have gaps. */
const crowdedKey = fc.tuple(fc.nat(3), fc.nat(255), fc.nat(3)).map(([first, middle, last]) => {
  const key = new Uint8Array(32);
  key[0] = first;
  key[15] = middle;
  key[31] = last;
  return key;
});
const entry = fc.record({ key: fc.oneof(word, crowdedKey), value: word });
const map = fc.uniqueArray(entry, { maxLength: 24, selector: ({ key }) => toHex(key) });

function numbered(count: number): MapEntry[] {
  return Array.from({ length: count }, (_, at) => ({
    key: hashOf(Uint8Array.of(at, at >> 8)),
    value: hashOf(Uint8Array.of(at, at >> 8, 1)),
  }));
}

/** The definition, read off bit strings. */
function naiveMap(entries: readonly { bits: string; leaf: Sha256Digest }[]): Sha256Digest {
  const [first] = entries;
  if (first === undefined) return ZERO;
  if (entries.length === 1) return first.leaf;
  const side = (bit: string) =>
    naiveMap(
      entries
        .filter(({ bits }) => bits.startsWith(bit))
        .map(({ bits, leaf }) => ({ bits: bits.slice(1), leaf })),
    );
  return hashOf(Uint8Array.of(3), side('0'), side('1'));
}

function naiveMapRoot(entries: readonly MapEntry[]): Sha256Digest {
  return naiveMap(
    entries.map(({ key, value }) => ({
      bits: Array.from(key, (byte) => byte.toString(2).padStart(8, '0')).join(''),
      leaf: hashOf(Uint8Array.of(2), key, value),
    })),
  );
}

describe('sparse map', () => {
  it('has the root that its definition gives, in whatever order entries come', () => {
    fc.assert(
      fc.property(map, (entries) => {
        expect(mapRoot(entries)).toEqual(naiveMapRoot(entries));
        expect(mapRoot(entries.toReversed())).toEqual(mapRoot(entries));
      }),
    );
    expect(mapRoot([])).toEqual(ZERO);
  });

  it('proves the value of each key, and no other value, key or root', () => {
    fc.assert(
      fc.property(map, word, (entries, other) => {
        const built = sparseMap(entries);
        for (const { key, value } of entries) {
          const proof = proveKey(built, key);
          expect(verifyMembership(built.hash, key, value, proof)).toBe(true);
          expect(verifyMembership(built.hash, key, other, proof)).toBe(false);
          expect(verifyMembership(built.hash, other, value, proof)).toBe(false);
          expect(verifyMembership(sha256Digest(other), key, value, proof)).toBe(false);
          expect(verifyAbsence(built.hash, key, proof)).toBe(false);
        }
      }),
    );
  });

  it('proves the absence of each other key, and of none that it has', () => {
    fc.assert(
      fc.property(map, fc.oneof(word, crowdedKey), word, (entries, key, value) => {
        fc.pre(!entries.some((present) => toHex(present.key) === toHex(key)));
        const built = sparseMap(entries);
        const proof = proveKey(built, key);
        expect(verifyAbsence(built.hash, key, proof)).toBe(true);
        expect(verifyMembership(built.hash, key, value, proof)).toBe(false);
        for (const { key: included } of entries)
          expect(verifyAbsence(built.hash, included, proof)).toBe(false);
      }),
    );
  });

  it('is, after each change, the map that all its entries together make', () => {
    const changes = fc.array(fc.oneof(entry, fc.constantFrom(...numbered(6))), { maxLength: 8 });
    fc.assert(
      fc.property(fc.array(changes, { maxLength: 8 }), (steps) => {
        const all = new Map<string, MapEntry>();
        let built = EMPTY_MAP;
        for (const step of steps) {
          const once = new Map(step.map((change) => [toHex(change.key), change]));
          const before = built.hash;
          const old = built;
          built = updateMap(built, [...once.values()]);
          expect(old.hash).toEqual(before);
          for (const [key, change] of once) all.set(key, change);
          expect(built.hash).toEqual(mapRoot([...all.values()]));
        }
        expect(built).toEqual(sparseMap([...all.values()]));
      }),
    );
  });

  it('changes a value in place, and shares what is on no path of a change', () => {
    const entries = numbered(64);
    const built = sparseMap(entries);
    const [first] = entries.filter(({ key }) => (present(key[0]) & 0x80) === 0);
    const one = { key: present(first).key, value: ZERO };
    const next = updateMap(built, [one]);
    expect(verifyMembership(next.hash, one.key, ZERO, proveKey(next, one.key))).toBe(true);
    expect(next).toHaveProperty('right');
    expect(next.kind === 'branch' && next.right).toBe(built.kind === 'branch' && built.right);
    expect(updateMap(built, [])).toBe(built);
  });

  it('takes a path of 256 steps for keys that part in their last bit', () => {
    const key = new Uint8Array(32).fill(0xaa);
    const twin = key.with(31, 0xab);
    const value = new Uint8Array(32).fill(1);
    const built = sparseMap([
      { key, value },
      { key: twin, value },
    ]);
    const proof = proveKey(built, twin);
    expect(proof.siblings).toHaveLength(256);
    expect(proof.siblings.slice(1).every((hash) => toHex(hash) === toHex(ZERO))).toBe(true);
    expect(verifyMembership(built.hash, twin, value, proof)).toBe(true);
    const longer = { ...proof, siblings: [...proof.siblings, ZERO] };
    expect(verifyMembership(built.hash, twin, value, longer)).toBe(false);
  });

  it('keeps paths short for hashed keys', () => {
    const entries = numbered(4_096);
    const built = sparseMap(entries);
    const depths = entries.map(({ key }) => proveKey(built, key).siblings.length);
    expect(Math.max(...depths)).toBeLessThan(40);
    expect(depths.reduce((sum, depth) => sum + depth, 0) / depths.length).toBeLessThan(16);
  });

  it('takes each key once, and only words of 32 bytes', () => {
    const [first] = numbered(1);
    const one = present(first);
    expect(() => sparseMap([one, { ...one, value: ZERO }])).toThrow('assertion failed');
    expect(() => updateMap(sparseMap([one]), [one, one])).toThrow('assertion failed');
    expect(() => sparseMap([{ ...one, key: one.key.slice(1) }])).toThrow('assertion failed');
    expect(() => sparseMap([{ ...one, value: one.value.slice(1) }])).toThrow('assertion failed');
    expect(() => proveKey(sparseMap([one]), one.key.slice(1))).toThrow('assertion failed');
  });
});

describe('sparse map proof', () => {
  const entries = numbered(40);
  const built = sparseMap(entries);
  const strangers = Array.from({ length: 40 }, (_, at) => hashOf(Uint8Array.of(at, 7, 7)));

  /** Whether a proof says anything at all of a key under a root. */
  function speaks(
    root: Sha256Digest,
    key: Uint8Array,
    value: Uint8Array,
    proof: MapProof,
  ): boolean {
    return verifyMembership(root, key, value, proof) || verifyAbsence(root, key, proof);
  }

  function damaged({ end, siblings }: MapProof): MapProof[] {
    const other = present(strangers[0]);
    return [
      { end, siblings: [other, ...siblings] },
      { end, siblings: [ZERO, ...siblings] },
      { end, siblings: [...siblings, ZERO] },
      { end, siblings: siblings.slice(1) },
      { end, siblings: siblings.slice(0, -1) },
      { end, siblings: siblings.toReversed() },
      ...siblings.map((_, at) => ({ end, siblings: siblings.with(at, other) })),
      ...siblings.map((_, at) => ({ end, siblings: siblings.with(at, ZERO) })),
      ...siblings.map((_, at) => ({ end, siblings: siblings.toSpliced(at, 1) })),
    ].filter((proof) => proof.siblings.join() !== siblings.join());
  }

  it('is the only one for its key', () => {
    const fooled: string[] = [];
    for (const { key, value } of entries)
      for (const proof of damaged(proveKey(built, key)))
        if (speaks(built.hash, key, value, proof)) fooled.push(toHex(key));
    for (const key of strangers)
      for (const proof of damaged(proveKey(built, key)))
        if (speaks(built.hash, key, ZERO, proof)) fooled.push(toHex(key));
    expect(fooled).toEqual([]);
  });

  it('is refused for the end of another kind', () => {
    for (const key of [...entries.map((one) => one.key), ...strangers]) {
      const { end, siblings } = proveKey(built, key);
      const neighbour = present(entries.find((one) => toHex(one.key) !== toHex(key)));
      const ends: MapProof['end'][] = [
        { kind: 'key' },
        { kind: 'empty' },
        { kind: 'other', ...neighbour },
      ];
      for (const changed of ends) {
        if (changed.kind === end.kind) continue;
        expect(speaks(built.hash, key, ZERO, { end: changed, siblings })).toBe(false);
      }
    }
  });

  it('does not let a leaf off the path stand for the absence of a key', () => {
    // A tree whose builder hung the leaf of b where only keys of the other half may be.
    const a = { key: new Uint8Array(32).fill(0x00), value: ZERO };
    const b = { key: new Uint8Array(32).fill(0xff), value: ZERO };
    const stray = hashOf(Uint8Array.of(2), b.key, b.value);
    const right = hashOf(Uint8Array.of(9));
    const root = hashOf(Uint8Array.of(3), stray, right);
    const end = { kind: 'other', key: b.key, value: b.value } as const;
    expect(verifyAbsence(root, a.key, { end, siblings: [right] })).toBe(false);
  });

  it('does not verify in a tree that was not collapsed', () => {
    const one = present(entries[0]);
    const leaf = hashOf(Uint8Array.of(2), one.key, one.value);
    const isRight = (present(one.key[0]) & 0x80) !== 0;
    const root = isRight
      ? hashOf(Uint8Array.of(3), ZERO, leaf)
      : hashOf(Uint8Array.of(3), leaf, ZERO);
    const proof = { end: { kind: 'key' }, siblings: [ZERO] } as const;
    expect(verifyMembership(root, one.key, one.value, proof)).toBe(false);
    expect(verifyMembership(leaf, one.key, one.value, { ...proof, siblings: [] })).toBe(true);
  });

  it('says no, and does not fail, to words of other lengths', () => {
    const one = present(entries[0]);
    const proof = proveKey(built, one.key);
    const short = one.key.slice(1);
    const end = { kind: 'other', key: short, value: short } as const;
    expect(verifyMembership(built.hash, short, one.value, proof)).toBe(false);
    expect(verifyMembership(built.hash, one.key, short, proof)).toBe(false);
    expect(verifyAbsence(built.hash, short, { end: { kind: 'empty' }, siblings: [] })).toBe(false);
    expect(verifyAbsence(built.hash, one.key, { end, siblings: [] })).toBe(false);
  });

  it('reads back what was written, and nothing else', () => {
    fc.assert(
      fc.property(map, fc.oneof(word, crowdedKey), fc.nat(), (list, key, place) => {
        const proof = proveKey(sparseMap(list), key);
        const bytes = encodeMapProof(proof);
        expect(decodeMapProof(bytes)).toEqual(proof);
        expect(() => decodeMapProof(bytes.subarray(0, place % bytes.length))).toThrow(TlogError);
        expect(() => decodeMapProof(Uint8Array.of(...bytes, 0))).toThrow(TlogError);
      }),
    );
  });

  it('is refused after every change of one bit', () => {
    for (const key of [present(entries[0]).key, ...strangers.slice(0, 6)]) {
      const bytes = encodeMapProof(proveKey(built, key));
      const value = present(entries[0]).value;
      for (let bit = 0; bit < 8 * bytes.length; bit++) {
        const changed = bytes.slice();
        const at = Math.floor(bit / 8);
        changed[at] = present(changed[at]) ^ (1 << (bit % 8));
        expect(saysAnything(changed, key, value)).toBe(false);
      }
    }
  });

  function saysAnything(bytes: Uint8Array, key: Uint8Array, value: Uint8Array): boolean {
    try {
      return speaks(built.hash, key, value, decodeMapProof(bytes));
    } catch (error) {
      expect(error).toBeInstanceOf(TlogError);
      return false;
    }
  }

  it.each([
    ['nothing', ''],
    ['an unknown end', '030000'],
    ['a path of 257 steps', `000101${'11'.repeat(32 * 257)}`],
    ['a cut leaf', `02${'11'.repeat(63)}`],
  ])('is refused as %s', (_, hex) => {
    expect(() => decodeMapProof(Uint8Array.from(Buffer.from(hex, 'hex')))).toThrow(
      expect.objectContaining({ code: 'MAP_PROOF_MALFORMED' }),
    );
  });
});
