/**
 * No byte of a signature that we make can be changed unseen. Where a digest or signature covers a
 * byte (certificates, signed attributes, signature value) one change is as good as another; what
 * lies outside them takes all 255.
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

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Every changed byte within `ranges` with which the signature still passes. */
function unseenChanges(
  cms: Uint8Array,
  ranges: readonly Range[],
  changes: readonly number[],
): readonly string[] {
  const unseen: string[] = [];
  for (const { start, end } of ranges)
    for (let position = start; position < end; position++)
      for (const change of changes) {
        const mutated = cms.slice();
        const original = mutated[position] ?? 0;
        mutated[position] = original ^ change;
        if (passes(mutated)) unseen.push(`${original} to ${original ^ change}`);
      }
  return unseen;
}

const EVERY_CHANGE = Array.from({ length: 255 }, (_, change) => change + 1);
const EVERY_BIT = [1, 2, 4, 8, 16, 32, 64, 128];

/** The contents of the certificates, of the signed attributes and of the signature value. */
function coveredRanges(cms: Uint8Array): readonly Range[] {
  const { signedData, signerInfo } = nodesOf(cms);
  return [...(child(signedData, 3)?.children ?? []), child(signerInfo, 3), child(signerInfo, 5)]
    .filter((node) => node !== undefined)
    .map(({ contentStart, end }) => ({ start: contentStart, end }));
}

/** What lies before, between and after them. */
function uncoveredRanges(cms: Uint8Array): readonly Range[] {
  const covered = coveredRanges(cms);
  const starts = [0, ...covered.map(({ end }) => end)];
  return starts.map((start, i) => ({ start, end: covered[i]?.start ?? cms.length }));
}

function signatureAlgorithmRange(cms: Uint8Array): readonly Range[] {
  const node = child(nodesOf(cms).signerInfo, 4);
  return node === undefined ? [] : [node];
}

function nodesOf(cms: Uint8Array): Record<'signedData' | 'signerInfo', DerNode | undefined> {
  const signedData = child(child(readDer(cms), 1), 0);
  return { signedData, signerInfo: child(child(signedData, -1), 0) };
}

function child(node: DerNode | undefined, index: number): DerNode | undefined {
  return node?.children.at(index);
}

describe('a changed byte', () => {
  const rsa = issueTo({ name: 'Signer', issuer: root, privateKey: newKey('RSA-2048') });

  it('is never passed in an ECDSA signature with a chain', () => {
    const signer = issueTo({ name: 'Signer', issuer: sub });
    const cms = signCades(signer, content, { chain: [sub] });
    expect(passes(cms)).toBe(true);
    expect(unseenChanges(cms, uncoveredRanges(cms), EVERY_CHANGE)).toEqual([]);
    expect(unseenChanges(cms, coveredRanges(cms), [1])).toEqual([]);
  });

  const algorithms: readonly SignatureAlgorithmName[] = ['rsa-pkcs1-sha256', 'rsa-pss-sha256'];
  it.each(algorithms)('is never passed: %s', (algorithm) => {
    const cms = signCades(rsa, content, { algorithm });
    expect(passes(cms)).toBe(true);
    expect(unseenChanges(cms, signatureAlgorithmRange(cms), EVERY_CHANGE)).toEqual([]);
    expect(unseenChanges(cms, uncoveredRanges(cms), EVERY_BIT)).toEqual([]);
  });

  it('is found where there is one: RSA without RFC 6211 can be renamed in one byte', () => {
    const cms = forge(rsa, content, {
      algorithm: 'rsa-pkcs1-sha256',
      edit: ({ attributes }) => {
        removeAttribute(attributes, OID.cmsAlgorithmProtection);
      },
    });
    // The last arc of sha256WithRSAEncryption, 11, becomes that of rsaEncryption, 1.
    expect(unseenChanges(cms, signatureAlgorithmRange(cms), EVERY_CHANGE)).toEqual(['11 to 1']);
    expect(unseenChanges(cms, uncoveredRanges(cms), EVERY_BIT)).toEqual([]);
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
