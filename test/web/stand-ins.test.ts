/**
 * The stand-ins for `node:crypto` and `Buffer` (web/verify/node) against Node's own: the verifier's code,
 * bundled for a browser, must say of everything what it says in Node.
 */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseInstant } from '../../src/base/time.js';
import { createSignature, SIGNATURE_ALGORITHMS } from '../../src/signing/algorithms.js';
import { derName } from '../../src/signing/distinguished-name.js';
import { byteMutation } from '../evidence/support/byte-mutations.js';
import { entryContainer } from '../evidence/support/containers.js';
import { KEY_VECTORS, keyVectors } from '../identities/support/key-vectors.js';
import {
  type BundledParts,
  openBundledParts,
  type VerifierParts,
} from './support/bundled-parts.js';
import * as ofNode from './support/verifier-parts.js';
import { runVectors, SIGNATURE_VECTORS } from './support/wycheproof.js';

const VECTORS = new URL('../vectors/', import.meta.url);
const EXAMPLES = new URL('../../docs/formats/examples/', import.meta.url);

let ofBrowser: VerifierParts;
let faulty: BundledParts['faulty'];

openBundledParts((made) => {
  ({ ofBrowser, faulty } = made);
});

describe('vectors made elsewhere', () => {
  it.each(SIGNATURE_VECTORS)('agree in Node and in a browser: %s', (...vectors) => {
    const expected = { wrong: [], cases: vectors[2] };
    expect(runVectors(ofNode, vectors)).toEqual(expected);
    expect(runVectors(ofBrowser, vectors)).toEqual(expected);
  });

  it('agree: HMAC-SHA-256', () => {
    const url = new URL('wycheproof/hmac_sha256_test.json', VECTORS);
    const { testGroups } = JSON.parse(readFileSync(url, 'utf8')) as {
      testGroups: { tests: { key: string; msg: string; tag: string; result: string }[] }[];
    };
    const tests = testGroups.flatMap((group) => group.tests);
    expect(tests).toHaveLength(174);
    for (const { key, msg, tag, result } of tests)
      for (const { hmacSha256Hex } of [ofNode, ofBrowser]) {
        const mac = hmacSha256Hex(bytes(key), bytes(msg));
        expect(mac.startsWith(tag)).toBe(result === 'valid');
      }
  });

  it.each(KEY_VECTORS)('agree: keys of identities, %s', (file, alg) => {
    const cases = keyVectors(file, alg);
    expect(cases.length).toBeGreaterThan(250);
    for (const { key, message, value } of cases)
      expect(ofBrowser.isSignedByKey(key, message, value)).toBe(
        ofNode.isSignedByKey(key, message, value),
      );
  });

  it('agree: NIST PKITS', () => {
    const url = new URL('pkits/pkits.json', VECTORS);
    const cases = JSON.parse(readFileSync(url, 'utf8')) as PkitsCase[];
    const verdicts = cases.map((each) => pathVerdict(ofBrowser, each));
    expect(verdicts).toEqual(cases.map((each) => pathVerdict(ofNode, each)));
    // Neither CRLs nor policies are given here: test/signing/pkits is about those.
    expect(verdicts.filter((verdict) => verdict === 'valid')).toHaveLength(168);
    expect(verdicts).toHaveLength(246);
  });

  it.each([
    {
      name: 'an Ed25519 signature may be written in two ways',
      find: 'littleEndian(signature.subarray(32))',
      replace: 'littleEndian(signature.subarray(32)) % ORDER',
      vectors: 0,
    },
    {
      name: 'R is not compared',
      find: '=> byte === encodedR',
      replace: '=> true || byte === encodedR',
      vectors: 0,
    },
    {
      name: 'the INTEGERs of ECDSA may be padded',
      find: '>= 128 || !isShortest',
      replace: '>= 128',
      vectors: 1,
    },
    {
      name: 'ECDSA signatures have a low s only',
      find: 'lowS: false, format: "compact"',
      replace: 'lowS: true, format: "compact"',
      vectors: 1,
    },
    {
      name: 'PSS does not look at its last byte',
      find: ' || encoded.at(-1) !== 188',
      replace: '',
      vectors: 6,
    },
    {
      name: 'an RSA signature may be above the modulus',
      find: ' || value >= modulus',
      replace: '',
      vectors: 4,
    },
    {
      name: 'a number of a DSA signature may be above the order',
      find: 'each < 1n || each >= q',
      replace: 'each < 1n',
      vectors: 10,
    },
    {
      name: 'a digest is not cut to the order of DSA',
      find: '.subarray(0, Math.ceil(q.toString(2).length / 8))',
      replace: '',
      vectors: 9,
    },
  ])('notice that $name', async ({ vectors, ...fault }) => {
    const mutant = await faulty(fault);
    expect(runVectors(mutant, SIGNATURE_VECTORS[vectors] ?? fail()).wrong).not.toEqual([]);
  });
});

describe('Ed25519 at its edges', () => {
  /** Multiples of a point of order 8, in every spelling that some decoder takes. */
  const SMALL_ORDER = [
    '0100000000000000000000000000000000000000000000000000000000000000',
    '0100000000000000000000000000000000000000000000000000000000000080',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0000000000000000000000000000000000000000000000000000000000000080',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  ];

  it('takes and refuses keys and points of small order as Node does', () => {
    const zero = new Uint8Array(32);
    const one = Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? 1 : 0));
    let yes = 0;
    for (const key of SMALL_ORDER)
      for (const r of SMALL_ORDER)
        for (const s of [zero, one])
          for (let text = 0; text < 2; text++) {
            const signature = Uint8Array.from([...bytes(r), ...s]);
            const args = [Uint8Array.of(text), signature] as const;
            const expected = ofNode.ed25519Verifier(bytes(key))(...args);
            expect(ofBrowser.ed25519Verifier(bytes(key))(...args)).toBe(expected);
            if (expected) yes++;
          }
    expect(yes).toBeGreaterThan(20);
  });

  it('says of any bytes what Node says', () => {
    const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
    const signatures = fc.uint8Array({ minLength: 62, maxLength: 66 });
    fc.assert(
      fc.property(bytes32, fc.uint8Array(), signatures, (key, message, signature) => {
        const expected = ofNode.ed25519Verifier(key)(message, signature);
        expect(ofBrowser.ed25519Verifier(key)(message, signature)).toBe(expected);
      }),
    );
  });
});

describe('signatures by any key', () => {
  const LIMITED = 'RSA-PSS for SHA-384';
  const keys: readonly (readonly [string, KeyObject, Uint8Array])[] = [
    ['P-256', ...pair(generateKeyPairSync('ec', { namedCurve: 'P-256' }))],
    ['P-384', ...pair(generateKeyPairSync('ec', { namedCurve: 'P-384' }))],
    ['RSA of 2,048 bits', ...pair(generateKeyPairSync('rsa', { modulusLength: 2048 }))],
    ['RSA of 2,049 bits', ...pair(generateKeyPairSync('rsa', { modulusLength: 2049 }))],
    ['RSA with exponent 3', ...pair(rsa({ modulusLength: 2048, publicExponent: 3 }))],
    ['RSA-PSS without limits', ...pair(rsaPss(false))],
    [LIMITED, ...pair(rsaPss(true))],
  ];

  it.each(keys)('verify as in Node, altered or not: %s', (_name, privateKey, spki) => {
    const message = Uint8Array.of(1, 2, 3);
    const read = [ofNode, ofBrowser].map((parts) => [parts, parts.parsePublicKey(spki)] as const);
    const yes = { whole: 0, altered: 0 };
    for (const algorithm of Object.values(SIGNATURE_ALGORITHMS)) {
      const signature = signatureOrNothing(algorithm, privateKey, message);
      for (let seed = 0; seed < 12; seed++) {
        const given = seed === 0 ? signature : altered(signature, seed);
        const verdicts = read.map(([parts, key]) =>
          parts.verifySignature(algorithm, key, message, given),
        );
        expect([algorithm.name, seed, verdicts[1]]).toEqual([algorithm.name, seed, verdicts[0]]);
        if (verdicts[0] === true) yes[seed === 0 ? 'whole' : 'altered']++;
      }
    }
    expect(yes.whole).toBeGreaterThan(0);
    expect(yes.altered).toBe(0);
  });

  it.each(keys)('are by keys that are read as in Node, altered or not: %s', (name, _key, spki) => {
    for (let seed = 0; seed < 400; seed++) {
      const given = seed === 0 ? spki : altered(spki, seed, Math.min(spki.length, 100));
      const [inNode, inBrowser] = [keyOf(ofNode, given), keyOf(ofBrowser, given)];
      // OpenSSL takes PSS parameters in forms that are not DER; the stand-in may refuse those.
      const isStricter = name === LIMITED && inBrowser === 'KEY_UNSUPPORTED';
      if (!isStricter) expect([seed, inBrowser]).toEqual([seed, inNode]);
    }
    expect(keyOf(ofBrowser, spki)).not.toBe('KEY_UNSUPPORTED');
  });
});

describe('bytes and digests', () => {
  it('are written and read as in Node', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (data) => {
        for (const name of ['toHex', 'toBase64', 'sha256Hex'] as const)
          expect(ofBrowser[name](data)).toBe(ofNode[name](data));
        expect(ofBrowser.fromHex(ofNode.toHex(data))).toEqual(data);
        expect(ofBrowser.fromBase64(ofNode.toBase64(data))).toEqual(data);
        for (const digest of Object.values(ofNode.DIGESTS))
          expect(ofBrowser.digestOf(digest, data)).toEqual(ofNode.digestOf(digest, data));
        expect(ofBrowser.sha1Identifier(data)).toEqual(ofNode.sha1Identifier(data));
      }),
    );
  });

  it('are refused as in Node, in every other spelling', () => {
    const spelling = fc.string({
      unit: fc.constantFrom(...Array.from('AB+/-_=aQ0 \n')),
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.oneof(spelling, fc.string()), (text) => {
        for (const name of ['fromBase64', 'fromHex'] as const)
          expect(orCode(() => ofBrowser[name](text))).toEqual(orCode(() => ofNode[name](text)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('are hashed as in Node, long and in pieces, with keys of any length', () => {
    const data = Uint8Array.from({ length: 5_000 }, (_, at) => at);
    for (const length of [0, 1, 55, 64, 65, 200, 2_048, 2_049, 5_000]) {
      const [key, part] = [data.subarray(0, length % 300), data.subarray(0, length)];
      expect(ofBrowser.sha256(part, key)).toEqual(ofNode.sha256(part, key));
      expect(ofBrowser.hmacSha256Hex(key, part)).toBe(ofNode.hmacSha256Hex(key, part));
    }
    expect(ofBrowser.sha256Hex('Zürich')).toBe(ofNode.sha256Hex('Zürich'));
    const digest = ofNode.sha256Hex(data);
    expect(ofBrowser.digestFromHex(digest)).toEqual(ofNode.digestFromHex(digest));
  });

  it('are numbers as in Node', () => {
    for (const value of [0, 1, 255, 65_536, 2 ** 32 - 1])
      expect(ofBrowser.u32be(value)).toEqual(ofNode.u32be(value));
    for (const value of [0, 2 ** 32, Number.MAX_SAFE_INTEGER])
      expect(ofBrowser.u64be(value)).toEqual(ofNode.u64be(value));
  });

  it('are names as in Node, in every kind of string', () => {
    // CN=é as UTF8String, and the same OID with a PrintableString, a BMPString with a lone surrogate, bytes.
    const names = [
      derName([
        ['C', 'CH'],
        ['CN', 'Zoë “quoted”, and more'],
      ]),
      bytes('300f310d300b06035504031e04004100e9'),
      bytes('300f310d300b06035504031e04d8000041'),
      bytes('300d310b300906035504031302e941'),
    ];
    for (const der of names) {
      const texts = [ofNode, ofBrowser].map((parts) =>
        parts.displayName(parts.readName(parts.readDer(der))),
      );
      expect(texts[1]).toBe(texts[0]);
    }
  });
});

describe('evidence', () => {
  const evidence = new Uint8Array(readFileSync(new URL('residence.evidence', EXAMPLES)));
  const trust = new Uint8Array(readFileSync(new URL('residence.trust.json', EXAMPLES)));
  const request = (given: Uint8Array, json: boolean) => ({
    evidence: given,
    trust: [{ label: 'trust', bytes: trust }],
    requireAttributed: true,
    json,
  });

  it('has the same report in Node and in a browser, for people and for programs', () => {
    for (const json of [false, true]) {
      const response = ofBrowser.runVerify(request(evidence, json));
      expect(response).toEqual(ofNode.runVerify(request(evidence, json)));
      expect(response.exitCode).toBe(0);
    }
  });

  it('has the same report in a container, whole or altered', () => {
    const { bytes: container } = entryContainer();
    const response = ofBrowser.runVerify(request(container, true));
    expect(response).toEqual(ofNode.runVerify(request(container, true)));
    expect(response.output).toContain('"container":');
    for (let at = 7; at < container.length; at += container.length >> 4) {
      const given = Uint8Array.from(container);
      given[at] = (given[at] ?? 0) ^ 1;
      const altered = ofBrowser.runVerify(request(given, true));
      expect([at, altered]).toEqual([at, ofNode.runVerify(request(given, true))]);
    }
  });

  it('has the same report however it is altered', () => {
    const exits = new Set<number>();
    for (let seed = 0; seed < 60; seed++) {
      const { bytes: given, what } = byteMutation(evidence, seed);
      const response = ofBrowser.runVerify(request(given, true));
      expect([what, response]).toEqual([what, ofNode.runVerify(request(given, true))]);
      exits.add(response.exitCode);
    }
    expect([...exits].sort()).toEqual([1, 2]);
  });
});

interface PkitsCase {
  readonly cert: string;
  readonly other_certs?: readonly string[];
}

function pathVerdict(parts: VerifierParts, { cert, other_certs = [] }: PkitsCase): string {
  const load = (file: string) =>
    parts.parseCertificate(new Uint8Array(readFileSync(new URL(`pkits/certs/${file}`, VECTORS))));
  try {
    const verdict = parts.validateCertificatePath({
      target: load(cert),
      intermediates: other_certs.map(load),
      anchors: [parts.trustAnchorFrom(load('TrustAnchorRootCertificate.crt'))],
      at: parseInstant('2024-01-01T00:00:00.000Z'),
    });
    return verdict.kind === 'valid' ? 'valid' : verdict.reason;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

function keyOf(parts: VerifierParts, spki: Uint8Array): unknown {
  return orCode(() => {
    const { kind, bits } = parts.parsePublicKey(spki);
    return { kind, bits };
  });
}

function orCode(make: () => unknown): unknown {
  try {
    return make();
  } catch (error) {
    return (error as { code: string }).code;
  }
}

/** Of the algorithm, or of nothing where the key makes no such signatures. */
function signatureOrNothing(
  ...[algorithm, privateKey, message]: Parameters<typeof createSignature>
): Uint8Array {
  try {
    return createSignature(algorithm, privateKey, message);
  } catch {
    return new Uint8Array(256).fill(7);
  }
}

/** One bit or the length is another. */
function altered(original: Uint8Array, seed: number, upTo = original.length): Uint8Array {
  if (seed === 1) return original.subarray(0, -1);
  if (seed === 2) return Uint8Array.from([...original, 0]);
  if (seed === 3) return Uint8Array.from([0, ...original]);
  const copy = Uint8Array.from(original);
  const at = (seed * 31) % upTo;
  copy[at] = (copy[at] ?? 0) ^ (1 << (seed % 8));
  return copy;
}

function rsa(options: { modulusLength: number; publicExponent?: number }): Pair {
  return generateKeyPairSync('rsa', options);
}

/** @param limits whether the key says with which digest, mask and salt it may be used. */
function rsaPss(limits: boolean): Pair {
  if (!limits) return generateKeyPairSync('rsa-pss', { modulusLength: 2048 });
  return generateKeyPairSync('rsa-pss', {
    modulusLength: 2048,
    hashAlgorithm: 'sha384',
    mgf1HashAlgorithm: 'sha384',
  });
}

interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

function pair({ publicKey, privateKey }: Pair): [KeyObject, Uint8Array] {
  return [privateKey, new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }))];
}

function bytes(hex: string): Uint8Array {
  return ofNode.fromHex(hex);
}

function fail(): never {
  throw new Error('no such vectors');
}
