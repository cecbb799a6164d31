/**
 * No byte of a signature that we make can be changed unseen. Positions outside the certificates,
 * the signed attributes and the signature value, which no digest or signature covers directly, take
 * every value there is; the others, where one change is as good as another, take some bit flips.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { concat, equalBytes, utf8 } from '../../src/base/bytes.js';
import type { SignatureAlgorithmName } from '../../src/signing/algorithms.js';
import { validateCades } from '../../src/signing/cades-validator.js';
import { type DerNode, readDer } from '../../src/signing/der-reader.js';
import { OID } from '../../src/signing/oids.js';
import { trustAnchorFrom } from '../../src/signing/trust-anchor.js';
import { forge, removeAttribute } from './support/cms-forge.js';
import { issueCa, issueTo, newKey, NOW, signCades } from './support/test-pki.js';

const root = issueCa({ name: 'Root' });
const sub = issueCa({ name: 'Sub', issuer: root });
const content = utf8('what is signed');
const anchors = [trustAnchorFrom(root.certificate)];

const passes = (cms: Uint8Array): boolean =>
  validateCades({ cms, content, anchors, at: NOW }).indication === 'TOTAL-PASSED';

/** The positions at which a changed byte still passes, with the value it passes with. */
function unseenChanges(cms: Uint8Array, flipsWhereCovered: number): readonly string[] {
  const unseen: string[] = [];
  const covered = coveredRanges(cms);
  for (let position = 0; position < cms.length; position++) {
    const original = cms[position] ?? 0;
    const isCovered = covered.some(({ start, end }) => position >= start && position < end);
    const flips = FLIPS.map((flip) => original ^ flip);
    const few = flips.map((_, bit) => flips[(position + bit) % 8] ?? 0).slice(0, flipsWhereCovered);
    for (const value of isCovered ? few : EVERY_VALUE) {
      if (value === original) continue;
      const mutated = cms.slice();
      mutated[position] = value;
      if (passes(mutated)) unseen.push(`${position}: ${original} to ${value}`);
    }
  }
  return unseen;
}

const EVERY_VALUE = Array.from({ length: 256 }, (_, value) => value);
const FLIPS = [1, 2, 4, 8, 16, 32, 64, 128];

/** Contents of the certificates, of the signed attributes and of the signature value. */
function coveredRanges(cms: Uint8Array): readonly { start: number; end: number }[] {
  const child = (node: DerNode | undefined, index: number): DerNode | undefined =>
    node?.children.at(index);
  const signedData = child(child(readDer(cms), 1), 0);
  const signerInfo = child(child(signedData, -1), 0);
  return [...(child(signedData, 3)?.children ?? []), child(signerInfo, 3), child(signerInfo, 5)]
    .filter((node) => node !== undefined)
    .map(({ contentStart, end }) => ({ start: contentStart, end }));
}

describe('a changed byte', () => {
  const rsaKey = newKey('RSA-2048');
  const rsa = issueTo({ name: 'Signer', issuer: root, privateKey: rsaKey });

  it('is never passed in an ECDSA signature with a chain', () => {
    const signer = issueTo({ name: 'Signer', issuer: sub });
    const cms = signCades(signer, content, { chain: [sub] });
    expect(passes(cms)).toBe(true);
    expect(unseenChanges(cms, 2)).toEqual([]);
  });

  const algorithms: readonly SignatureAlgorithmName[] = ['rsa-pkcs1-sha256', 'rsa-pss-sha256'];
  it.each(algorithms)('is never passed: %s', (algorithm) => {
    const cms = signCades(rsa, content, { algorithm });
    expect(passes(cms)).toBe(true);
    expect(unseenChanges(cms, 1)).toEqual([]);
  });

  it('is found where there is one: RSA without RFC 6211 can be renamed in one byte', () => {
    const cms = forge(rsa, content, {
      algorithm: 'rsa-pkcs1-sha256',
      edit: ({ attributes }) => {
        removeAttribute(attributes, OID.cmsAlgorithmProtection);
      },
    });
    // The last arc of sha256WithRSAEncryption, 11, becomes that of rsaEncryption, 1.
    expect(unseenChanges(cms, 1)).toEqual([expect.stringMatching(/^\d+: 11 to 1$/)]);
  });

  it('is never passed either where several bytes are cut out, put in or exchanged', () => {
    const cms = signCades(issueTo({ name: 'Signer', issuer: sub }), content, { chain: [sub] });
    const splice = fc.record({
      at: fc.nat(cms.length),
      cut: fc.nat(40),
      put: fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constant(cms.subarray(0, 64))),
    });
    fc.assert(
      fc.property(splice, ({ at, cut, put }) => {
        const bent = concat(cms.subarray(0, at), put, cms.subarray(at + cut));
        expect(passes(bent)).toBe(equalBytes(bent, cms));
      }),
      { numRuns: 1_000 },
    );
  });
});
