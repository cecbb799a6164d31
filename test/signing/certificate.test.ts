import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toHex } from '../../src/base/bytes.js';
import { parseInstant } from '../../src/base/time.js';
import { SIGNATURE_ALGORITHMS } from '../../src/signing/algorithms.js';
import {
  basicConstraints,
  certificateToBeSigned,
  completeCertificate,
  keyUsage,
} from '../../src/signing/certificate-builder.js';
import { usageFlaw } from '../../src/signing/certificate-usage.js';
import {
  type Certificate,
  isSelfIssued,
  isSignedBy,
  parseCertificate,
  publicKeyOf,
} from '../../src/signing/certificate.js';
import {
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derSequence,
} from '../../src/signing/der-writer.js';
import { derName, displayName, nameAttribute } from '../../src/signing/distinguished-name.js';
import { OID } from '../../src/signing/oids.js';
import { SigningError } from '../../src/signing/signing-error.js';
import { at, copyOf, encode, type Tree, treeOf } from './support/der-tree.js';
import { issueCa, issueTo, newKey, NOW, publicKeyInfo, yearsFromNow } from './support/test-pki.js';

const MALFORMED: unknown = expect.objectContaining({ code: 'CERTIFICATE_MALFORMED' });
const root = issueCa({ name: 'Root' }, 3);
const leaf = issueTo({ name: 'Leaf', issuer: root, serialNumber: 200 });

describe('a certificate', () => {
  it('is read as it was ordered', () => {
    const { extensions, ...rest } = root.certificate;
    expect(rest).toMatchObject({ notBefore: yearsFromNow(-1), notAfter: yearsFromNow(1) });
    expect(displayName(rest.subject)).toBe('CN=Root');
    expect(extensions).toMatchObject({
      basicConstraints: { ca: true, pathLength: 3 },
      keyUsage: new Set(['keyCertSign', 'cRLSign']),
      extKeyUsage: null,
      authorityKeyIdentifier: null,
      qcStatements: [],
      unknownCriticalExtensions: [],
    });
    expect(extensions.subjectKeyIdentifier).toHaveLength(20);
    expect(isSelfIssued(root.certificate)).toBe(true);
    expect(isSelfIssued(leaf.certificate)).toBe(false);
    expect(toHex(leaf.certificate.serialNumber)).toBe('00c8');
  });

  it('says the same to us as to OpenSSL', () => {
    for (const { certificate } of [root, leaf]) {
      const theirs = new X509Certificate(certificate.der);
      expect(theirs.ca).toBe(certificate.extensions.basicConstraints?.ca ?? false);
      expect(BigInt(`0x${theirs.serialNumber}`)).toBe(
        BigInt(`0x${toHex(certificate.serialNumber)}`),
      );
      expect(Date.parse(theirs.validTo)).toBe(certificate.notAfter);
      expect(theirs.fingerprint256.replaceAll(':', '').toLowerCase()).toBe(
        toHex(certificate.sha256),
      );
      expect(theirs.verify(publicKeyOf(root.certificate).key)).toBe(true);
    }
  });

  it('is signed by its issuer and by nobody else', () => {
    expect(isSignedBy(leaf.certificate, publicKeyOf(root.certificate))).toBe(true);
    expect(isSignedBy(leaf.certificate, publicKeyOf(leaf.certificate))).toBe(false);
  });

  it('lists unknown critical extensions', () => {
    const { certificate } = issueTo({
      name: 'Odd',
      extensions: [
        { oid: '1.2.3.4', isCritical: true, value: derNull() },
        { oid: '1.2.3.5', isCritical: false, value: derNull() },
        { oid: OID.policyConstraints, isCritical: true, value: derSequence() },
      ],
    });
    expect(certificate.extensions.unknownCriticalExtensions).toEqual(['1.2.3.4']);
  });

  it('gives the ids of its qualified-certificate statements', () => {
    const statements = derSequence(
      derSequence(derOid('0.4.0.1862.1.1')),
      derSequence(derOid('0.4.0.1862.1.6'), derSequence(derOid('0.4.0.1862.1.6.2'))),
    );
    const { certificate } = issueTo({
      name: 'Qualified',
      extensions: [{ oid: OID.qcStatements, isCritical: false, value: statements }],
    });
    expect(certificate.extensions.qcStatements).toEqual(['0.4.0.1862.1.1', '0.4.0.1862.1.6']);
  });

  it('can be read with an algorithm or key that we do not know, which then vouch for nothing', () => {
    const tree = treeOf(leaf.certificate.der);
    const ed25519: Tree = treeOf(derSequence(derOid('1.3.101.112')));
    at(tree, 0).children[2] = ed25519;
    tree.children[1] = ed25519;
    const certificate = parseCertificate(encode(tree));
    expect(certificate.signatureAlgorithm).toBeNull();
    expect(isSignedBy(certificate, publicKeyOf(root.certificate))).toBe(false);
  });

  it('survives whatever is done to its bytes: read, or refused as malformed', () => {
    const original = leaf.certificate.der;
    fc.assert(
      fc.property(fc.nat(original.length - 1), fc.nat(255), (position, byte) => {
        const bytes = original.slice();
        bytes[position] = byte;
        const certificate = parsedOrNull(bytes);
        const isGenuine =
          certificate !== null && isSignedBy(certificate, publicKeyOf(root.certificate));
        expect(isGenuine).toBe(byte === original[position]);
      }),
      { numRuns: 2_000 },
    );
  });

  function parsedOrNull(bytes: Uint8Array): Certificate | null {
    try {
      return parseCertificate(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(SigningError);
      expect(error).toMatchObject({ code: 'CERTIFICATE_MALFORMED' });
      return null;
    }
  }
});

describe('a malformed certificate', () => {
  const extensionsOf = (tree: Tree): Tree => at(tree, 0, -1, 0);
  const cases: readonly (readonly [name: string, bend: (tree: Tree) => void])[] = [
    ['version 1', (tree) => at(tree, 0).children.shift()],
    ['version 2', (tree) => (at(tree, 0, 0, 0).content = Uint8Array.of(1))],
    [
      'another algorithm outside than inside',
      (tree) => {
        at(tree, 1).children = [treeOf(derOid(OID.ecdsaWithSha384))];
      },
    ],
    ['an extension twice', (tree) => extensionsOf(tree).children.push(at(extensionsOf(tree), 0))],
    [
      'an extension that is not DER',
      (tree) => {
        at(extensionsOf(tree), 0, -1).content = Uint8Array.of(0x30, 0x80, 0, 0);
      },
    ],
    ['rubbish after the extensions', (tree) => at(tree, 0).children.push(treeOf(derNull()))],
    ['rubbish after the signature', (tree) => tree.children.push(treeOf(derNull()))],
    ['an empty part of a name', (tree) => (at(tree, 0, 5, 0).children = [])],
    [
      'a date that does not exist',
      (tree) => {
        at(tree, 0, 4, 0).content = Buffer.from('260230000000Z');
      },
    ],
    ['only one date', (tree) => at(tree, 0, 4).children.pop()],
    [
      'a signature that is not of whole bytes',
      (tree) => {
        at(tree, 2).content = Uint8Array.of(1, 2);
      },
    ],
  ];

  it.each(cases)('is refused: %s', (_name, bend) => {
    const tree = copyOf(treeOf(leaf.certificate.der));
    expect(encode(tree)).toEqual(Buffer.from(leaf.certificate.der));
    bend(tree);
    expect(() => parseCertificate(encode(tree))).toThrow(MALFORMED);
  });

  it('is refused: an empty extended key usage', () => {
    const extensions = [{ oid: OID.extKeyUsage, isCritical: true, value: derSequence() }];
    expect(() => issueTo({ name: 'Empty', extensions })).toThrow(MALFORMED);
  });
});

describe('the key of a certificate', () => {
  const withKey = (subjectPublicKeyInfo: Uint8Array): Certificate => {
    const name = derName([['CN', 'Key']]);
    const signatureAlgorithm = SIGNATURE_ALGORITHMS['ecdsa-sha256'];
    const toBeSigned = certificateToBeSigned({
      serialNumber: Uint8Array.of(1),
      issuer: name,
      subject: name,
      notBefore: NOW,
      notAfter: NOW,
      subjectPublicKeyInfo,
      extensions: [keyUsage('digitalSignature')],
      signatureAlgorithm,
    });
    return parseCertificate(completeCertificate(toBeSigned, signatureAlgorithm, new Uint8Array(8)));
  };
  const bent = (bend: (tree: Tree) => void, kind?: 'RSA-2048'): Uint8Array => {
    const tree = treeOf(publicKeyInfo(newKey(kind)));
    bend(tree);
    return encode(tree);
  };
  const evenExponent = derSequence(derInteger(2n ** 2047n + 1n), derInteger(65_536));
  const longExponent = derSequence(derInteger(2n ** 2047n + 1n), derInteger(2n ** 64n + 1n));
  const longModulus = derSequence(derInteger(2n ** 8192n + 1n), derInteger(65_537));
  const bits = (der: Uint8Array): Uint8Array => Buffer.concat([Buffer.of(0), der]);

  it.each([
    ['of an unknown kind', bent((tree) => (at(tree, 0).children = [treeOf(derOid('1.2.3'))]))],
    ['on an unknown curve', bent((tree) => (at(tree, 0).children[1] = treeOf(derOid('1.2.3'))))],
    [
      'that is a compressed point',
      bent((tree) => {
        const point = at(tree, 1);
        const x = point.content?.subarray(2, 34) ?? new Uint8Array();
        point.content = Buffer.concat([Buffer.of(0, 2), x]);
      }),
    ],
    [
      'that is a point off the curve',
      bent((tree) => {
        at(tree, 1).content = Buffer.concat([Buffer.of(0, 4), Buffer.alloc(64, 1)]);
      }),
    ],
    [
      'with RSA parameters',
      bent((tree) => (at(tree, 0).children[1] = treeOf(derInteger(1))), 'RSA-2048'),
    ],
    [
      'with an even exponent',
      bent((tree) => (at(tree, 1).content = bits(evenExponent)), 'RSA-2048'),
    ],
    [
      'with a long exponent',
      bent((tree) => (at(tree, 1).content = bits(longExponent)), 'RSA-2048'),
    ],
    [
      'with a modulus above 8,192 bits',
      bent((tree) => (at(tree, 1).content = bits(longModulus)), 'RSA-2048'),
    ],
    [
      'that is no key at all',
      derSequence(derSequence(derOid(OID.ecPublicKey)), derOctetString(new Uint8Array(2))),
    ],
  ])('is refused when used: one %s', (_name, subjectPublicKeyInfo) => {
    const certificate = withKey(subjectPublicKeyInfo);
    expect(() => publicKeyOf(certificate)).toThrow(
      expect.objectContaining({ code: 'KEY_UNSUPPORTED' }),
    );
  });
});

describe('what a certificate may be used for', () => {
  const flawOf = (...extensions: Parameters<typeof issueTo>[0]['extensions'] & object[]) =>
    usageFlaw(issueTo({ name: 'User', extensions }).certificate);
  const purposes = (...oids: string[]) => {
    return { oid: OID.extKeyUsage, isCritical: true, value: derSequence(...oids.map(derOid)) };
  };
  const timeStamping = '1.3.6.1.5.5.7.3.8';

  it('is documents, if its key usage says so and no extended usage says otherwise', () => {
    expect(flawOf(keyUsage('digitalSignature'))).toBeNull();
    expect(flawOf(keyUsage('nonRepudiation'))).toBeNull();
    expect(flawOf(keyUsage('nonRepudiation'), purposes(OID.documentSigning))).toBeNull();
    expect(
      flawOf(keyUsage('nonRepudiation'), purposes(timeStamping, OID.emailProtection)),
    ).toBeNull();
  });

  it('is not documents without key usage, with another one, or for time-stamps only', () => {
    expect(flawOf(basicConstraints({ ca: false, pathLength: null }))).toMatch('key usage');
    expect(flawOf(keyUsage('keyEncipherment'))).toMatch('key usage');
    expect(flawOf(keyUsage('nonRepudiation'), purposes(timeStamping))).toMatch('extended');
  });
});

describe('a distinguished name for people', () => {
  const display = (value: string): string => {
    const { certificate } = issueTo({ name: value });
    return displayName(certificate.subject);
  };

  it('is RFC 4514 text, most specific first', () => {
    const url = new URL('../vectors/pkits/certs/GoodCACert.crt', import.meta.url);
    const { subject, notAfter } = parseCertificate(readFileSync(url));
    expect(displayName(subject)).toBe('CN=Good CA,O=Test Certificates 2011,C=US');
    expect(nameAttribute(subject, 'C')).toBe('US');
    expect(nameAttribute(subject, 'OU')).toBeNull();
    expect(notAfter).toBe(parseInstant('2030-12-31T08:30:00.000Z'));
  });

  it.each([
    ['a,b+c;d', String.raw`CN=a\,b\+c\;d`],
    [' #x ', String.raw`CN=\ #x\ `],
    ['#x', String.raw`CN=\#x`],
    ['say "<hi>"\\', String.raw`CN=say \"\<hi\>\"` + '\\\\'],
    ['line\nfeed', String.raw`CN=line\0afeed`],
    ['\u202Eright to left', String.raw`CN=\e2\80\aeright to left`],
    ['zero\u200Bwidth', String.raw`CN=zero\e2\80\8bwidth`],
    ['Zoë 株式会社', 'CN=Zoë 株式会社'],
  ])('shows %j as %s', (value, shown) => {
    expect(display(value)).toBe(shown);
  });

  it('is cut when it is long', () => {
    expect(display('x'.repeat(2_000))).toHaveLength(513);
    const wide = display('𝄞'.repeat(2_000));
    expect(Array.from(wide)).toHaveLength(513);
    expect(wide.isWellFormed()).toBe(true);
  });

  it('shows the bytes of what is not a string it can read', () => {
    const tree = treeOf(derName([['CN', 'AB']]));
    const show = (tag: number, content: Uint8Array): string => {
      Object.assign(at(tree, 0, 0, 1), { tag, content });
      return displayName(parseCertificate(withSubject(encode(tree))).subject);
    };
    expect(show(0x14, Buffer.from('AB'))).toBe('CN=#14024142');
    expect(show(0x0c, Buffer.of(0xff, 0xfe))).toBe('CN=#0c02fffe');
    expect(show(0x1e, Buffer.of(0, 0x41, 0, 0x42))).toBe('CN=AB');
    expect(show(0x1e, Buffer.of(0xd8, 0x00))).toBe('CN=#1e02d800');
    expect(show(0x1e, Buffer.of(0x41))).toBe('CN=#1e0141');
  });

  function withSubject(subject: Uint8Array): Uint8Array {
    const tree = treeOf(leaf.certificate.der);
    at(tree, 0).children[5] = treeOf(subject);
    return encode(tree);
  }
});
