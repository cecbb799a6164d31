import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { UnixMillis } from '../../src/base/brand.js';
import { ALGORITHM_POLICY_2026_11 } from '../../src/signing/algorithm-policy.js';
import { basicConstraints, keyUsage } from '../../src/signing/certificate-builder.js';
import { type PathRequest, validateCertificatePath } from '../../src/signing/certificate-path.js';
import { type Certificate, parseCertificate } from '../../src/signing/certificate.js';
import { derSequence } from '../../src/signing/der-writer.js';
import { OID } from '../../src/signing/oids.js';
import type { PathVerdict } from '../../src/signing/path-verdict.js';
import { restates, trustAnchorFrom } from '../../src/signing/trust-anchor.js';
import { PATH_LIMITS } from '../../src/signing/validation-budget.js';
import { type Identity, issueCa, issueTo, newKey, NOW, yearsFromNow } from './support/test-pki.js';

const root = issueCa({ name: 'Root' });
const sub = issueCa({ name: 'Sub', issuer: root });
const leaf = issueTo({ name: 'Leaf', issuer: sub });

function validate(
  target: Identity,
  intermediates: readonly Identity[],
  options: Partial<PathRequest> = {},
): PathVerdict {
  return validateCertificatePath({
    target: target.certificate,
    intermediates: intermediates.map(({ certificate }) => certificate),
    anchors: [trustAnchorFrom(root.certificate)],
    at: NOW,
    ...options,
  });
}

describe('a path', () => {
  it('is found among certificates in any order, and says that revocation was not checked', () => {
    const stranger = issueCa({ name: 'Stranger' });
    for (const offered of [
      [sub, root, stranger],
      [stranger, root, sub],
    ]) {
      const verdict = validate(leaf, offered);
      expect(verdict).toMatchObject({
        kind: 'valid',
        certificates: [leaf.certificate, sub.certificate],
        revocation: [
          { kind: 'not-checked', why: 'not-asked' },
          { kind: 'not-checked', why: 'not-asked' },
        ],
      });
    }
  });

  it('may consist of the target alone', () => {
    expect(validate(sub, [])).toMatchObject({ kind: 'valid', certificates: [sub.certificate] });
    expect(validate(root, [])).toMatchObject({ kind: 'valid', certificates: [root.certificate] });
  });

  it('does not depend on the dates of the anchor', () => {
    const expired = issueCa({
      name: 'Root',
      privateKey: root.privateKey,
      notBefore: yearsFromNow(-9),
      notAfter: yearsFromNow(-5),
    });
    const anchors = [trustAnchorFrom(expired.certificate)];
    expect(validate(leaf, [sub], { anchors }).kind).toBe('valid');
  });

  it('goes another way where the first one breaks a rule', () => {
    const expiredSub = issueCa({
      name: 'Sub',
      issuer: root,
      privateKey: sub.privateKey,
      notAfter: yearsFromNow(-0.5),
    });
    expect(validate(leaf, [expiredSub])).toMatchObject({ reason: 'EXPIRED', certificateIndex: 1 });
    expect(validate(leaf, [expiredSub, sub])).toMatchObject({
      kind: 'valid',
      certificates: [leaf.certificate, sub.certificate],
    });
  });

  it('is valid from its first to its last instant', () => {
    const { notBefore, notAfter } = leaf.certificate;
    const verdictAt = (at: number) => validate(leaf, [sub], { at: at as UnixMillis });
    expect(verdictAt(notBefore).kind).toBe('valid');
    expect(verdictAt(notAfter).kind).toBe('valid');
    expect(verdictAt(notBefore - 1)).toMatchObject({ reason: 'NOT_YET_VALID' });
    expect(verdictAt(notAfter + 1)).toMatchObject({ reason: 'EXPIRED' });
  });

  it('is refused under a policy that has ended the algorithm', () => {
    const policy = { ...ALGORITHM_POLICY_2026_11, schemes: [] };
    expect(validate(leaf, [sub], { policy })).toMatchObject({
      reason: 'CRYPTO_CONSTRAINTS_FAILURE',
      certificateIndex: 1,
    });
  });
});

describe('no path', () => {
  it('leads to an anchor of the right name and another key', () => {
    const impostor = issueCa({ name: 'Root' });
    const anchors = [trustAnchorFrom(impostor.certificate)];
    expect(validate(leaf, [sub], { anchors })).toMatchObject({
      kind: 'invalid',
      reason: 'NO_CERTIFICATE_CHAIN_FOUND',
      path: null,
    });
  });

  it('leads through an issuer of the right name and another key', () => {
    const impostor = issueCa({ name: 'Sub', issuer: root });
    expect(validate(leaf, [impostor])).toMatchObject({ reason: 'NO_CERTIFICATE_CHAIN_FOUND' });
  });

  it('leads through an issuer of the right key and another name', () => {
    const renamed = issueCa({ name: 'Sub2', issuer: root, privateKey: sub.privateKey });
    expect(validate(leaf, [renamed])).toMatchObject({ reason: 'NO_CERTIFICATE_CHAIN_FOUND' });
  });

  it('exists without anchors', () => {
    expect(validate(leaf, [sub, root], { anchors: [] })).toMatchObject({
      reason: 'NO_CERTIFICATE_CHAIN_FOUND',
    });
  });

  it('goes round in a loop of two CAs that certify each other', () => {
    const [a, b] = [issueCa({ name: 'A' }), issueCa({ name: 'B' })];
    const aByB = issueCa({ name: 'A', issuer: b, privateKey: a.privateKey });
    const bByA = issueCa({ name: 'B', issuer: a, privateKey: b.privateKey });
    const victim = issueTo({ name: 'Victim', issuer: a });
    expect(validate(victim, [aByB, bByA, a, b])).toMatchObject({
      reason: 'NO_CERTIFICATE_CHAIN_FOUND',
    });
  });

  it('is deeper than ten certificates', () => {
    const chain = [issueCa({ name: 'CA 1', issuer: root })];
    for (let i = 2; i <= 10; i++) chain.push(issueCa({ name: `CA ${i}`, issuer: last(chain) }));
    expect(validate(issueTo({ name: 'At ten', issuer: last(chain.slice(0, 9)) }), chain).kind).toBe(
      'valid',
    );
    expect(validate(issueTo({ name: 'At eleven', issuer: last(chain) }), chain)).toMatchObject({
      reason: 'NO_CERTIFICATE_CHAIN_FOUND',
    });
  });

  function last(chain: readonly Identity[]): Identity {
    return chain.at(-1) ?? root;
  }
});

describe('a path is refused', () => {
  it.each([
    ['no basic constraints', [keyUsage('keyCertSign')]],
    ['CA:FALSE', [basicConstraints({ ca: false, pathLength: null }), keyUsage('keyCertSign')]],
    ['no keyCertSign', [basicConstraints({ ca: true, pathLength: null }), keyUsage('cRLSign')]],
    [
      'name constraints',
      [
        basicConstraints({ ca: true, pathLength: null }),
        keyUsage('keyCertSign'),
        { oid: OID.nameConstraints, isCritical: false, value: derSequence() },
      ],
    ],
    [
      'an unknown critical extension',
      [
        basicConstraints({ ca: true, pathLength: null }),
        keyUsage('keyCertSign'),
        { oid: '1.2.3.4', isCritical: true, value: derSequence() },
      ],
    ],
  ])('through an issuer with %s', (_name, extensions) => {
    const issuer = issueCa({ name: 'Issuer', issuer: root, extensions });
    const target = issueTo({ name: 'Target', issuer });
    expect(validate(target, [issuer])).toMatchObject({
      reason: 'CHAIN_CONSTRAINTS_FAILURE',
      certificateIndex: 1,
    });
  });

  it('below a path length of 0, but not for a self-issued certificate', () => {
    const zero = issueCa({ name: 'Zero', issuer: root }, 0);
    const below = issueCa({ name: 'Below', issuer: zero });
    const target = issueTo({ name: 'Target', issuer: below });
    expect(validate(target, [below, zero])).toMatchObject({ reason: 'CHAIN_CONSTRAINTS_FAILURE' });

    const newKeyOfZero = issueCa({ name: 'Zero', issuer: zero });
    const other = issueTo({ name: 'Other', issuer: newKeyOfZero });
    expect(validate(other, [newKeyOfZero, zero]).kind).toBe('valid');
  });

  it('signed with an RSA key of 1,024 bits', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1_024 });
    const weak = issueCa({ name: 'Weak', issuer: root, privateKey });
    const target = issueTo({ name: 'Target', issuer: weak });
    expect(validate(target, [weak])).toMatchObject({ reason: 'CRYPTO_CONSTRAINTS_FAILURE' });
  });
});

describe('a hostile crowd of certificates', () => {
  it('is refused above a hundred', () => {
    const crowd = Array<Identity>(101).fill(sub);
    expect(validate(leaf, crowd)).toMatchObject({ reason: 'CERTIFICATE_CHAIN_GENERAL_FAILURE' });
  });

  it('uses up the budget of signature checks and gets no verdict', () => {
    const crowd = Array.from({ length: 20 }, () => issueCa({ name: 'Crowd' }));
    const target = issueTo({ name: 'Target', issuer: issueCa({ name: 'Crowd' }) });
    const limits = { ...PATH_LIMITS, maxSignatureChecks: 19 };
    expect(validate(target, crowd, { limits })).toMatchObject({
      reason: 'CERTIFICATE_CHAIN_GENERAL_FAILURE',
    });
    expect(validate(target, crowd)).toMatchObject({ reason: 'NO_CERTIFICATE_CHAIN_FOUND' });
  });

  it('of many ways through the same names ends within its budget of steps', () => {
    // Ten levels of two certificates each that differ in their serial numbers only: 2¹⁰ paths.
    const keys = Array.from({ length: 10 }, () => newKey());
    const level = (i: number, serialNumber: number): Identity => {
      const issuer = keys[i + 1];
      return issueCa({
        name: `Level ${i}`,
        serialNumber,
        ...(keys[i] === undefined ? {} : { privateKey: keys[i] }),
        issuer: issueCa({
          name: `Level ${i + 1}`,
          ...(issuer === undefined ? {} : { privateKey: issuer }),
        }),
      });
    };
    const crowd = keys.flatMap((_key, i) => [level(i, 1), level(i, 2)]);
    const target = issueTo({ name: 'Target', issuer: level(0, 1) });
    expect(validate(target, crowd, { limits: { ...PATH_LIMITS, maxDepth: 99 } })).toMatchObject({
      reason: 'CERTIFICATE_CHAIN_GENERAL_FAILURE',
    });
  });
});

describe('a trust anchor', () => {
  it('is restated by a certificate of its name and key, whatever else it says', () => {
    const anchor = trustAnchorFrom(root.certificate);
    const renewed = issueCa({ name: 'Root', privateKey: root.privateKey, serialNumber: 7 });
    const certificates: readonly Certificate[] = [
      root.certificate,
      renewed.certificate,
      parseCertificate(root.certificate.der),
    ];
    for (const certificate of certificates) expect(restates(certificate, anchor)).toBe(true);
    for (const { certificate } of [sub, issueCa({ name: 'Root' })])
      expect(restates(certificate, anchor)).toBe(false);
  });
});
