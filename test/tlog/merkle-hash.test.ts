import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fromHex, sha256Digest, toHex, utf8 } from '../../src/base/bytes.js';
import { EMPTY_ROOT, leafHash, nodeHash, parentLayer } from '../../src/tlog/merkle-hash.js';
import { leaves, naiveLeaf, naiveNode, naiveRoot } from './naive-tree.js';

// The entries and roots by which Certificate Transparency logs have been tested since 2012.
const CT_ENTRIES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657'].concat(
  '606162636465666768696a6b6c6d6e6f',
);
const CT_ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

function rootOf(layer: ReturnType<typeof leafHash>[]): ReturnType<typeof leafHash> {
  let top = layer;
  while (top.length > 1) top = parentLayer(top);
  return top[0] ?? EMPTY_ROOT;
}

describe('merkle-hash', () => {
  it('gives the roots of the Certificate Transparency test tree', () => {
    const hashes = CT_ENTRIES.map((entry) => leafHash(fromHex(entry)));
    expect(CT_ROOTS.map((_, at) => toHex(rootOf(hashes.slice(0, at + 1))))).toEqual(CT_ROOTS);
  });

  it('hashes leaves and nothing as RFC 6962 says', () => {
    expect(toHex(leafHash(utf8('L123456')))).toBe(
      '395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56',
    );
    expect(toHex(EMPTY_ROOT)).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
  });

  it('hashes every entry and every pair as the textbook does', () => {
    const digest = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(sha256Digest);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5_000 }), digest, digest, (entry, left, right) => {
        expect(leafHash(entry)).toEqual(naiveLeaf(entry));
        expect(nodeHash(left, right)).toEqual(naiveNode(left, right));
      }),
    );
  });

  it('carries an odd last node up unhashed, which gives the root of the recursion', () => {
    const all = leaves(130);
    for (let size = 0; size <= all.length; size++)
      expect(rootOf(all.slice(0, size))).toEqual(naiveRoot(all.slice(0, size)));
  });

  it('keeps an entry from passing for a node', () => {
    const [left, right] = leaves(2);
    if (left === undefined || right === undefined) throw new Error('unreachable');
    const pair = Buffer.concat([left, right]);
    expect(leafHash(pair)).not.toEqual(nodeHash(left, right));
  });

  it('refuses to hash what is no digest, whatever its type says', () => {
    const short = leaves(1).map((hash) => hash.subarray(1) as typeof hash);
    const [hash] = short;
    if (hash === undefined) throw new Error('unreachable');
    expect(() => nodeHash(hash, hash)).toThrow('assertion failed');
    expect(() => parentLayer([hash, hash])).toThrow('assertion failed');
  });
});
