import { describe, expect, it } from '@jest/globals';
import { utf8 } from '../../src/base/bytes.js';
import { basicConstraints, keyUsage } from '../../src/signing/certificate-builder.js';
import { certificateHolder } from '../../src/signing/certificate-holder.js';
import { validateCertificatePath } from '../../src/signing/certificate-path.js';
import {
  der,
  derInteger,
  derNull,
  derOid,
  derPrintableString,
  derSequence,
} from '../../src/signing/der-writer.js';
import { derName } from '../../src/signing/distinguished-name.js';
import { OID } from '../../src/signing/oids.js';
import { qcClaims } from '../../src/signing/qc-statements.js';
import { trustAnchorFrom } from '../../src/signing/trust-anchor.js';
import { issueCa, issueTo, NOW } from './support/test-pki.js';

const root = issueCa({ name: 'Root' });

const statement = (oid: string, ...information: readonly Uint8Array[]) =>
  derSequence(derOid(oid), ...information);

function certificateWith(
  statements: readonly Uint8Array[],
  options: { isCritical?: boolean; subject?: Uint8Array } = {},
) {
  const { isCritical = false, subject = derName([['CN', 'Holder']]) } = options;
  const value = derSequence(...statements);
  const extensions = [keyUsage('nonRepudiation'), { oid: OID.qcStatements, isCritical, value }];
  return issueTo({ name: '', subject, issuer: root, extensions }).certificate;
}

const ALL = [
  statement(OID.qcCompliance),
  statement(
    OID.qcLimitValue,
    derSequence(derPrintableString('EUR'), derInteger(250), derInteger(3)),
  ),
  statement(OID.qcRetentionPeriod, derInteger(20)),
  statement(OID.qcSscd),
  statement(
    OID.qcPds,
    derSequence(derSequence(der(0x16, utf8('https://example.com/pds')), derPrintableString('en'))),
  ),
  statement(OID.qcType, derSequence(derOid(OID.qcTypeSeal), derOid('1.2.3'))),
  statement(OID.qcCcLegislation, derSequence(derPrintableString('CH'))),
  statement(OID.qcIdentMethod, derSequence(derOid('0.4.0.1862.1.8.1'))),
  statement(OID.qcQscdLegislation, derSequence(derPrintableString('CH'))),
  statement(OID.qcSyntaxV2, derSequence(derOid(OID.semanticsLegal))),
];

describe('QCStatements', () => {
  it('are read into what the certificate claims', () => {
    expect(qcClaims(certificateWith(ALL))).toEqual({
      compliance: true,
      keyInDevice: true,
      types: ['seal', '1.2.3'],
      countries: ['CH'],
      deviceCountries: ['CH'],
      identificationMethods: ['0.4.0.1862.1.8.1'],
      limit: { currency: 'EUR', amount: 250n, exponent: 3 },
      retentionYears: 20,
      disclosures: [{ url: 'https://example.com/pds', language: 'en' }],
      semantics: OID.semanticsLegal,
      notUnderstood: [],
    });
    expect(qcClaims(root.certificate)).toBeNull();
  });

  it('are read with a currency by its number', () => {
    const sum = derSequence(derInteger(978), derInteger(5), derInteger(-2));
    expect(qcClaims(certificateWith([statement(OID.qcLimitValue, sum)]))?.limit).toEqual({
      currency: '978',
      amount: 5n,
      exponent: -2,
    });
  });

  it('that are unknown or cannot be read are named, and claim nothing', () => {
    const claims = qcClaims(
      certificateWith([
        statement('1.2.3.4', derNull()),
        statement(OID.qcCompliance, derNull()),
        statement(OID.qcRetentionPeriod),
        statement(OID.qcCcLegislation, derSequence(derPrintableString('Schweiz'))),
        statement(OID.qcLimitValue, derSequence(derInteger(1), derInteger(1), derInteger(99))),
        statement(OID.qcPds, derSequence(derSequence(der(0x16, utf8('a b')), derNull()))),
        statement(OID.qcSscd),
      ]),
    );
    expect(claims).toMatchObject({
      compliance: false,
      keyInDevice: true,
      retentionYears: null,
      countries: [],
      limit: null,
      disclosures: [],
    });
    expect(claims?.notUnderstood).toEqual([
      '1.2.3.4',
      OID.qcCompliance,
      OID.qcRetentionPeriod,
      OID.qcCcLegislation,
      OID.qcLimitValue,
      OID.qcPds,
    ]);
  });

  it('may be critical where each of them is known', () => {
    const verdictOf = (statements: readonly Uint8Array[]) =>
      validateCertificatePath({
        target: certificateWith(statements, { isCritical: true }),
        intermediates: [],
        anchors: [trustAnchorFrom(root.certificate)],
        at: NOW,
      });
    expect(verdictOf(ALL).kind).toBe('valid');
    expect(verdictOf([...ALL, statement('1.2.3.4')])).toMatchObject({
      reason: 'CHAIN_CONSTRAINTS_FAILURE',
      detail: 'has a critical extension that is not understood',
    });
  });
});

describe('the holder of a certificate', () => {
  const holderOf = (...names: Parameters<typeof derName>[0]) =>
    certificateHolder(certificateWith([statement(OID.qcCompliance)], { subject: derName(names) }));

  it('is a person, by name or by number', () => {
    const identifier = { type: 'PNO', country: 'BE', value: '85073003328' };
    expect(holderOf(['CN', 'x'], ['serialNumber', 'PNOBE-85073003328'])).toEqual({
      kind: 'natural-person',
      identifier,
    });
    expect(holderOf(['givenName', 'x'], ['serialNumber', '7'])).toEqual({
      kind: 'natural-person',
      identifier: null,
    });
    // Of an organization, but a person.
    expect(holderOf(['pseudonym', 'x'], ['organizationIdentifier', 'NTRGB-12345678']).kind).toBe(
      'natural-person',
    );
  });

  it('is an organization, by its number', () => {
    expect(holderOf(['O', 'x'], ['organizationIdentifier', 'NTRGB-12345678'])).toEqual({
      kind: 'legal-person',
      identifier: { type: 'NTR', country: 'GB', value: '12345678' },
    });
    expect(holderOf(['O', 'x'], ['organizationIdentifier', 'GB:GB-1']).identifier?.type).toBe(
      'GB:',
    );
    expect(holderOf(['O', 'x'], ['organizationIdentifier', '1']).identifier).toBeNull();
  });

  it('is said by the semantics of its identifiers, or is not said', () => {
    const subject = derName([['CN', 'x']]);
    const kindOf = (semantics: string) => {
      const statements = [statement(OID.qcSyntaxV2, derSequence(derOid(semantics)))];
      return certificateHolder(certificateWith(statements, { subject })).kind;
    };
    expect(kindOf(OID.semanticsNatural)).toBe('natural-person');
    expect(kindOf(OID.semanticsLegal)).toBe('legal-person');
    expect(kindOf('1.2.3')).toBeNull();
  });
});

describe('a critical extension', () => {
  it('that is not understood fails the target as it fails a CA', () => {
    const odd = { oid: '1.2.3.4', isCritical: true, value: derNull() };
    const target = issueTo({ name: 'Leaf', issuer: root, extensions: [odd] }).certificate;
    const extensions = [basicConstraints({ ca: true, pathLength: null }), odd];
    const ca = issueCa({ name: 'CA', issuer: root, extensions });
    const below = issueTo({ name: 'Leaf', issuer: ca }).certificate;
    const anchors = [trustAnchorFrom(root.certificate)];
    const request = { intermediates: [ca.certificate], anchors, at: NOW };
    for (const [at, certificate] of [target, below].entries())
      expect(validateCertificatePath({ ...request, target: certificate })).toMatchObject({
        reason: 'CHAIN_CONSTRAINTS_FAILURE',
        certificateIndex: at,
      });
  });
});
