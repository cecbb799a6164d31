import { describe, expect, it } from '@jest/globals';
import { utf8 } from '../../src/base/bytes.js';
import { readDer } from '../../src/signing/der-reader.js';
import { der, derOid, derSequence } from '../../src/signing/der-writer.js';
import { isIdOf, readCertificateId } from '../../src/signing/ocsp-certificate-id.js';
import { encodeOcspRequest } from '../../src/signing/ocsp-request.js';
import { OID } from '../../src/signing/oids.js';
import { revocationPlaces } from '../../src/signing/revocation-places.js';
import { at, encode, treeOf } from './support/der-tree.js';
import { issueCa, issueTo } from './support/test-pki.js';

const root = issueCa({ name: 'Root' });
const uri = (text: string) => der(0x86, utf8(text));
const point = (...names: readonly Uint8Array[]) => derSequence(der(0xa0, der(0xa0, ...names)));

describe('a certificate', () => {
  it('says where to ask about it', () => {
    const extensions = [
      {
        oid: OID.cRLDistributionPoints,
        value: derSequence(point(uri('http://a/1'), uri('ldap://a')), point(uri('http://a/2'))),
      },
      { oid: OID.freshestCRL, value: derSequence(point(uri('http://a/d'))) },
      {
        oid: OID.authorityInfoAccess,
        value: derSequence(
          derSequence(derOid(OID.accessOcsp), uri('http://a/ocsp')),
          derSequence(derOid(OID.accessCaIssuers), uri('http://a/ca')),
          derSequence(derOid(OID.accessOcsp), der(0x82, utf8('a'))),
        ),
      },
    ].map((extension) => ({ ...extension, isCritical: false }));
    const { certificate } = issueTo({ name: 'Leaf', issuer: root, extensions });
    expect(revocationPlaces(certificate)).toEqual({
      crls: ['http://a/1', 'http://a/2'],
      deltaCrls: ['http://a/d'],
      ocsp: ['http://a/ocsp'],
    });
    const nowhere = { crls: [], deltaCrls: [], ocsp: [] };
    expect(revocationPlaces(root.certificate)).toEqual(nowhere);
  });
});

describe('an OCSP request', () => {
  it.each(['sha1', 'sha256'] as const)('names one certificate, by %s, and a nonce', (hash) => {
    const { certificate } = issueTo({ name: 'Leaf', issuer: root, serialNumber: 200 });
    const nonce = Uint8Array.from({ length: 16 }, (_, i) => i);
    const issuer = root.certificate;
    const request = treeOf(encodeOcspRequest({ certificate, issuer, nonce, hash }));
    const id = readCertificateId(readDer(encode(at(request, 0, 0, 0, 0))));
    expect(isIdOf(id, certificate, issuer.subjectPublicKeyInfo)).toBe(true);
    expect(isIdOf(id, issuer, issuer.subjectPublicKeyInfo)).toBe(false);
    expect(at(request, 0, 1, 0, 0, 1).content).toEqual(Uint8Array.of(4, 16, ...nonce));
    const plain = treeOf(encodeOcspRequest({ certificate, issuer, hash }));
    expect(at(plain, 0).children).toHaveLength(1);
  });
});
