/** A word about an erasure counts by its holder's signature, and for nothing else than it says. */
import { expect, it } from '@jest/globals';
import type { UnixMillis } from '../../src/base/brand.js';
import { toHex } from '../../src/base/bytes.js';
import type { HexDigest } from '../../src/base/hex-digest.js';
import { keyPairOf, signDetached } from '../../src/keys/key-pair.js';
import { type ErasedUpTo, isErasedSigned, signErased } from '../../src/tlog/erasure-word.js';

const KEY = keyPairOf(new Uint8Array(32).fill(1));
const NODE = toHex(KEY.publicKey) as HexDigest;
const OTHER = toHex(keyPairOf(new Uint8Array(32).fill(2)).publicKey) as HexDigest;
const UP_TO: ErasedUpTo = {
  origin: 'log.example/0011223344556677/kyc',
  erasure: 9,
  leafHash: '3'.repeat(64) as HexDigest,
};

it('is signed for one log, one entry, one time and so many copies', () => {
  const said = { at: 1_000 as UnixMillis, copies: 0, node: NODE };
  const word = signErased(UP_TO, said, (bytes) => signDetached(KEY, bytes));
  expect(isErasedSigned(UP_TO, word)).toBe(true);
  for (const changed of [
    { ...UP_TO, origin: 'log.example/0011223344556677/other' },
    { ...UP_TO, erasure: 10 },
    { ...UP_TO, leafHash: '4'.repeat(64) as HexDigest },
  ])
    expect(isErasedSigned(changed, word)).toBe(false);
  for (const changed of [{ at: 1_001 as UnixMillis }, { copies: 1 }, { node: OTHER }])
    expect(isErasedSigned(UP_TO, { ...word, ...changed })).toBe(false);
});
