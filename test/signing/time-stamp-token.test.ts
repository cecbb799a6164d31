import { describe, expect, it } from '@jest/globals';
import { fromBER } from 'asn1js';
import fc from 'fast-check';
import { ContentInfo, SignedData, TSTInfo } from 'pkijs';
import type { UnixMillis } from '../../src/base/brand.js';
import { toHex, utf8 } from '../../src/base/bytes.js';
import { sha256 } from '../../src/base/hash.js';
import { parseInstant } from '../../src/base/time.js';
import { ALGORITHM_POLICY_2026_11 } from '../../src/signing/algorithm-policy.js';
import type { SignatureAlgorithmName } from '../../src/signing/algorithms.js';
import { readDer } from '../../src/signing/der-reader.js';
import { contextPrimitiveTag, contextTag, TAG } from '../../src/signing/der-tag.js';
import {
  der,
  derBoolean,
  derExplicit,
  derInteger,
  derOctetString,
  derOid,
  derSequence,
  derSetOf,
  derUtf8String,
} from '../../src/signing/der-writer.js';
import { DIGESTS } from '../../src/signing/digest-algorithms.js';
import { OID } from '../../src/signing/oids.js';
import {
  checkTimeStampToken,
  parseTimeStampToken,
  timeStampTokenFrom,
} from '../../src/signing/time-stamp-token.js';
import { readTstInfo, type TstInfo } from '../../src/signing/tst-info.js';
import { BerEncoder } from './support/ber-encoder.js';
import { partsOf } from './support/cms-forge.js';
import { at, encode, treeOf } from './support/der-tree.js';
import { issueCa, newKey, NOW } from './support/test-pki.js';
import {
  forgeToken,
  issuerOf,
  issueTsa,
  POLICY,
  requestFor,
  stampedBy,
} from './support/time-stamping.js';

const root = issueCa({ name: 'Root' });
const tsa = issueTsa({ name: 'TSA', issuer: root, serialNumber: 12 });
const content = utf8('what existed');
const token = stampedBy(tsa, issuerOf(tsa), requestFor(content));
const check = (bytes: Uint8Array, of: Parameters<typeof checkTimeStampToken>[1] = content) =>
  checkTimeStampToken(parseTimeStampToken(bytes), of, ALGORITHM_POLICY_2026_11, NOW);

describe('a token of ours', () => {
  it('is read with all that it says', () => {
    const { info, der: bytes, sha256: digest, signedData } = parseTimeStampToken(token);
    expect(info).toEqual({
      policy: POLICY,
      imprint: { digest: DIGESTS.sha256, hash: sha256(content) },
      serialNumber: Uint8Array.of(9),
      genTime: NOW,
      accuracyMillis: 1_000,
      ordering: false,
      nonce: Uint8Array.of(0, 0xca, 0xfe, 1),
      tsa: tsa.certificate.subject,
      extensions: [],
      claimsQualified: false,
    });
    expect(bytes).toBe(token);
    expect(digest).toEqual(sha256(token));
    expect(signedData.certificates.map(({ der }) => der)).toEqual([tsa.certificate.der]);
  });

  const algorithms: readonly (readonly [SignatureAlgorithmName, 'P-256' | 'P-384' | 'RSA-2048'])[] =
    [
      ['ecdsa-sha256', 'P-256'],
      ['ecdsa-sha384', 'P-384'],
      ['ecdsa-sha512', 'P-384'],
      ['rsa-pkcs1-sha256', 'RSA-2048'],
      ['rsa-pss-sha512', 'RSA-2048'],
    ];
  it.each(algorithms)('is genuine: %s', (algorithm, kind) => {
    const by = issueTsa({ name: 'TSA', issuer: root, privateKey: newKey(kind) });
    const chain = [root.certificate];
    const bytes = stampedBy(by, issuerOf(by, { algorithm, chain }), requestFor(content));
    expect(check(bytes)).toMatchObject({
      certificate: { sha256: by.certificate.sha256 },
      algorithm: { name: algorithm },
    });
    expect(check(bytes, utf8('else'))).toMatchObject({ subIndication: 'HASH_FAILURE' });
  });

  it('is over a digest as well as over content', () => {
    const digest = { algorithm: 'sha256', digest: sha256(content) } as const;
    expect(check(token, digest)).toHaveProperty('certificate');
    expect(check(token, { ...digest, digest: sha256(token) })).toMatchObject({
      subIndication: 'HASH_FAILURE',
    });
    expect(check(token, { algorithm: 'sha512', digest: new Uint8Array(64) })).toMatchObject({
      subIndication: 'SIGNED_DATA_NOT_FOUND',
    });
  });

  it('without its certificate is genuine for whoever has that', () => {
    const bytes = stampedBy(tsa, issuerOf(tsa), requestFor(content, { certReq: false }));
    expect(check(bytes)).toMatchObject({ subIndication: 'NO_SIGNING_CERTIFICATE_FOUND' });
    const others = [root.certificate, tsa.certificate];
    expect(
      checkTimeStampToken(
        parseTimeStampToken(bytes),
        content,
        ALGORITHM_POLICY_2026_11,
        NOW,
        others,
      ),
    ).toHaveProperty('certificate', tsa.certificate);
  });

  it('says the same to pkijs', () => {
    const theirs = new SignedData({
      schema: new ContentInfo({ schema: fromBER(token).result }).content,
    });
    const eContent = theirs.encapContentInfo.eContent?.getValue() ?? new ArrayBuffer(0);
    const info = TSTInfo.fromBER(eContent);
    const ours = parseTimeStampToken(token).info;
    expect(info.version).toBe(1);
    expect(info.policy).toBe(ours.policy);
    expect(info.messageImprint.hashAlgorithm.algorithmId).toBe(ours.imprint.digest.oid);
    expect(hexOf(info.messageImprint.hashedMessage)).toBe(toHex(ours.imprint.hash));
    expect(hexOf(info.serialNumber)).toBe(toHex(ours.serialNumber));
    expect(info.genTime.getTime()).toBe(ours.genTime);
    expect(info.accuracy?.seconds).toBe(1);
    expect(hexOf(info.nonce)).toBe(toHex(ours.nonce ?? new Uint8Array()));
    expect(theirs.encapContentInfo.eContentType).toBe(OID.tstInfo);
    expect(theirs.version).toBe(3);
  });
});

describe('a token in BER', () => {
  it('is the same token', () => {
    const anyTape = fc.array(fc.nat(255), { maxLength: 1_000 });
    fc.assert(
      fc.property(anyTape, (tape) => {
        expect(toHex(parseTimeStampToken(new BerEncoder(tape).encode(treeOf(token))).der)).toBe(
          toHex(token),
        );
      }),
    );
  });

  it('inside something else keeps its bytes, and is read although its certificates are unsorted', () => {
    const chain = [root.certificate];
    const sorted = stampedBy(tsa, issuerOf(tsa, { chain }), requestFor(content));
    const parts = partsOf(sorted);
    at(parts.signedData, 3).children.reverse();
    const unsorted = encode(parts.contentInfo);
    const inside = timeStampTokenFrom(readDer(unsorted));
    expect(inside.der).toEqual(unsorted);
    expect(inside.sha256).toEqual(sha256(unsorted));
    expect(parseTimeStampToken(unsorted).der).toEqual(sorted);
    expect(checkTimeStampToken(inside, content, ALGORITHM_POLICY_2026_11, NOW)).toHaveProperty(
      'certificate',
    );
  });
});

describe('a token of another authority', () => {
  it('may list digests that it does not use, with NULL or without', () => {
    const withNull = forgeToken(tsa, token, ({ signedData }) => {
      const digests = [DIGESTS.sha256.identifierWithNull, DIGESTS.sha512.identifier];
      at(signedData, 1).children = treeOf(derSetOf(digests)).children;
    });
    expect(check(withNull)).toHaveProperty('certificate');
  });

  it('must list the digest that it uses', () => {
    const without = forgeToken(tsa, token, ({ signedData }) => {
      at(signedData, 1).children = [treeOf(DIGESTS.sha512.identifier)];
    });
    expect(() => parseTimeStampToken(without)).toThrow(
      expect.objectContaining({ code: 'TIME_STAMP_MALFORMED' }),
    );
  });
});

describe('TSTInfo', () => {
  const fields = {
    version: derInteger(1),
    policy: derOid(POLICY),
    imprint: derSequence(DIGESTS.sha256.identifier, derOctetString(sha256(content))),
    serialNumber: derInteger(1),
    genTime: time('20260615120000Z'),
  };
  const infoOf = (changed: Partial<typeof fields>, ...optional: readonly Uint8Array[]): TstInfo => {
    const all = Object.values({ ...fields, ...changed });
    return readTstInfo(readDer(derSequence(...all, ...optional)));
  };
  const part = (number: number, value: number): Uint8Array => {
    const bytes = derInteger(value).slice();
    bytes[0] = contextPrimitiveTag(number);
    return bytes;
  };
  const extension = (oid: string, value: Uint8Array, ...critical: Uint8Array[]): Uint8Array =>
    derSequence(derOid(oid), ...critical, derOctetString(value));

  it.each([
    ['20260615120000Z', '2026-06-15T12:00:00.000Z'],
    ['20260615120000.5Z', '2026-06-15T12:00:00.500Z'],
    ['20260615120000.123Z', '2026-06-15T12:00:00.123Z'],
    ['20260615120000.1230001Z', '2026-06-15T12:00:00.124Z'],
    ['20260615120000.000000001Z', '2026-06-15T12:00:00.001Z'],
    ['20261231235959.9999Z', '2027-01-01T00:00:00.000Z'],
  ])('is of %s, never earlier', (text, expected) => {
    expect(infoOf({ genTime: time(text) }).genTime).toBe(parseInstant(expected));
  });

  it.each([
    '20260615120000.Z',
    '20260615120000.50Z',
    '20260615120000.0Z',
    '20260615120000,5Z',
    '20260615120000.1234567891Z',
    '20260615120000',
    '20260615120000+0000',
    '202606151200Z',
    '20260230120000Z',
    '20260615120060Z',
  ])('is refused at %s', (text) => {
    expect(() => infoOf({ genTime: time(text) })).toThrow(
      expect.objectContaining({ code: 'DER_MALFORMED' }),
    );
  });

  it('is of a time that is written again as it was read', () => {
    const anyInstant = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) });
    fc.assert(
      fc.property(anyInstant, (millis) => {
        const stamped = stampedBy(tsa, issuerOf(tsa), requestFor(content), millis as UnixMillis);
        expect(parseTimeStampToken(stamped).info.genTime).toBe(millis);
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    [[derInteger(2)], 2_000],
    [[part(0, 20)], 20],
    [[part(1, 1)], 1],
    [[derInteger(1), part(0, 500), part(1, 999)], 1_501],
    [[], 0],
  ])('has the accuracy of its parts, rounded up', (parts, expected) => {
    expect(infoOf({}, derSequence(...parts)).accuracyMillis).toBe(expected);
  });

  it('has an accuracy, or none', () => {
    expect(infoOf({}).accuracyMillis).toBeNull();
    for (const bad of [part(0, 1_000), part(1, 1_000), part(0, -1), part(2, 1), derInteger(-1)])
      expect(() => infoOf({}, derSequence(bad))).toThrow(
        expect.objectContaining({ code: 'DER_MALFORMED' }),
      );
  });

  it('may be ordered, name its authority, and carry extensions', () => {
    const name = derExplicit(0, derExplicit(4, root.certificate.subject.der));
    const other = derExplicit(0, der(contextPrimitiveTag(6), utf8('https://tsa.example')));
    const qualified = derSequence(derSequence(derOid(OID.qualifiedTimeStamp)));
    const extensions = der(contextTag(1), extension(OID.qcStatements, qualified));
    const info = infoOf({}, derBoolean(true), derInteger(-5), name, extensions);
    expect(info).toMatchObject({
      ordering: true,
      nonce: Uint8Array.of(0xfb),
      tsa: root.certificate.subject,
      extensions: [{ oid: OID.qcStatements, isCritical: false }],
      claimsQualified: true,
    });
    expect(infoOf({}, other).tsa).toBeNull();
    const unrelated = der(contextTag(1), extension('1.2.3', derUtf8String('x'), derBoolean(true)));
    expect(infoOf({}, unrelated)).toMatchObject({
      extensions: [{ oid: '1.2.3', isCritical: true }],
      claimsQualified: false,
    });
  });

  it.each<readonly [string, () => TstInfo]>([
    ['of another version', () => infoOf({ version: derInteger(2) })],
    ['with a hash of the wrong length', () => infoOf({ imprint: imprintOf(new Uint8Array(31)) })],
    ['with a long serial number', () => infoOf({ serialNumber: derInteger(2n ** 520n) })],
    ['with a long nonce', () => infoOf({}, derInteger(2n ** 520n))],
    ['with fields out of order', () => infoOf({}, derInteger(1), derBoolean(true))],
    [
      'with an extension twice',
      () =>
        infoOf(
          {},
          der(contextTag(1), extension('1.2', derOid('1.2')), extension('1.2', derOid('1.3'))),
        ),
    ],
    [
      'with seventeen extensions',
      () =>
        infoOf(
          {},
          der(
            contextTag(1),
            ...Array.from({ length: 17 }, (_, i) => extension(`1.2.${i}`, derOid('1.2'))),
          ),
        ),
    ],
  ])('is refused %s', (_name, read) => {
    expect(read).toThrow(expect.objectContaining({ code: 'DER_MALFORMED' }));
  });

  it('over SHA-1 is well-formed and not supported', () => {
    const sha1 = derSequence(
      derSequence(derOid('1.3.14.3.2.26')),
      derOctetString(new Uint8Array(20)),
    );
    expect(() => infoOf({ imprint: sha1 })).toThrow(
      expect.objectContaining({ code: 'ALGORITHM_UNSUPPORTED' }),
    );
  });
});

function imprintOf(hash: Uint8Array): Uint8Array {
  return derSequence(DIGESTS.sha256.identifier, derOctetString(hash));
}

function time(text: string): Uint8Array {
  return der(TAG.generalizedTime, utf8(text));
}

/** The contents octets of an ASN.1 value of asn1js. */
function hexOf(value: { valueBlock: { valueHexView: Uint8Array } } | undefined): string {
  return toHex(value?.valueBlock.valueHexView ?? new Uint8Array());
}
