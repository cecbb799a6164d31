import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { utf8 } from '../../src/base/bytes.js';
import { Secret } from '../../src/base/secret.js';
import { certificatesIn, privateKeyIn } from '../../src/keys/pem-key.js';
import { isCertificateOf, orderCertificates } from '../../src/keys/seal-material.js';
import {
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derSequence,
} from '../../src/signing/der-writer.js';
import { issueCa, issueTo, newKey, yearsFromNow } from '../signing/support/test-pki.js';

const vector = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(`test/vectors/pkcs12/${name}`));
const passphrase = new Secret('Lösung 7');
const WRONG: unknown = expect.objectContaining({ code: 'KEYS_PASSPHRASE_WRONG' });
const UNUSABLE: unknown = expect.objectContaining({ code: 'KEYS_SEAL_UNUSABLE' });

function pem(label: string, der: Uint8Array): Uint8Array {
  const base64 = Buffer.from(der).toString('base64');
  return utf8(`-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`);
}

describe('a private key in PEM', () => {
  it.each([
    ['ec-pbes2.key', 'ec.pem'],
    ['rsa-traditional.key', 'rsa.pem'],
  ])('as in %s opens with its passphrase and no other', (name, certificates) => {
    const key = privateKeyIn(vector(name), passphrase);
    const isOurs = isCertificateOf(createPublicKey(key));
    const { chain } = orderCertificates(isOurs, certificatesIn(vector(certificates)));
    expect(chain).toHaveLength(2);
    for (const other of [new Secret('Losung 7'), new Secret(''), null])
      expect(() => privateKeyIn(vector(name), other)).toThrow(WRONG);
  });

  it('may be in clear, and stand beside certificates', () => {
    const key = newKey();
    for (const type of ['pkcs8', 'sec1'] as const) {
      const text = key.export({ type, format: 'pem' });
      const file = Buffer.concat([vector('ec.pem'), Buffer.from(text)]);
      expect(privateKeyIn(file, null).equals(key)).toBe(true);
      expect(certificatesIn(file)).toHaveLength(3);
    }
  });

  it('is refused where there is none, more than one, or no key in it', () => {
    const text = Buffer.from(newKey().export({ type: 'pkcs8', format: 'pem' }));
    for (const file of [
      vector('ec.pem'),
      utf8(''),
      Buffer.concat([text, text]),
      pem('PRIVATE KEY', utf8('nothing')),
      pem('ENCRYPTED PRIVATE KEY', utf8('nothing')),
      new Uint8Array(1_000_000),
    ])
      expect(() => privateKeyIn(file, passphrase)).toThrow(UNUSABLE);
  });

  it('that asks for billions of rounds is refused at once', () => {
    const algorithm = derSequence(
      derOid('1.2.840.113549.1.5.13'),
      derSequence(
        derSequence(
          derOid('1.2.840.113549.1.5.12'),
          derSequence(
            derOctetString(utf8('12345678')),
            derInteger(2_147_483_647),
            derSequence(derOid('1.2.840.113549.2.9'), derNull()),
          ),
        ),
        derSequence(derOid('2.16.840.1.101.3.4.1.42'), derOctetString(new Uint8Array(16))),
      ),
    );
    const file = pem(
      'ENCRYPTED PRIVATE KEY',
      derSequence(algorithm, derOctetString(new Uint8Array(64))),
    );
    expect(() => privateKeyIn(file, passphrase)).toThrow(UNUSABLE);
  });
});

describe('certificates of a key', () => {
  const root = issueCa({ name: 'Root' });
  const sub = issueCa({ name: 'Sub', issuer: root });
  const leaf = issueTo({ name: 'Seal', issuer: sub });
  const isOurs = isCertificateOf(createPublicKey(leaf.privateKey));
  const der = (...identities: { certificate: { der: Uint8Array } }[]): Uint8Array[] =>
    identities.map(({ certificate }) => certificate.der);

  it('are put in order, and what does not belong there is left out', () => {
    // The same name and another key: it signed nothing of this.
    const impostor = issueCa({ name: 'Sub', issuer: root });
    const all = der(root, impostor, issueCa({ name: 'Stranger' }), leaf, sub);
    for (const certificates of [all, [...all].reverse()]) {
      const { certificate, chain } = orderCertificates(isOurs, certificates);
      expect([certificate.der, ...chain.map((one) => one.der)]).toEqual(der(leaf, sub, root));
    }
  });

  it('end where an issuer is missing', () => {
    expect(orderCertificates(isOurs, der(leaf, root)).chain).toEqual([]);
    expect(orderCertificates(isOurs, der(leaf, sub)).chain).toHaveLength(1);
  });

  it('of which there are two: the one in force longest is taken', () => {
    const renewed = issueTo({
      name: 'Seal',
      issuer: sub,
      privateKey: leaf.privateKey,
      notAfter: yearsFromNow(9),
    });
    const { certificate } = orderCertificates(isOurs, der(leaf, renewed, sub, root));
    expect(certificate.der).toEqual(renewed.certificate.der);
  });

  it('are refused where none is of the key, or there are too many', () => {
    expect(() => orderCertificates(isOurs, der(sub, root))).toThrow(UNUSABLE);
    expect(() => orderCertificates(isOurs, new Array(100).fill(leaf.certificate.der))).toThrow(
      UNUSABLE,
    );
  });
});
