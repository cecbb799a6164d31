import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { toHex } from '../../src/base/bytes.js';
import { keyPairOf } from '../../src/keys/key-pair.js';
import { HypercoreStore } from '../../src/ledger/internal/hypercore-log.js';
import { appendBlock, treeHash, type TreeRoots } from '../../src/ledger/internal/hypercore-tree.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(async () => {
  await removeDirectory(root);
});

describe('the Hypercore tree computed ahead of an append', () => {
  it('is the one that Hypercore makes, at every length to 70', async () => {
    const store = await HypercoreStore.open(root);
    const keys = keyPairOf(new Uint8Array(32).fill(7));
    const log = await store.log([{ publicKey: keys.publicKey, begins: null }]);
    let roots: TreeRoots = [];
    expect(toHex(treeHash(roots))).toBe(toHex(await log.treeHash(0)));
    for (let length = 0; length < 70; length++) {
      const block = new Uint8Array(1 + ((length * 37) % 500)).fill(length);
      roots = appendBlock(roots, length, block);
      await log.append([block], keys);
      expect(toHex(treeHash(roots))).toBe(toHex(await log.treeHash(length + 1)));
      expect((await log.roots()).map(({ hash }) => toHex(hash))).toEqual(
        roots.map(({ hash }) => toHex(hash)),
      );
    }
    await store.close();
  });

  it('changes with every byte of a block, its place and its length', () => {
    const first = appendBlock([], 0, new Uint8Array([1, 2, 3]));
    const hash = toHex(treeHash(first));
    for (const block of [
      [1, 2, 4],
      [1, 2],
      [1, 2, 3, 0],
    ])
      expect(toHex(treeHash(appendBlock([], 0, new Uint8Array(block))))).not.toBe(hash);
    const twice = appendBlock(first, 1, new Uint8Array([1, 2, 3]));
    expect(toHex(treeHash(twice))).not.toBe(hash);
  });
});
