import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { fromHex, toHex } from '../../src/base/bytes.js';
import { type DidKey, formatDidKey, type KeyAlgorithm } from '../../src/identities/did-key.js';
import { isSignedByKey, lowerForm } from '../../src/identities/key-signature.js';

interface Vectors {
  readonly testGroups: readonly {
    readonly publicKeyDer: string;
    readonly tests: readonly {
      readonly tcId: number;
      readonly msg: string;
      readonly sig: string;
      readonly result: 'valid' | 'invalid';
    }[];
  }[];
}

const CURVES: readonly (readonly [file: string, alg: KeyAlgorithm, cases: number])[] = [
  ['ecdsa_secp256r1_sha256_p1363_test', 'ES256', 262],
  ['ecdsa_secp256k1_sha256_p1363_test', 'ES256K', 252],
];

describe('vectors of Wycheproof', () => {
  it.each(CURVES)('%s', (file, alg, cases) => {
    const url = new URL(`../vectors/wycheproof/${file}.json`, import.meta.url);
    const { testGroups } = JSON.parse(readFileSync(url, 'utf8')) as Vectors;
    const wrong: number[] = [];
    let seen = 0;
    let higher = 0;
    for (const { publicKeyDer, tests } of testGroups) {
      const key = didOf(alg, fromHex(publicKeyDer));
      for (const { tcId, msg, sig, result } of tests) {
        seen++;
        const value = fromHex(sig);
        const isOther = result === 'valid' && toHex(lowerForm(alg, value)) !== sig;
        if (isOther) {
          higher++;
          // Valid by the book, and not in the form that is taken.
          if (isSignedByKey(key, fromHex(msg), value)) wrong.push(tcId);
        }
        const taken = isOther ? lowerForm(alg, value) : value;
        if (isSignedByKey(key, fromHex(msg), taken) !== (result === 'valid')) wrong.push(tcId);
      }
    }
    expect({ wrong, seen }).toEqual({ wrong: [], seen: cases });
    expect(higher > 0).toBe(alg === 'ES256K');
  });
});

function didOf(alg: KeyAlgorithm, spki: Uint8Array): DidKey {
  const { x = '', y = '' } = createPublicKey({
    key: Buffer.from(spki),
    format: 'der',
    type: 'spki',
  }).export({ format: 'jwk' });
  const isOdd = (Buffer.from(y, 'base64url').at(-1) ?? 0) & 1;
  const bytes = Uint8Array.of(2 + isOdd, ...Buffer.from(x, 'base64url'));
  return formatDidKey({ alg, bytes });
}
