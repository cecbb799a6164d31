/** Wycheproof's signature vectors, run by whichever implementation is given. */
import { readFileSync } from 'node:fs';
import { fromHex } from '../../../src/base/bytes.js';
import type { SignatureAlgorithmName } from '../../../src/signing/algorithms.js';
import type { RetiredAlgorithm } from '../../../src/signing/retired-algorithms.js';
import type { VerifierParts } from './bundled-parts.js';

interface Vectors {
  readonly testGroups: readonly {
    readonly publicKeyDer: string;
    readonly tests: readonly {
      readonly tcId: number;
      readonly msg: string;
      readonly sig: string;
      readonly result: 'valid' | 'invalid' | 'acceptable';
    }[];
  }[];
}

type VerifiedName = SignatureAlgorithmName | RetiredAlgorithm['name'] | 'ed25519';

/** File, algorithm and number of cases. */
export const SIGNATURE_VECTORS: readonly (readonly [
  file: string,
  algorithm: VerifiedName,
  cases: number,
])[] = [
  ['ed25519_test', 'ed25519', 151],
  ['ecdsa_secp256r1_sha256_test', 'ecdsa-sha256', 484],
  ['ecdsa_secp256r1_sha512_test', 'ecdsa-sha512', 554],
  ['ecdsa_secp384r1_sha384_test', 'ecdsa-sha384', 504],
  ['rsa_signature_2048_sha256_test', 'rsa-pkcs1-sha256', 259],
  ['rsa_signature_3072_sha384_test', 'rsa-pkcs1-sha384', 259],
  ['rsa_pss_2048_sha256_mgf1_32_test', 'rsa-pss-sha256', 108],
  ['rsa_pss_2048_sha256_mgf1_32_params_test', 'rsa-pss-sha256', 108],
  ['rsa_pss_4096_sha512_mgf1_64_params_test', 'rsa-pss-sha512', 179],
  ['dsa_2048_224_sha256_test', 'dsa-sha256', 364],
  ['dsa_2048_256_sha256_test', 'dsa-sha256', 366],
];

/** Numbers of the cases whose verdict is not the expected one, and how many there were. */
export function runVectors(
  parts: VerifierParts,
  [file, name]: (typeof SIGNATURE_VECTORS)[number],
): { readonly wrong: readonly number[]; readonly cases: number } {
  const url = new URL(`../../vectors/wycheproof/${file}.json`, import.meta.url);
  const { testGroups } = JSON.parse(readFileSync(url, 'utf8')) as Vectors;
  const wrong: number[] = [];
  let cases = 0;
  for (const { publicKeyDer, tests } of testGroups) {
    const verify = verifierOf(parts, name, fromHex(publicKeyDer));
    for (const { tcId, msg, sig, result } of tests) {
      if (verify(fromHex(msg), fromHex(sig)) !== (result === 'valid')) wrong.push(tcId);
      cases++;
    }
  }
  return { wrong, cases };
}

function verifierOf(
  parts: VerifierParts,
  name: VerifiedName,
  spki: Uint8Array,
): (message: Uint8Array, signature: Uint8Array) => boolean {
  if (name === 'ed25519') return parts.ed25519Verifier(spki.subarray(-32));
  const key = parts.parsePublicKey(spki);
  const algorithm = { ...parts.SIGNATURE_ALGORITHMS, ...parts.RETIRED_ALGORITHMS }[name];
  return (message, signature) => parts.verifySignature(algorithm, key, message, signature);
}
