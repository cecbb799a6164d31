import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { UnixMillis } from '../../src/base/brand.js';
import { fromHex } from '../../src/base/bytes.js';
import {
  acceptsDigest,
  acceptsSignature,
  ALGORITHM_POLICY_2026_11,
} from '../../src/signing/algorithm-policy.js';
import {
  createSignature,
  readCmsSignatureAlgorithm,
  readSignatureAlgorithm,
  SIGNATURE_ALGORITHMS,
  type IssuerAlgorithm,
  verifySignature,
} from '../../src/signing/algorithms.js';
import { readDer } from '../../src/signing/der-reader.js';
import {
  derExplicit,
  derInteger,
  derNull,
  derOid,
  derSequence,
} from '../../src/signing/der-writer.js';
import { DIGESTS, readDigestAlgorithm } from '../../src/signing/digest-algorithms.js';
import { OID } from '../../src/signing/oids.js';
import { parsePublicKey } from '../../src/signing/public-key.js';
import { RETIRED_ALGORITHMS } from '../../src/signing/retired-algorithms.js';
import { newKey, NOW, publicKeyInfo } from './support/test-pki.js';

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

const SHA1 = '1.3.14.3.2.26';

describe('signature verification', () => {
  const files: readonly (readonly [string, IssuerAlgorithm['name'], number])[] = [
    ['dsa_2048_224_sha256_test', 'dsa-sha256', 364],
    ['dsa_2048_256_sha256_test', 'dsa-sha256', 366],
    ['ecdsa_secp256r1_sha256_test', 'ecdsa-sha256', 484],
    ['ecdsa_secp384r1_sha384_test', 'ecdsa-sha384', 504],
    ['rsa_signature_2048_sha256_test', 'rsa-pkcs1-sha256', 259],
    ['rsa_pss_2048_sha256_mgf1_32_test', 'rsa-pss-sha256', 108],
    ['rsa_pss_2048_sha256_mgf1_32_params_test', 'rsa-pss-sha256', 108],
  ];

  it.each(files)('agrees with Wycheproof: %s', (file, name, count) => {
    const url = new URL(`../vectors/wycheproof/${file}.json`, import.meta.url);
    const vectors = JSON.parse(readFileSync(url, 'utf8')) as Vectors;
    const wrong: number[] = [];
    let cases = 0;
    for (const group of vectors.testGroups) {
      const key = parsePublicKey(fromHex(group.publicKeyDer));
      for (const { tcId, msg, sig, result } of group.tests) {
        const algorithm = { ...SIGNATURE_ALGORITHMS, ...RETIRED_ALGORITHMS }[name];
        const verdict = verifySignature(algorithm, key, fromHex(msg), fromHex(sig));
        if (verdict !== (result === 'valid')) wrong.push(tcId);
        cases++;
      }
    }
    expect(wrong).toEqual([]);
    expect(cases).toBe(count);
  });

  it.each(Object.values(SIGNATURE_ALGORITHMS))('round-trips $name, and only it', (algorithm) => {
    const privateKey = newKey(algorithm.scheme === 'ecdsa' ? 'P-384' : 'RSA-2048');
    const key = parsePublicKey(publicKeyInfo(privateKey));
    const message = Uint8Array.of(1, 2, 3);
    const signature = createSignature(algorithm, privateKey, message);
    const accepting = Object.values(SIGNATURE_ALGORITHMS).filter((other) =>
      verifySignature(other, key, message, signature),
    );
    expect(accepting).toEqual([algorithm]);
    expect(verifySignature(algorithm, key, Uint8Array.of(1, 2, 4), signature)).toBe(false);
  });

  it('says no to a key of another kind instead of trying', () => {
    const [ec, rsa] = [newKey(), newKey('RSA-2048')];
    const message = new Uint8Array(3);
    const signature = createSignature(SIGNATURE_ALGORITHMS['ecdsa-sha256'], ec, message);
    const rsaKey = parsePublicKey(publicKeyInfo(rsa));
    for (const algorithm of Object.values(SIGNATURE_ALGORITHMS))
      expect(verifySignature(algorithm, rsaKey, message, signature)).toBe(false);
  });
});

describe('RSA keys', () => {
  const modulus = Uint8Array.from({ length: 256 }, (_, at) => 0xc1 ^ (at & 0x3e));
  const key = (n: readonly number[], e: readonly number[], ...behind: readonly number[]) =>
    derSequence(
      derSequence(derOid(OID.rsaEncryption), derNull()),
      der(0x03, [0, ...der(0x30, [...der(0x02, n), ...der(0x02, e)]), ...behind]),
    );

  it('are read in the one encoding that they have', () => {
    expect(parsePublicKey(key([0, ...modulus], [1, 0, 1]))).toMatchObject({ bits: 2048 });
  });

  // OpenSSL reads all of these as the key above.
  it.each([
    ['a negative modulus', key([...modulus], [1, 0, 1])],
    ['a padded modulus', key([0, 0, ...modulus], [1, 0, 1])],
    ['a padded exponent', key([0, ...modulus], [0, 1, 0, 1])],
    ['bytes behind them', key([0, ...modulus], [1, 0, 1], 5, 0)],
  ])('are refused with %s', (_what, spki) => {
    const refused: unknown = expect.objectContaining({ code: 'KEY_UNSUPPORTED' });
    expect(() => parsePublicKey(spki)).toThrow(refused);
  });
});

describe('algorithm identifiers', () => {
  it.each(Object.values(SIGNATURE_ALGORITHMS))('$name is read as it is written', (algorithm) => {
    expect(readSignatureAlgorithm(readDer(algorithm.identifier))).toBe(algorithm);
  });

  it('reads RSA and SHA-2 with NULL parameters and without', () => {
    const bare = derSequence(derOid(OID.sha256WithRsa));
    expect(readSignatureAlgorithm(readDer(bare)).name).toBe('rsa-pkcs1-sha256');
    for (const identifier of [DIGESTS.sha384.identifier, DIGESTS.sha384.identifierWithNull])
      expect(readDigestAlgorithm(readDer(identifier))).toBe(DIGESTS.sha384);
  });

  it('reads rsaEncryption with the digest beside it in CMS, and never in a certificate', () => {
    const node = readDer(derSequence(derOid(OID.rsaEncryption), derNull()));
    expect(readCmsSignatureAlgorithm(node, DIGESTS.sha512).name).toBe('rsa-pkcs1-sha512');
    expect(() => readSignatureAlgorithm(node)).toThrow(UNSUPPORTED);
  });

  it('reads PSS with a longer salt than the digest, and verifies with that salt', () => {
    const algorithm = readSignatureAlgorithm(readDer(pss({ salt: 222 })));
    expect(algorithm).toMatchObject({ name: 'rsa-pss-sha256', saltLength: 222 });
    const privateKey = newKey('RSA-2048');
    const key = parsePublicKey(publicKeyInfo(privateKey));
    const message = new Uint8Array(3);
    const signature = createSignature(algorithm, privateKey, message);
    expect(verifySignature(algorithm, key, message, signature)).toBe(true);
    const shortSalt = SIGNATURE_ALGORITHMS['rsa-pss-sha256'];
    expect(verifySignature(shortSalt, key, message, signature)).toBe(false);
  });

  const UNSUPPORTED: unknown = expect.objectContaining({ code: 'ALGORITHM_UNSUPPORTED' });
  it.each([
    ['SHA-1 with RSA', derSequence(derOid('1.2.840.113549.1.1.5'), derNull())],
    ['SHA-1 with ECDSA', derSequence(derOid('1.2.840.10045.4.1'))],
    ['Ed25519', derSequence(derOid('1.3.101.112'))],
    ['ECDSA with parameters', derSequence(derOid(OID.ecdsaWithSha256), derNull())],
    ['RSA with parameters other than NULL', derSequence(derOid(OID.sha256WithRsa), derInteger(1))],
    ['PSS without parameters, which means SHA-1', derSequence(derOid(OID.rsassaPss))],
    ['PSS with defaults, which mean SHA-1', derSequence(derOid(OID.rsassaPss), derSequence())],
    ['PSS with a mask of another digest', pss({ mask: DIGESTS.sha512.identifier })],
    ['PSS with a mask that is not MGF1', pss({ mgf: OID.rsassaPss })],
    ['PSS with a short salt', pss({ salt: 20 })],
    ['PSS with a salt that no key has room for', pss({ salt: 1_025 })],
    ['PSS with a trailer field', pss({ trailer: true })],
  ])('refuses %s', (_name, identifier) => {
    expect(() => readSignatureAlgorithm(readDer(identifier))).toThrow(UNSUPPORTED);
  });

  it('refuses SHA-1 as a digest', () => {
    const sha1 = readDer(derSequence(derOid(SHA1), derNull()));
    expect(() => readDigestAlgorithm(sha1)).toThrow(UNSUPPORTED);
  });

  function pss({
    mask = DIGESTS.sha256.identifierWithNull,
    mgf = OID.mgf1 as string,
    salt = 32,
    trailer = false,
  }): Uint8Array {
    return derSequence(
      derOid(OID.rsassaPss),
      derSequence(
        derExplicit(0, DIGESTS.sha256.identifierWithNull),
        derExplicit(1, derSequence(derOid(mgf), mask)),
        derExplicit(2, derInteger(salt)),
        ...(trailer ? [derExplicit(3, derInteger(1))] : []),
      ),
    );
  }
});

describe('the algorithm policy', () => {
  const policy = ALGORITHM_POLICY_2026_11;
  const algorithm = SIGNATURE_ALGORITHMS['rsa-pkcs1-sha256'];
  const key = parsePublicKey(publicKeyInfo(newKey('RSA-2048')));

  it('accepts what it lists and nothing shorter', () => {
    expect(acceptsSignature(policy, algorithm, key, NOW)).toBe(true);
    expect(acceptsSignature(policy, algorithm, { ...key, bits: 2_047 }, NOW)).toBe(false);
    expect(acceptsSignature(policy, algorithm, { ...key, kind: 'rsa-pss' }, NOW)).toBe(false);
  });

  it('ends a scheme or a digest after its last instant', () => {
    const ended = {
      ...policy,
      schemes: policy.schemes.map((row) => ({ ...row, until: NOW })),
      digests: policy.digests.map((row) => ({ ...row, until: NOW })),
    };
    const later = (NOW + 1) as UnixMillis;
    expect(acceptsSignature(ended, algorithm, key, NOW)).toBe(true);
    expect(acceptsSignature({ ...ended, digests: policy.digests }, algorithm, key, later)).toBe(
      false,
    );
    expect(acceptsSignature({ ...ended, schemes: policy.schemes }, algorithm, key, later)).toBe(
      false,
    );
    expect(acceptsDigest(ended, 'sha256', NOW)).toBe(true);
    expect(acceptsDigest(ended, 'sha256', later)).toBe(false);
  });
});

/** One value, without the care of the writer: tests want what it would not write. */
function der(tag: number, content: readonly number[]): Uint8Array {
  const { length } = content;
  const head = length < 0x80 ? [length] : [0x82, length >> 8, length & 0xff];
  return Uint8Array.from([tag, ...head, ...content]);
}
