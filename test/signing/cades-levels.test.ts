import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { concat, toHex } from '../../src/base/bytes.js';
import {
  type CadesLevel,
  levelOf,
  signatureImprint,
  unsignedAttribute,
  unsignedValues,
  withSignatureTimeStamp,
  withValidationData,
} from '../../src/signing/cades-levels.js';
import { validateCades } from '../../src/signing/cades-validator.js';
import {
  CMS_LIMITS,
  MAX_CMS_CERTIFICATES,
  MAX_CMS_REVOCATIONS,
  MAX_UNSIGNED_ATTRIBUTES,
  parseSignedData,
} from '../../src/signing/cms-signed-data.js';
import { derBytes, type DerNode } from '../../src/signing/der-reader.js';
import { derInteger, derNull, derOctetString, derSequence } from '../../src/signing/der-writer.js';
import { digestOf, DIGESTS } from '../../src/signing/digest-algorithms.js';
import { addToSignedData } from '../../src/signing/internal/signed-data-additions.js';
import { OID } from '../../src/signing/oids.js';
import { trustAnchorFrom } from '../../src/signing/trust-anchor.js';
import { at, treeOf } from './support/der-tree.js';
import {
  archived,
  basic,
  content,
  longTerm,
  only,
  renewed,
  root,
  sub,
  timeStamped,
  tsa,
  validationData,
} from './support/levels.js';
import { issueCrl } from './support/simple-revocation.js';
import { issueCa, NOW } from './support/test-pki.js';
import { stamp, tokenFrom } from './support/test-tsa.js';

const token = stamp(tsa, { hash: new Uint8Array(32) });
const NOTHING = { certificates: [], crls: [], ocspResponses: [] };

const LEVELS: readonly (readonly [CadesLevel, Uint8Array])[] = [
  ['B-B', basic],
  ['B-T', timeStamped],
  ['B-LT', longTerm],
  ['B-LTA', archived],
  ['B-LTA', renewed],
];

describe('a signature that is raised', () => {
  it.each(LEVELS)('to %s is at that level, and intact', (level, cms) => {
    expect(levelOf(parseSignedData(cms))).toBe(level);
    const anchors = [trustAnchorFrom(root.certificate)];
    expect(validateCades({ cms, content, anchors, at: NOW }).intact).toBe(true);
  });

  it('keeps every byte that it had at the level before', () => {
    for (const [index, [, cms]] of LEVELS.entries()) {
      const [now, before] = [elementsOf(cms), elementsOf(LEVELS[Math.max(0, index - 1)]?.[1])];
      expect(now.fields).toEqual(before.fields);
      for (const part of ['certificates', 'revocations', 'unsigned'] as const)
        expect(now[part]).toEqual(expect.arrayContaining(before[part]));
    }
  });

  it('has version 5 once there is an OCSP response, and not before', () => {
    expect([basic, timeStamped].map(versionOf)).toEqual([1, 1]);
    expect(versionOf(withValidationData(timeStamped, { ...NOTHING, crls: [issueCrl(sub)] }))).toBe(
      1,
    );
    expect([longTerm, archived].map(versionOf)).toEqual([5, 5]);
  });

  it('gets nothing twice, in whatever order and pieces it comes', () => {
    expect(withValidationData(longTerm, validationData)).toEqual(longTerm);
    const pieces = [
      ...validationData.certificates.map((each) => ({ ...NOTHING, certificates: [each] })),
      ...validationData.crls.map((each) => ({ ...NOTHING, crls: [each] })),
      ...validationData.ocspResponses.map((each) => ({ ...NOTHING, ocspResponses: [each, each] })),
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(pieces, { minLength: pieces.length }), (order) => {
        expect(order.reduce(withValidationData, timeStamped)).toEqual(longTerm);
      }),
      { numRuns: 20 },
    );
  });

  it('stays as it was where there is nothing to add', () => {
    for (const [, cms] of LEVELS) expect(withValidationData(cms, NOTHING)).toEqual(cms);
  });

  it('leaves its input as it was, be it a Buffer', () => {
    const buffer = Buffer.from(timeStamped);
    expect(withValidationData(buffer, validationData)).toEqual(longTerm);
    expect(buffer.equals(timeStamped)).toBe(true);
  });
});

describe('the signature time-stamp', () => {
  it('is over the signature value, without tag and length', () => {
    const signedData = parseSignedData(timeStamped);
    const { hash } = tokenFrom(only(unsignedValues(signedData, OID.signatureTimeStamp))).info
      .imprint;
    expect(hash).toEqual(digestOf(DIGESTS.sha256, signedData.signer.signature));
    expect(hash).toEqual(signatureImprint(parseSignedData(basic), DIGESTS.sha256));
  });

  it('can be given a second, of another digest', () => {
    const hash = signatureImprint(parseSignedData(basic), DIGESTS.sha512);
    const twice = withSignatureTimeStamp(timeStamped, stamp(tsa, { digest: DIGESTS.sha512, hash }));
    expect(unsignedValues(parseSignedData(twice), OID.signatureTimeStamp)).toHaveLength(2);
    expect(levelOf(parseSignedData(twice))).toBe('B-T');
  });
});

describe('the level', () => {
  const add = (cms: Uint8Array, type: string): Uint8Array =>
    addToSignedData(cms, { unsignedAttributes: [unsignedAttribute(type, derNull())] });

  it('is not LT with an attribute that LT forbids', () => {
    for (const type of [
      OID.certificateValues,
      OID.revocationValues,
      OID.certificateReferences,
      OID.revocationReferences,
      OID.attributeCertificateReferences,
      OID.attributeRevocationReferences,
      OID.cadesCTimeStamp,
      OID.timeStampedReferences,
    ])
      expect(levelOf(parseSignedData(add(archived, type)))).toBe('B-T');
    expect(levelOf(parseSignedData(add(archived, OID.countersignature)))).toBe('B-LTA');
  });

  it('does not skip one: validation data and archives without a time-stamp leave B-B', () => {
    const withoutT = withValidationData(basic, validationData);
    expect(levelOf(parseSignedData(withoutT))).toBe('B-B');
    expect(levelOf(parseSignedData(add(withoutT, OID.archiveTimeStampV3)))).toBe('B-B');
    expect(levelOf(parseSignedData(add(timeStamped, OID.archiveTimeStampV3)))).toBe('B-T');
  });
});

describe('what does not fit is refused before it is written', () => {
  const refused: unknown = expect.objectContaining({ code: 'AUGMENTATION_REFUSED' });
  const junk = Array.from({ length: 50 }, (_, index) => derSequence(derInteger(index)));

  it('too many certificates or CRLs, or too many bytes', () => {
    const certificates = Array.from(
      { length: MAX_CMS_CERTIFICATES },
      () => issueCa({ name: 'Other' }).certificate.der,
    );
    expect(() => withValidationData(basic, { ...NOTHING, certificates })).toThrow(refused);
    const crls = junk.slice(0, MAX_CMS_REVOCATIONS);
    expect(withValidationData(basic, { ...NOTHING, crls }).length).toBeGreaterThan(basic.length);
    expect(() => withValidationData(basic, { ...NOTHING, crls: junk })).toThrow(refused);
    const large = [derSequence(derOctetString(new Uint8Array(CMS_LIMITS.maxBytes)))];
    expect(() => withValidationData(basic, { ...NOTHING, crls: large })).toThrow(refused);
  });

  it('too many time-stamps', () => {
    const attributes = junk
      .slice(0, MAX_UNSIGNED_ATTRIBUTES)
      .map((value) => unsignedAttribute(OID.signatureTimeStamp, value));
    const full = addToSignedData(basic, { unsignedAttributes: attributes });
    expect(() => withSignatureTimeStamp(full, token)).toThrow(refused);
  });

  it('certificates that are none, and what is not one value of DER', () => {
    const { der } = root.certificate;
    for (const bytes of [derNull(), Uint8Array.of(0x30, 0x80, 0, 0), new Uint8Array()])
      expect(() => withValidationData(basic, { ...NOTHING, certificates: [bytes] })).toThrow(
        refused,
      );
    const two = { ...NOTHING, certificates: [concat(der, der)] };
    expect(() => withValidationData(basic, two)).toThrow(refused);
  });

  it('anything, where an archive time-stamp of an older kind would break', () => {
    for (const type of [OID.archiveTimeStampV1, OID.archiveTimeStampV2, OID.longTermValidation]) {
      const old = addToSignedData(timeStamped, {
        unsignedAttributes: [unsignedAttribute(type, derNull())],
      });
      expect(() => withValidationData(old, validationData)).toThrow(refused);
      expect(() => withSignatureTimeStamp(old, token)).toThrow(refused);
    }
  });

  it('and a signature that cannot be read is called that', () => {
    const malformed: unknown = expect.objectContaining({ code: 'CMS_MALFORMED' });
    expect(() => withValidationData(derNull(), validationData)).toThrow(malformed);
    const cut = basic.subarray(0, -1);
    expect(() => withSignatureTimeStamp(cut, token)).toThrow(malformed);
    expect(() => withSignatureTimeStamp(basic, { der: derNull() })).toThrow(malformed);
  });
});

type Part = 'fields' | 'certificates' | 'revocations' | 'unsigned';

function elementsOf(cms: Uint8Array = basic): Record<Part, string[]> {
  const { certificateNodes, revocationNodes, signer } = parseSignedData(cms);
  const hex = (nodes: readonly DerNode[]): string[] => nodes.map((node) => toHex(derBytes(node)));
  return {
    fields: hex(signer.fields),
    certificates: hex(certificateNodes),
    revocations: hex(revocationNodes),
    unsigned: hex(signer.unsignedAttributes.map(({ node }) => node)),
  };
}

function versionOf(cms: Uint8Array): number | undefined {
  return at(treeOf(cms), 1, 0, 0).content?.[0];
}
