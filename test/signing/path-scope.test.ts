/** Names that are spelt differently, policies, anchors for some purpose and time, and paths of the past. */
import { describe, expect, it } from '@jest/globals';
import type { UnixMillis } from '../../src/base/brand.js';
import { ALGORITHM_POLICY_2026_11 } from '../../src/signing/algorithm-policy.js';
import {
  basicConstraints,
  type Extension,
  keyUsage,
} from '../../src/signing/certificate-builder.js';
import {
  pathsInThePast,
  type PathRequest,
  validateCertificatePath,
} from '../../src/signing/certificate-path.js';
import { readDer } from '../../src/signing/der-reader.js';
import { der, derOid, derSequence, derSetOf } from '../../src/signing/der-writer.js';
import { NAME_ATTRIBUTES, readName, sameName } from '../../src/signing/distinguished-name.js';
import { OID } from '../../src/signing/oids.js';
import { trustAnchorFrom, type TrustScope } from '../../src/signing/trust-anchor.js';
import { type Identity, issueCa, issueTo, NOW, yearsFromNow } from './support/test-pki.js';

const root = issueCa({ name: 'Root' });
const sub = issueCa({ name: 'Sub', issuer: root });
const leaf = issueTo({ name: 'Leaf', issuer: sub });
const anchor = trustAnchorFrom(root.certificate);

function request(
  target: Identity,
  intermediates: readonly Identity[],
  options: Partial<PathRequest> = {},
): PathRequest {
  return {
    target: target.certificate,
    intermediates: intermediates.map(({ certificate }) => certificate),
    anchors: [anchor],
    at: NOW,
    ...options,
  };
}

describe('names', () => {
  const UTF8 = 0x0c;
  const PRINTABLE = 0x13;
  const BMP = 0x1e;
  const named = (tag: number, text: string, encoding: BufferEncoding = 'utf8') => {
    const content = Buffer.from(text, encoding);
    const value = der(tag, new Uint8Array(tag === BMP ? content.swap16() : content));
    return readName(
      readDer(derSequence(derSetOf([derSequence(derOid(NAME_ATTRIBUTES.CN), value)]))),
    );
  };

  it.each([
    ['case', named(UTF8, 'Bank AG'), named(UTF8, 'bank ag'), true],
    ['spaces', named(UTF8, 'Bank AG'), named(UTF8, '  Bank   AG '), true],
    ['string types', named(PRINTABLE, 'Bank'), named(UTF8, 'bank'), true],
    ['UCS-2', named(BMP, 'Bänk', 'utf16le'), named(UTF8, 'BÄNK'), true],
    ['composed and combining letters', named(UTF8, 'Bänk'), named(UTF8, 'ba\u0308nk'), true],
    ['sharp s', named(UTF8, 'Straße'), named(UTF8, 'STRASSE'), true],
    ['invisible characters', named(UTF8, 'Ba\u00adn\u200bk'), named(UTF8, 'Bank'), true],
    ['other letters', named(UTF8, 'Bank'), named(UTF8, 'Bаnk'), false],
    ['an inner space', named(UTF8, 'Ban k'), named(UTF8, 'Bank'), false],
    ['text that is prohibited', named(UTF8, 'x\ue000'), named(UTF8, 'X\ue000'), false],
    ['a quote that ends the text', named(UTF8, 'a"\n2.5.4.3="b'), named(UTF8, 'a'), false],
  ])('are compared without regard to what does not count: %s', (_what, a, b, isSame) => {
    expect(sameName(a, b)).toBe(isSame);
    expect(sameName(b, a)).toBe(isSame);
    expect(sameName(a, a)).toBe(true);
  });

  it('chain where issuers are spelt differently by those whom they issued to', () => {
    const renamed = issueCa({ name: ' SUB', issuer: root, privateKey: sub.privateKey });
    expect(validateCertificatePath(request(leaf, [renamed])).kind).toBe('valid');
    const rootByAnotherSpelling = issueCa({ name: 'ROOT', privateKey: root.privateKey });
    const other = issueTo({ name: 'Leaf', issuer: rootByAnotherSpelling });
    expect(validateCertificatePath(request(other, [])).kind).toBe('valid');
  });
});

describe('certificate policies', () => {
  const policies = (...oids: readonly string[]): Extension => ({
    oid: OID.certificatePolicies,
    isCritical: false,
    value: derSequence(...oids.map((oid) => derSequence(derOid(oid)))),
  });
  const ca = [basicConstraints({ ca: true, pathLength: null }), keyUsage('keyCertSign')];
  const accepted = (...oids: readonly string[]) => ({
    policies: { initialPolicies: new Set(oids), requireExplicitPolicy: true },
  });

  it('are asked for where the caller wants one, or a CA does', () => {
    const issuer = issueCa({ name: 'P', issuer: root, extensions: [...ca, policies('1.2.3')] });
    const target = issueTo({ name: 'L', issuer, extensions: [policies('1.2.3', '1.2.4')] });
    const valid = (oid: string) =>
      validateCertificatePath(request(target, [issuer], accepted(oid))).kind;
    expect(valid('1.2.3')).toBe('valid');
    expect(valid('1.2.4')).toBe('invalid');
    expect(validateCertificatePath(request(leaf, [sub], accepted('1.2.3'))).kind).toBe('invalid');

    const demand = {
      oid: OID.policyConstraints,
      isCritical: true,
      value: derSequence(der(0x80, Uint8Array.of(0))),
    };
    const strict = issueCa({ name: 'S', issuer: root, extensions: [...ca, demand] });
    const without = issueTo({ name: 'L', issuer: strict });
    expect(validateCertificatePath(request(without, [strict]))).toMatchObject({
      reason: 'CHAIN_CONSTRAINTS_FAILURE',
    });
  });

  it('of hostile certificates do not grow without end (RFC 9618)', () => {
    // Each level maps every policy to every other: a tree would have 128¹⁰ nodes.
    const oids = Array.from({ length: 11 }, (_, at) => `1.2.3.${at}`);
    const mappings: Extension = {
      oid: OID.policyMappings,
      isCritical: false,
      value: derSequence(
        ...oids.flatMap((from) => oids.map((to) => derSequence(derOid(from), derOid(to)))),
      ),
    };
    const chain: Identity[] = [];
    for (let level = 0; level < 9; level++)
      chain.push(
        issueCa({
          name: `L${level}`,
          issuer: chain.at(-1) ?? root,
          extensions: [...ca, policies(...oids), mappings],
        }),
      );
    const target = issueTo({
      name: 'T',
      issuer: chain.at(-1) ?? root,
      extensions: [policies(...oids)],
    });
    const started = performance.now();
    const verdict = validateCertificatePath(request(target, chain, accepted('1.2.3.1')));
    expect(verdict.kind).toBe('valid');
    expect(performance.now() - started).toBeLessThan(1_000);
    const other = validateCertificatePath(request(target, chain, accepted('1.2.5')));
    expect(other.kind).toBe('invalid');
  });

  it('that are too many to read make the path fail', () => {
    const many = policies(...Array.from({ length: 129 }, (_, at) => `1.2.${at}`));
    const target = issueTo({ name: 'T', issuer: root, extensions: [many] });
    expect(validateCertificatePath(request(target, []))).toMatchObject({
      detail: 'has an extension that cannot be read',
    });
  });
});

describe('a trust anchor', () => {
  const scoped = (scope: Partial<TrustScope>) => [
    trustAnchorFrom(root.certificate, { purposes: null, from: null, until: null, ...scope }),
  ];

  it('ends paths for its purposes only', () => {
    const anchors = scoped({ purposes: new Set(['time-stamp']) });
    const kindFor = (options: Partial<PathRequest>) =>
      validateCertificatePath(request(leaf, [sub], { anchors, ...options })).kind;
    expect(kindFor({ purpose: 'time-stamp' })).toBe('valid');
    expect(kindFor({ purpose: 'signature' })).toBe('invalid');
    expect(kindFor({})).toBe('valid');
  });

  it('ends paths from its first instant to its last', () => {
    const anchors = scoped({ from: yearsFromNow(-0.5), until: yearsFromNow(0.5) });
    const verdictAt = (at: number) =>
      validateCertificatePath(request(leaf, [sub], { anchors, at: at as UnixMillis }));
    for (const at of [yearsFromNow(-0.5), NOW, yearsFromNow(0.5)])
      expect(verdictAt(at).kind).toBe('valid');
    for (const at of [yearsFromNow(-0.5) - 1, yearsFromNow(0.5) + 1])
      expect(verdictAt(at)).toMatchObject({ reason: 'NO_CERTIFICATE_CHAIN_FOUND', path: null });
  });

  it('has the fingerprint of its certificate', () => {
    expect(anchor.sha256).toEqual(root.certificate.sha256);
  });
});

describe('pathsInThePast', () => {
  const past = (target: Identity, ...intermediates: readonly Identity[]) =>
    pathsInThePast(request(target, intermediates));

  it('finds paths whose certificates have expired, if they were valid together', () => {
    const [notBefore, notAfter] = [yearsFromNow(-9), yearsFromNow(-5)];
    const old = issueCa({ name: 'Old', issuer: root, notBefore, notAfter });
    const target = issueTo({ name: 'T', issuer: old, notBefore, notAfter: yearsFromNow(-4) });
    expect(past(target, old)).toMatchObject({
      paths: [{ certificates: [target.certificate, old.certificate], anchor }],
      failure: null,
    });
    const late = issueTo({ name: 'T', issuer: old, notBefore: yearsFromNow(-3) });
    expect(past(late, old)).toMatchObject({
      paths: [],
      failure: { reason: 'CHAIN_CONSTRAINTS_FAILURE' },
    });
  });

  it('does not look at algorithms, and does at constraints', () => {
    const policy = { ...ALGORITHM_POLICY_2026_11, schemes: [] };
    expect(pathsInThePast(request(leaf, [sub], { policy })).paths).toHaveLength(1);
    const noCa = issueTo({ name: 'X', issuer: root });
    const target = issueTo({ name: 'T', issuer: noCa });
    expect(past(target, noCa).failure).toMatchObject({
      reason: 'CHAIN_CONSTRAINTS_FAILURE',
      certificateIndex: 1,
    });
  });

  it('gives every path, and says why there is none', () => {
    const again = issueCa({
      name: 'Sub',
      issuer: root,
      privateKey: sub.privateKey,
      serialNumber: 5,
    });
    expect(past(leaf, sub, again).paths).toHaveLength(2);
    expect(past(leaf)).toMatchObject({
      paths: [],
      failure: { reason: 'NO_CERTIFICATE_CHAIN_FOUND' },
    });
  });

  it('asks that the anchor was trusted while the certificates were valid', () => {
    const anchors = [
      trustAnchorFrom(root.certificate, { purposes: null, from: null, until: yearsFromNow(-2) }),
    ];
    expect(pathsInThePast(request(leaf, [sub], { anchors })).failure).toMatchObject({
      reason: 'CHAIN_CONSTRAINTS_FAILURE',
    });
  });
});

describe('ten thousand certificates', () => {
  it('are refused before any of them is looked at', () => {
    const intermediates = Array<Identity>(10_000).fill(sub);
    const started = performance.now();
    expect(validateCertificatePath(request(leaf, intermediates))).toMatchObject({
      reason: 'CERTIFICATE_CHAIN_GENERAL_FAILURE',
      detail: 'more than 100 certificates are offered',
    });
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it('of one name and different keys, as many as are let in, do not hide the right one', () => {
    const crowd = Array.from({ length: 40 }, (_, at) =>
      issueCa({ name: 'Sub', serialNumber: at + 1 }),
    );
    expect(validateCertificatePath(request(leaf, [...crowd, sub])).kind).toBe('valid');
  });
});
