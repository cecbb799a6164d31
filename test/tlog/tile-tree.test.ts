import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Sha256Digest } from '../../src/base/brand.js';
import { toHex } from '../../src/base/bytes.js';
import { EMPTY_RANGE, appendLeaves, rootHash } from '../../src/tlog/compact-range.js';
import { verifyConsistency } from '../../src/tlog/consistency-proof.js';
import { verifyInclusion } from '../../src/tlog/inclusion-proof.js';
import { EMPTY_ROOT } from '../../src/tlog/merkle-hash.js';
import {
  consistencyProofOf,
  edgeFrom,
  inclusionProofOf,
  rootAt,
  tilesForConsistency,
  tilesForInclusion,
  tilesForRoot,
} from '../../src/tlog/tile-reader.js';
import {
  EMPTY_EDGE,
  extend,
  inclusionProofsOfAppended,
  type TreeEdge,
} from '../../src/tlog/tile-tree.js';
import { tileWidth } from '../../src/tlog/tile.js';
import { TlogError } from '../../src/tlog/tlog-error.js';
import { hexOf, indexOf, leaves, naivePath, naiveProof, naiveRoot, sizeOf } from './naive-tree.js';
import { TileStore } from './tile-store.js';

/** Appends batches of these sizes, and hands out what each extension gave. */
function grow(all: readonly Sha256Digest[], batches: readonly number[]) {
  const store = new TileStore();
  const extensions = [];
  let edge: TreeEdge = EMPTY_EDGE;
  for (const batch of batches) {
    const extension = extend(edge, all.slice(edge.size, edge.size + batch));
    store.write(extension.tiles);
    extensions.push(extension);
    edge = extension.edge;
  }
  return { store, edge, extensions };
}

const all = leaves(1_400);
const someBatches = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 4 });

describe('tile tree', () => {
  it('is the tree of RFC 6962, leaf by leaf', () => {
    const { store, extensions } = grow(all, Array<number>(300).fill(1));
    for (const [at, extension] of extensions.entries()) {
      const hashes = all.slice(0, at + 1);
      const root = toHex(naiveRoot(hashes));
      expect(toHex(extension.rootHash)).toBe(root);
      expect(toHex(rootAt(sizeOf(at + 1), store.read))).toBe(root);
      expect(inclusionProofsOfAppended(extension).map(hexOf)).toEqual([
        hexOf(naivePath(at, hashes)),
      ]);
    }
  });

  it('does not care in which batches leaves arrive', () => {
    fc.assert(
      fc.property(someBatches, (batches) => {
        const { store, edge, extensions } = grow(all, batches);
        const range = appendLeaves(EMPTY_RANGE, all.slice(0, edge.size));
        expect(edge.peaks).toEqual(range.peaks);
        expect(extensions.at(-1)?.rootHash).toEqual(rootHash(range));
        const once = grow(all, [edge.size]);
        expect(edge).toEqual(once.edge);
        expect(new Set(store.ids)).toEqual(new Set(once.store.ids));
      }),
      { numRuns: 20 },
    );
  });

  it('proves every appended leaf at the new size', () => {
    fc.assert(
      fc.property(someBatches, (batches) => {
        for (const extension of grow(all, batches).extensions) {
          const hashes = all.slice(0, extension.edge.size);
          const proofs = inclusionProofsOfAppended(extension);
          expect(proofs).toHaveLength(extension.edge.size - extension.from);
          for (const [at, proof] of proofs.entries()) {
            const index = extension.from + at;
            const claim = {
              leafHash: all[index],
              index: indexOf(index),
              size: extension.edge.size,
            };
            expect(
              claim.leafHash !== undefined &&
                verifyInclusion({
                  ...claim,
                  leafHash: claim.leafHash,
                  rootHash: extension.rootHash,
                  proof,
                }),
            ).toBe(true);
          }
          expect(proofs.at(0)).toEqual(naivePath(extension.from, hashes));
        }
      }),
      { numRuns: 20 },
    );
  });

  it('goes on from an edge read off tiles as from the one it kept', () => {
    fc.assert(
      fc.property(someBatches, fc.integer({ min: 1, max: 100 }), (batches, more) => {
        const { store, edge } = grow(all, batches);
        const read = edgeFrom(edge.size, store.loaded(tilesForRoot(edge.size)));
        expect(read).toEqual(edge);
        const next = all.slice(edge.size, edge.size + more);
        expect(extend(read, next)).toEqual(extend(edge, next));
      }),
      { numRuns: 20 },
    );
  });

  it('reads edges of every earlier size off later tiles', () => {
    const { store } = grow(all, [700]);
    for (let size = 0; size <= 700; size += 31)
      expect(edgeFrom(sizeOf(size), store.read)).toEqual(grow(all, [size]).edge);
  });

  it('takes an empty batch, and leaves an edge as it was', () => {
    const { edge, extensions } = grow(all, [300]);
    const copy = structuredClone(edge);
    expect(extend(edge, [])).toEqual({
      from: edge.size,
      edge,
      tiles: [],
      rootHash: extensions[0]?.rootHash,
      layers: [],
    });
    expect(inclusionProofsOfAppended(extend(edge, []))).toEqual([]);
    extend(edge, all.slice(0, 300));
    expect(edge).toEqual(copy);
    expect(extend(EMPTY_EDGE, []).rootHash).toEqual(EMPTY_ROOT);
  });

  it('writes the tiles that C2SP counts for 256 and for 70,000 leaves', () => {
    expect(grow(all, [256]).store.ids).toEqual([
      { level: 0, index: 0, width: 256 },
      { level: 1, index: 0, width: 1 },
    ]);
    const many = leaves(70_000);
    const { store, extensions } = grow(many, [65_000, 5_000]);
    const ids = store.ids;
    expect(ids.filter(({ level, width }) => level === 0 && width === 256)).toHaveLength(273);
    expect(ids.filter(({ level, width }) => level > 0 || width < 256)).toEqual([
      { level: 1, index: 0, width: 256 },
      { level: 0, index: 273, width: 112 },
      { level: 1, index: 1, width: 17 },
      { level: 2, index: 0, width: 1 },
    ]);
    for (const { level, index, width } of ids)
      expect(tileWidth(level, index, sizeOf(70_000))).toBe(width);
    expect(tileWidth(0, 274, sizeOf(70_000))).toBe(0);
    expect(extensions[1]?.rootHash).toEqual(naiveRoot(many));
  });

  it('hands out tiles that do not hold on to the batch', () => {
    const { extensions } = grow(all, [1_000]);
    for (const { hashes } of extensions[0]?.tiles ?? [])
      expect(hashes.buffer.byteLength).toBe(hashes.length);
  });
});

describe('tile reader', () => {
  const { store, edge } = grow(all, [1_400]);

  it('proves inclusion from the tiles it announces, as wide as they are at that size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: edge.size }), fc.nat(), (leafCount, place) => {
        const size = sizeOf(leafCount);
        const index = indexOf(place % leafCount);
        const read = store.loaded(tilesForInclusion(index, size));
        expect(inclusionProofOf(index, size, read)).toEqual(naivePath(index, all.slice(0, size)));
      }),
      { numRuns: 60 },
    );
  });

  it('proves consistency from the tiles it announces', () => {
    const size = fc.integer({ min: 1, max: edge.size });
    fc.assert(
      fc.property(size, size, (a, b) => {
        const from = sizeOf(Math.min(a, b));
        const to = sizeOf(Math.max(a, b));
        const read = store.loaded(tilesForConsistency(from, to));
        const proof = consistencyProofOf(from, to, read);
        expect(proof).toEqual(naiveProof(from, all.slice(0, to)));
        const fromRoot = rootAt(from, store.loaded(tilesForRoot(from)));
        const toRoot = rootAt(to, store.loaded(tilesForRoot(to)));
        expect(verifyConsistency({ from, fromRoot, to, toRoot, proof })).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('names each tile once, and few of them', () => {
    expect(tilesForInclusion(indexOf(300), sizeOf(1_400))).toEqual([
      { level: 0, index: 1, width: 256 },
      { level: 1, index: 0, width: 5 },
      { level: 0, index: 5, width: 120 },
    ]);
    expect(tilesForInclusion(indexOf(0), sizeOf(1))).toEqual([]);
    expect(tilesForRoot(sizeOf(0))).toEqual([]);
    expect(tilesForRoot(sizeOf(1_400))).toEqual([
      { level: 1, index: 0, width: 5 },
      { level: 0, index: 5, width: 120 },
    ]);
    expect(tilesForConsistency(sizeOf(9), sizeOf(9))).toEqual([]);
  });

  it('refuses tiles that are cut, torn or too long', () => {
    const size = sizeOf(1_400);
    for (const bad of [0, 31, 32 * 119, 32 * 120 - 1, 32 * 257])
      for (const read of [
        () => rootAt(size, () => new Uint8Array(bad)),
        () => edgeFrom(size, () => new Uint8Array(bad)),
      ])
        expect(read).toThrow(TlogError);
  });

  it('gives another root for a changed hash, so that a checkpoint shows it', () => {
    const size = sizeOf(1_400);
    const damaged = rootAt(size, (level, index, width) => {
      const tile = store.read(level, index, width).slice();
      tile[5] = (tile[5] ?? 0) ^ 1;
      return tile;
    });
    expect(damaged).not.toEqual(rootAt(size, store.read));
  });
});
