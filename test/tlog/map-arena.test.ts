/** Against `SparseMap`, which is held against the definition. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toHex } from '../../src/base/bytes.js';
import { EMPTY_REF, MapArena, type MapChange, type MapRef } from '../../src/tlog/map-arena.js';
import { encodeMapProof } from '../../src/tlog/sparse-map-proof.js';
import { EMPTY_MAP, proveKey, sparseMap } from '../../src/tlog/sparse-map.js';

const word = fc.uint8Array({ minLength: 32, maxLength: 32 });
/** Few keys, which share bits at both ends: they are changed, taken out and put back. */
const crowdedKey = fc.tuple(fc.nat(3), fc.nat(3), fc.nat(1)).map(([first, middle, last]) => {
  const key = new Uint8Array(32);
  key[0] = first;
  key[15] = middle;
  key[31] = last;
  return key;
});
const change = fc.record({
  key: fc.oneof({ weight: 4, arbitrary: crowdedKey }, word),
  value: fc.option(word, { freq: 3 }),
});
const step = fc.record({
  map: fc.nat(1),
  changes: fc.uniqueArray(change, { maxLength: 12, selector: ({ key }) => toHex(key) }),
});

interface Modelled {
  ref: MapRef;
  readonly values: Map<string, { key: Uint8Array; value: Uint8Array }>;
}

function apply({ values }: Modelled, changes: readonly MapChange[]): void {
  for (const { key, value } of changes)
    if (value === null) values.delete(toHex(key));
    else values.set(toHex(key), { key, value });
}

describe('MapArena', () => {
  it('keeps maps beside each other that are what all their entries make, whatever came and went', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), word, (steps, stranger) => {
        const arena = new MapArena();
        const maps: Modelled[] = [0, 1].map(() => ({ ref: EMPTY_REF, values: new Map() }));
        for (const { map, changes } of steps) {
          const changed = maps[map];
          if (changed === undefined) throw new Error('there are two');
          changed.ref = arena.update(changed.ref, changes);
          apply(changed, changes);
          for (const { ref, values } of maps) {
            const model = sparseMap([...values.values()]);
            expect(toHex(arena.hash(ref))).toBe(toHex(model.hash));
            for (const key of [...changes.map((one) => one.key), stranger]) {
              const proof = toHex(encodeMapProof(arena.prove(ref, key)));
              expect(proof).toBe(toHex(encodeMapProof(proveKey(model, key))));
            }
          }
        }
      }),
    );
  });

  it('is nothing again once all its keys are taken out', () => {
    const arena = new MapArena();
    const key = (at: number) => new Uint8Array(32).fill(at);
    const put = [1, 2, 3, 130].map((at) => ({ key: key(at), value: key(at) }));
    const map = arena.update(EMPTY_REF, put);
    const empty = arena.update(
      map,
      put.map((one) => ({ key: one.key, value: null })),
    );
    expect(empty).toBe(EMPTY_REF);
    expect(arena.hash(empty)).toEqual(EMPTY_MAP.hash);
    // What was freed is taken again, not added to.
    expect(Math.abs(arena.update(empty, put))).toBeLessThanOrEqual(4);
  });

  it('takes no key twice and no other word than one of 32 bytes', () => {
    const arena = new MapArena();
    const one = { key: new Uint8Array(32), value: new Uint8Array(32) };
    expect(() => arena.update(EMPTY_REF, [one, one])).toThrow('no key twice');
    expect(() => arena.update(EMPTY_REF, [{ ...one, value: new Uint8Array(31) }])).toThrow(
      '32 bytes',
    );
    expect(() => arena.update(EMPTY_REF, [{ ...one, key: new Uint8Array(31) }])).toThrow(
      '32 bytes',
    );
    expect(() => arena.prove(EMPTY_REF, new Uint8Array(31))).toThrow('32 bytes');
  });

  it('has more maps and keys than one page of slots', () => {
    const arena = new MapArena();
    const keys = Array.from({ length: 3000 }, (_, at) => {
      const key = new Uint8Array(32);
      new DataView(key.buffer).setUint32(0, Math.imul(at, 0x9e3779b1) >>> 0);
      return { key, value: new Uint8Array(32).fill(at % 251) };
    });
    let map = EMPTY_REF;
    for (let at = 0; at < keys.length; at += 500) map = arena.update(map, keys.slice(at, at + 500));
    expect(arena.hash(map)).toEqual(sparseMap(keys).hash);
  });
});
