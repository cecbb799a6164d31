/** Wycheproof's signatures as r ‖ s, with the keys named as ours are. */
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fromHex } from '../../../src/base/bytes.js';
import { type DidKey, formatDidKey, type KeyAlgorithm } from '../../../src/identities/did-key.js';

/** File, algorithm and number of cases. */
export const KEY_VECTORS: readonly (readonly [file: string, alg: KeyAlgorithm, cases: number])[] = [
  ['ecdsa_secp256r1_sha256_p1363_test', 'ES256', 262],
  ['ecdsa_secp256k1_sha256_p1363_test', 'ES256K', 252],
];

export interface KeyVector {
  readonly id: number;
  readonly key: DidKey;
  readonly message: Uint8Array;
  readonly value: Uint8Array;
  readonly isValid: boolean;
}

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

export function keyVectors(file: string, alg: KeyAlgorithm): readonly KeyVector[] {
  const url = new URL(`../../vectors/wycheproof/${file}.json`, import.meta.url);
  const { testGroups } = JSON.parse(readFileSync(url, 'utf8')) as Vectors;
  return testGroups.flatMap(({ publicKeyDer, tests }) => {
    const key = didOf(alg, fromHex(publicKeyDer));
    return tests.map(({ tcId, msg, sig, result }) => ({
      ...{ id: tcId, key, message: fromHex(msg), value: fromHex(sig) },
      isValid: result === 'valid',
    }));
  });
}

function didOf(alg: KeyAlgorithm, spki: Uint8Array): DidKey {
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  const isOdd = (Buffer.from(y, 'base64url').at(-1) ?? 0) & 1;
  return formatDidKey({ alg, bytes: Uint8Array.of(2 + isOdd, ...Buffer.from(x, 'base64url')) });
}
