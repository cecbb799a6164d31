import { hkdfSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { fromHex, toHex, utf8 } from '../../src/base/bytes.js';
import { tenantKeys } from '../../src/keys/tenant-keys.js';

describe('HKDF-SHA-256 as we call it', () => {
  // RFC 5869 appendix A.1 to A.3.
  it.each([
    [
      '0b'.repeat(22),
      '000102030405060708090a0b0c',
      'f0f1f2f3f4f5f6f7f8f9',
      '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
    ],
    [
      bytesFrom(0x00, 80),
      bytesFrom(0x60, 80),
      bytesFrom(0xb0, 80),
      'b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c' +
        '59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71' +
        'cc30c58179ec3e87c14c01d5c1f3434f1d87',
    ],
    [
      '0b'.repeat(22),
      '',
      '',
      '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
    ],
  ])('gives the result of RFC 5869 for the key %s', (key, salt, info, expected) => {
    const derived = hkdfSync(
      'sha256',
      fromHex(key),
      fromHex(salt),
      fromHex(info),
      expected.length / 2,
    );
    expect(toHex(new Uint8Array(derived))).toBe(expected);
  });
});

describe('tenantKeys', () => {
  it('derives each key with the info of docs/formats/block.md', () => {
    const root = fromHex('42'.repeat(32));
    const derived = (name: string): Uint8Array =>
      hkdf(sha256, root, new Uint8Array(0), utf8(`chirograph/tenant/${name}/1`), 32);
    expect(tenantKeys(root)).toEqual({
      block: derived('block'),
      idempotency: derived('idempotency'),
      index: derived('index'),
      files: derived('files'),
    });
  });

  it('gives another tenant other keys, and no key twice', () => {
    const all = ['00', '01'].flatMap((byte) => {
      const { block, idempotency, index, files } = tenantKeys(fromHex(byte.repeat(32)));
      return [block, idempotency, index, files];
    });
    expect(new Set(all.map(toHex)).size).toBe(8);
  });
});

function bytesFrom(first: number, count: number): string {
  return toHex(Uint8Array.from({ length: count }, (_, at) => first + at));
}
