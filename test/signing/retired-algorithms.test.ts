/** DSA: of certificates of former times it is checked, and nobody gets to sign with it. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { softwareSigner } from '../../src/keys/software-signer.js';
import {
  isSignedBy,
  parseCertificate,
  publicKeyOf,
  signingKeyOf,
} from '../../src/signing/certificate.js';
import { DerFields } from '../../src/signing/der-fields.js';
import { readDer } from '../../src/signing/der-reader.js';
import { readBigInteger, readBitString } from '../../src/signing/der-values.js';
import {
  derBitString,
  derInteger,
  derNull,
  derOid,
  derSequence,
} from '../../src/signing/der-writer.js';
import { OID } from '../../src/signing/oids.js';
import { parsePublicKey } from '../../src/signing/public-key.js';
import { newKey } from './support/test-pki.js';

const certificate = (name: string) =>
  parseCertificate(readFileSync(new URL(`../vectors/pkits/certs/${name}.crt`, import.meta.url)));
const authority = certificate('DSACACert');
const signed = certificate('ValidDSASignaturesTest4EE');
const { p, q, g, y } = numbersOf(authority.subjectPublicKeyInfo);

describe('a certificate signed with DSA', () => {
  it('is known to be, and by which key', () => {
    expect(signed.signatureAlgorithm).toMatchObject({ name: 'dsa-sha1', digest: { name: 'sha1' } });
    expect(isSignedBy(signed, publicKeyOf(authority))).toBe(true);
  });

  it.each(['toBeSigned', 'signatureValue'] as const)('is not once its %s is another', (part) => {
    const altered = Uint8Array.from(signed[part]);
    altered[altered.length - 1] = (altered.at(-1) ?? 0) ^ 1;
    expect(isSignedBy({ ...signed, [part]: altered }, publicKeyOf(authority))).toBe(false);
  });

  it('is not by the key of another kind', () => {
    const other = parsePublicKey(certificate('TrustAnchorRootCertificate').subjectPublicKeyInfo);
    expect(isSignedBy(signed, other)).toBe(false);
  });
});

describe('a DSA key', () => {
  it('is read', () => {
    expect(parsePublicKey(spki({}))).toMatchObject({ kind: 'dsa', bits: 1_024 });
  });

  it.each([
    ['of a prime that is too short', { p: p >> 1n }],
    ['of a prime that is too long', { p: p << 2_048n }],
    ['of a size that no standard has', { q: q >> 8n }],
    ['whose q does not divide p − 1', { q: q + 2n }],
    ['without a generator', { g: 1n }],
    ['with a generator above p', { g: g + p }],
    ['with a negative prime', { p: -p }],
    ['with a negative order', { q: -q }],
    ['of the neutral element', { y: 1n }],
    ['of nothing', { y: 0n }],
    ['above p', { y: y + p }],
  ])('%s is refused', (_, changed) => {
    expect(() => parsePublicKey(spki(changed))).toThrow(
      expect.objectContaining({ code: 'KEY_UNSUPPORTED' }),
    );
  });

  it.each([
    ['without parameters', derSequence(derOid(OID.dsa))],
    ['with NULL for parameters', derSequence(derOid(OID.dsa), derNull())],
    ['with more than parameters', derSequence(derOid(OID.dsa), parameters({}), derNull())],
    [
      'with a fourth parameter',
      derSequence(derOid(OID.dsa), derSequence(...[p, q, g, y].map((each) => derInteger(each)))),
    ],
  ])('%s is refused', (_, algorithm) => {
    expect(() => parsePublicKey(derSequence(algorithm, derBitString(derInteger(y))))).toThrow(
      expect.objectContaining({ code: 'KEY_UNSUPPORTED' }),
    );
  });

  it('is not signed with', () => {
    expect(() => signingKeyOf(authority)).toThrow('nobody signs with DSA here');
    const options = { privateKey: newKey('P-256'), certificate: authority.der, chain: [] };
    expect(() => softwareSigner(options)).toThrow('nobody signs with DSA here');
  });
});

interface Numbers {
  readonly p?: bigint;
  readonly q?: bigint;
  readonly g?: bigint;
  readonly y?: bigint;
}

function parameters(changed: Numbers): Uint8Array {
  const all = { p, q, g, ...changed };
  return derSequence(derInteger(all.p), derInteger(all.q), derInteger(all.g));
}

function spki(changed: Numbers): Uint8Array {
  return derSequence(
    derSequence(derOid(OID.dsa), parameters(changed)),
    derBitString(derInteger(changed.y ?? y)),
  );
}

function numbersOf(info: Uint8Array): Required<Numbers> {
  const fields = DerFields.of(readDer(info));
  const algorithm = DerFields.of(fields.next());
  algorithm.next();
  const domain = DerFields.of(algorithm.next());
  const next = (): bigint => readBigInteger(domain.next());
  return {
    p: next(),
    q: next(),
    g: next(),
    y: readBigInteger(readDer(readBitString(fields.next()))),
  };
}
