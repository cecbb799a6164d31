/** Which names a CA may vouch for: every name of a certificate must be within, in the form that it has. */
import { describe, expect, it } from '@jest/globals';
import { utf8 } from '../../src/base/bytes.js';
import {
  basicConstraints,
  type Extension,
  keyUsage,
} from '../../src/signing/certificate-builder.js';
import { validateCertificatePath } from '../../src/signing/certificate-path.js';
import { der, derOid, derSequence, derSetOf, derUtf8String } from '../../src/signing/der-writer.js';
import { derName, NAME_ATTRIBUTES } from '../../src/signing/distinguished-name.js';
import { OID } from '../../src/signing/oids.js';
import { trustAnchorFrom } from '../../src/signing/trust-anchor.js';
import { type Identity, issueCa, issueTo, NOW } from './support/test-pki.js';

const root = issueCa({ name: 'Root' });

const dns = (text: string) => der(0x82, utf8(text));
const email = (text: string) => der(0x81, utf8(text));
const uri = (text: string) => der(0x86, utf8(text));
const ip = (...bytes: readonly number[]) => der(0x87, Uint8Array.from(bytes));
const directory = (...names: Parameters<typeof derName>) => der(0xa4, derName(...names));
/** UPN, as smart cards have it. */
const other = (text: string) =>
  der(0xa0, derOid('1.3.6.1.4.1.311.20.2.3'), der(0xa0, derUtf8String(text)));

interface Constraints {
  readonly permitted?: readonly Uint8Array[];
  readonly excluded?: readonly Uint8Array[];
}

function constraints({ permitted = [], excluded = [] }: Constraints): Extension {
  const subtrees = (tag: number, bases: readonly Uint8Array[]) =>
    bases.length === 0 ? [] : [der(tag, ...bases.map((base) => derSequence(base)))];
  return {
    oid: OID.nameConstraints,
    isCritical: true,
    value: derSequence(...subtrees(0xa0, permitted), ...subtrees(0xa1, excluded)),
  };
}

function caWith(limits: Constraints, issuer: Identity = root): Identity {
  const extensions = [
    basicConstraints({ ca: true, pathLength: null }),
    keyUsage('keyCertSign'),
    constraints(limits),
  ];
  return issueCa({ name: 'CA', issuer, extensions });
}

/** Whether a certificate with these names is accepted below the CA. */
function accepts(
  limits: Constraints,
  names: readonly Uint8Array[],
  subject: Uint8Array = derName([]),
): boolean {
  const ca = caWith(limits);
  const alternative = {
    oid: OID.subjectAltName,
    isCritical: true,
    value: derSequence(...names),
  };
  const extensions = [keyUsage('nonRepudiation'), ...(names.length === 0 ? [] : [alternative])];
  const leaf = issueTo({ name: '', subject, issuer: ca, extensions });
  const verdict = validateCertificatePath({
    target: leaf.certificate,
    intermediates: [ca.certificate],
    anchors: [trustAnchorFrom(root.certificate)],
    at: NOW,
  });
  if (verdict.kind === 'invalid') expect(verdict.reason).toBe('CHAIN_CONSTRAINTS_FAILURE');
  return verdict.kind === 'valid';
}

describe('a name constraint', () => {
  const cases: readonly (readonly [string, Uint8Array, Uint8Array, boolean])[] = [
    ['a host', dns('example.com'), dns('example.com'), true],
    ['a host below', dns('example.com'), dns('A.b.EXAMPLE.com'), true],
    ['a host that ends alike', dns('example.com'), dns('badexample.com'), false],
    ['only what is below', dns('.example.com'), dns('example.com'), false],
    ['any host', dns(''), dns('example.org'), true],
    ['a wildcard below', dns('example.com'), dns('*.example.com'), true],
    ['a wildcard above', dns('www.example.com'), dns('*.example.com'), false],
    ['a host that is none', dns('example.com'), dns('a..example.com'), false],
    ['a host with a NUL', dns('example.com'), dns('evil.org\0.example.com'), false],
    ['a mailbox', email('a@example.com'), email('a@EXAMPLE.com'), true],
    ['another mailbox', email('a@example.com'), email('A@example.com'), false],
    ['all mailboxes of a host', email('example.com'), email('b@example.com'), true],
    ['a mailbox of a host below', email('example.com'), email('b@x.example.com'), false],
    ['mailboxes below', email('.example.com'), email('b@x.example.com'), true],
    ['a mailbox with two @', email('example.com'), email('a@evil.org@example.com'), false],
    ['the host of a URI', uri('example.com'), uri('https://me@EXAMPLE.com:8443/x'), true],
    [
      'a URI that only looks like it',
      uri('example.com'),
      uri('https://example.com@evil.org'),
      false,
    ],
    ['a URI without a host', uri('example.com'), uri('urn:example.com'), false],
    ['a URI with an address', uri('.example.com'), uri('https://10.0.0.1/'), false],
    ['an address', ip(10, 0, 0, 0, 255, 0, 0, 0), ip(10, 9, 8, 7), true],
    ['another address', ip(10, 0, 0, 0, 255, 0, 0, 0), ip(11, 9, 8, 7), false],
    ['a mask with holes', ip(10, 0, 0, 0, 255, 0, 255, 0), ip(10, 0, 0, 7), false],
    [
      'an address of the other family',
      ip(10, 0, 0, 0, 255, 0, 0, 0),
      ip(...Array<number>(16).fill(1)),
      false,
    ],
    [
      'a name below',
      directory([
        ['C', 'BE'],
        ['O', 'Bank'],
      ]),
      directory([
        ['C', 'be'],
        ['O', ' BANK'],
        ['CN', 'x'],
      ]),
      true,
    ],
    [
      'another name',
      directory([
        ['C', 'BE'],
        ['O', 'Bank'],
      ]),
      directory([
        ['C', 'BE'],
        ['O', 'Banks'],
      ]),
      false,
    ],
    ['a form that we do not compare', other('a@b'), other('a@b'), false],
  ];
  it.each(cases)('permits or not: %s', (_what, base, name, isWithin) => {
    expect(accepts({ permitted: [base] }, [name])).toBe(isWithin);
  });

  it('of one form does not speak of another', () => {
    expect(accepts({ permitted: [dns('example.com')] }, [email('a@evil.org')])).toBe(true);
    expect(accepts({ excluded: [dns('example.com')] }, [email('a@example.com')])).toBe(true);
  });

  it('is kept by all names, not only by one', () => {
    const permitted = [dns('example.com')];
    expect(accepts({ permitted }, [dns('ok.example.com'), dns('example.com')])).toBe(true);
    expect(accepts({ permitted }, [dns('ok.example.com'), dns('evil.org')])).toBe(false);
  });

  it.each([
    ['a host', dns('example.com'), dns('www.example.com')],
    ['a wildcard that has one of them', dns('www.example.com'), dns('*.example.com')],
    ['what cannot be compared', dns('example.com'), dns('a..b')],
    ['a form that we do not compare', other('x'), other('y')],
    ['an address', ip(10, 0, 0, 0, 255, 0, 0, 0), ip(10, 1, 1, 1)],
    ['everything', directory([]), directory([['CN', 'x']])],
  ])('excludes %s', (_what, base, name) => {
    expect(accepts({ excluded: [base] }, [name])).toBe(false);
    expect(accepts({ permitted: [base], excluded: [base] }, [name])).toBe(false);
  });

  it('covers the subject, and the addresses in it', () => {
    const subject = derName([['CN', 'Evil']]);
    expect(accepts({ permitted: [directory([['O', 'Bank']])] }, [], subject)).toBe(false);
    const address = derSequence(
      derOid(NAME_ATTRIBUTES.emailAddress),
      der(0x16, utf8('a@evil.org')),
    );
    const withAddress = derSequence(derSetOf([address]));
    expect(accepts({ permitted: [email('example.com')] }, [], withAddress)).toBe(false);
    expect(accepts({ permitted: [email('evil.org')] }, [], withAddress)).toBe(true);
  });

  it('is narrowed further down, and never widened', () => {
    const upper = caWith({ permitted: [dns('example.com')] });
    const lower = caWith({ permitted: [dns('evil.org'), dns('a.example.com')] }, upper);
    const verdictOf = (name: string) => {
      const value = derSequence(dns(name));
      const extensions = [{ oid: OID.subjectAltName, isCritical: true, value }];
      const leaf = issueTo({ name: '', subject: derName([]), issuer: lower, extensions });
      return validateCertificatePath({
        target: leaf.certificate,
        intermediates: [lower.certificate, upper.certificate],
        anchors: [trustAnchorFrom(root.certificate)],
        at: NOW,
      }).kind;
    };
    expect(verdictOf('x.a.example.com')).toBe('valid');
    expect(verdictOf('evil.org')).toBe('invalid');
    expect(verdictOf('b.example.com')).toBe('invalid');
  });

  it('that cannot be read, or says too much, makes the path fail', () => {
    const minimum = derSequence(dns('example.com'), der(0x80, Uint8Array.of(1)));
    const odd = {
      oid: OID.nameConstraints,
      isCritical: true,
      value: derSequence(der(0xa0, minimum)),
    };
    for (const extension of [odd, { ...odd, value: derSequence() }]) {
      const extensions = [
        basicConstraints({ ca: true, pathLength: null }),
        keyUsage('keyCertSign'),
        extension,
      ];
      const ca = issueCa({ name: 'CA', issuer: root, extensions });
      const value = derSequence(dns('example.com'));
      const san = { oid: OID.subjectAltName, isCritical: true, value };
      const leaf = issueTo({ name: 'Leaf', issuer: ca, extensions: [san] });
      const request = { target: leaf.certificate, intermediates: [ca.certificate], at: NOW };
      const anchors = [trustAnchorFrom(root.certificate)];
      expect(validateCertificatePath({ ...request, anchors })).toMatchObject({
        reason: 'CHAIN_CONSTRAINTS_FAILURE',
      });
    }
  });

  it('is compared no more often than the budget allows', () => {
    const permitted = Array.from({ length: 1_000 }, (_, at) => dns(`h${at}.example.com`));
    const ca = caWith({ permitted });
    const names = Array.from({ length: 1_000 }, () => dns('h999.example.com'));
    const value = derSequence(...names);
    const extensions = [{ oid: OID.subjectAltName, isCritical: true, value }];
    const leaf = issueTo({ name: 'Leaf', issuer: ca, extensions });
    const verdict = validateCertificatePath({
      target: leaf.certificate,
      intermediates: [ca.certificate],
      anchors: [trustAnchorFrom(root.certificate)],
      at: NOW,
    });
    expect(verdict).toMatchObject({ reason: 'CERTIFICATE_CHAIN_GENERAL_FAILURE' });
  });
});
