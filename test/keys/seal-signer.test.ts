import { type KeyObject, randomBytes, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { utf8 } from '../../src/base/bytes.js';
import { sha256 } from '../../src/base/hash.js';
import { createDevelopmentAuthority } from '../../src/keys/development-authority.js';
import { sealSigner, type SealSigner, softwareSealSigner } from '../../src/keys/seal-signer.js';
import { createSignature, SIGNATURE_ALGORITHMS } from '../../src/signing/algorithms.js';
import { validateCades } from '../../src/signing/cades-validator.js';
import { keyUsage } from '../../src/signing/certificate-builder.js';
import { parseCertificate } from '../../src/signing/certificate.js';
import { digestOf, DIGESTS } from '../../src/signing/digest-algorithms.js';
import { trustAnchorFrom } from '../../src/signing/trust-anchor.js';
import {
  type Identity,
  issueCa,
  issueTo,
  newKey,
  NOW,
  yearsFromNow,
} from '../signing/support/test-pki.js';
import { OFFERS_REVOCATION } from '../signing/support/timeline.js';

const ECDSA = SIGNATURE_ALGORITHMS['ecdsa-sha256'];
const content = utf8('what is sealed');
const root = issueCa({ name: 'Root' });
const sub = issueCa({ name: 'Sub', issuer: root });

function pkcs8(key: KeyObject): Uint8Array {
  return new Uint8Array(key.export({ type: 'pkcs8', format: 'der' }));
}

function signerOf(
  identity: Identity,
  chain: readonly Identity[],
  options: Partial<Parameters<typeof softwareSealSigner>[0]> = {},
): SealSigner {
  return softwareSealSigner({
    certificate: identity.certificate.der,
    chain: chain.map(({ certificate }) => certificate.der),
    privateKeyPkcs8: pkcs8(identity.privateKey),
    ...options,
  });
}

describe('a seal signer', () => {
  it('seals under a certificate whose issuer offers revocation, though nobody was asked yet', async () => {
    const extensions = [keyUsage('nonRepudiation'), OFFERS_REVOCATION];
    const signer = signerOf(issueTo({ name: 'Seal', issuer: sub, extensions }), [sub]);
    const cms = await signer.seal(content, NOW);
    const anchors = [trustAnchorFrom(root.certificate)];
    expect(validateCades({ cms, content, anchors, at: NOW })).toMatchObject({
      intact: true,
      subIndication: 'TRY_LATER',
    });
  });

  it.each([
    ['ecdsa-sha256', newKey('P-256')],
    ['ecdsa-sha384', newKey('P-384')],
    ['rsa-pss-sha256', newKey('RSA-2048')],
  ])('seals with %s by default for its kind of key', async (algorithm, privateKey) => {
    const signer = signerOf(issueTo({ name: 'Seal', issuer: sub, privateKey }), [sub]);
    expect(signer).toMatchObject({ signatureAlgorithm: algorithm, development: false });
    const cms = await signer.seal(content, NOW);
    const anchors = [trustAnchorFrom(root.certificate)];
    expect(validateCades({ cms, content, anchors, at: NOW })).toMatchObject({
      indication: 'TOTAL-PASSED',
      algorithm,
      claimedSigningTime: '2026-06-15T12:00:00.000Z',
    });
  });

  it('seals with PKCS#1 v1.5 where it is told to', async () => {
    const identity = issueTo({ name: 'Seal', issuer: root, privateKey: newKey('RSA-2048') });
    const signer = signerOf(identity, [], { signatureAlgorithm: 'rsa-pkcs1-sha512' });
    const cms = await signer.seal(content, NOW);
    const anchors = [trustAnchorFrom(root.certificate)];
    expect(validateCades({ cms, content, anchors, at: NOW })).toMatchObject({
      indication: 'TOTAL-PASSED',
      algorithm: 'rsa-pkcs1-sha512',
    });
  });

  it('seals a digest as it seals the content', async () => {
    const signer = signerOf(issueTo({ name: 'Seal', issuer: root }), []);
    const cms = await signer.seal({ algorithm: 'sha256', digest: sha256(content) }, NOW);
    const anchors = [trustAnchorFrom(root.certificate)];
    expect(validateCades({ cms, content, anchors, at: NOW }).indication).toBe('TOTAL-PASSED');
    const digest = digestOf(DIGESTS.sha384, content);
    await expect(signer.seal({ algorithm: 'sha384', digest }, NOW)).rejects.toThrow('assertion');
  });

  it('seals with the development authority, and every report says so', async () => {
    const random = (length: number): Uint8Array => randomBytes(length);
    const material = createDevelopmentAuthority({ at: NOW, random });
    for (const chain of [[], [material.caCertificate]]) {
      const signer = softwareSealSigner({
        certificate: material.sealCertificate,
        chain,
        privateKeyPkcs8: material.sealPrivateKey,
      });
      expect(signer.development).toBe(true);
      const cms = await signer.seal(content, NOW);
      const anchors = [trustAnchorFrom(parseCertificate(material.caCertificate))];
      expect(validateCades({ cms, content, anchors, at: NOW })).toMatchObject({
        indication: 'TOTAL-PASSED',
        development: true,
      });
    }
  });
});

describe('a seal signer refuses', () => {
  const identity = issueTo({ name: 'Seal', issuer: root });
  const UNSUITABLE: unknown = expect.objectContaining({ code: 'SEAL_CERTIFICATE_UNSUITABLE' });

  it('a key that is not the certificate’s', () => {
    const privateKeyPkcs8 = pkcs8(newKey());
    expect(() => signerOf(identity, [], { privateKeyPkcs8 })).toThrow(UNSUITABLE);
  });

  it('a certificate that is not for documents', () => {
    const tls = issueTo({ name: 'TLS', issuer: root, extensions: [keyUsage('keyEncipherment')] });
    expect(() => signerOf(tls, [])).toThrow(UNSUITABLE);
  });

  it('an algorithm that the key cannot do', () => {
    expect(() => signerOf(identity, [], { signatureAlgorithm: 'rsa-pss-sha256' })).toThrow(
      UNSUITABLE,
    );
  });

  it('a private key that is none, without quoting it', () => {
    const privateKeyPkcs8 = utf8('secret');
    expect(() => signerOf(identity, [], { privateKeyPkcs8 })).toThrow(
      expect.objectContaining({
        code: 'KEY_UNSUPPORTED',
        message: expect.not.stringContaining('secret') as unknown,
      }),
    );
  });

  it.each([
    ['after its certificate has expired', yearsFromNow(2)],
    ['before its certificate is valid', yearsFromNow(-2)],
  ])('to seal %s, with a chain and without', async (_name, signingTime) => {
    for (const chain of [[], [root]])
      await expect(signerOf(identity, chain).seal(content, signingTime)).rejects.toEqual(
        SELF_CHECK,
      );
  });

  it('to hand out a seal under a chain that does not lead to it', async () => {
    const stranger = issueCa({ name: 'Stranger' });
    await expect(signerOf(identity, [stranger]).seal(content, NOW)).rejects.toEqual(SELF_CHECK);
  });

  it.each([
    ['signs other bytes', (key: KeyObject) => createSignature(ECDSA, key, utf8('other'))],
    [
      'is another one',
      (_key: KeyObject, bytes: Uint8Array) => createSignature(ECDSA, newKey(), bytes),
    ],
    [
      'answers r and s without DER',
      (key: KeyObject, bytes: Uint8Array) =>
        sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }),
    ],
    ['answers nothing', () => new Uint8Array()],
  ])('to hand out a seal from a key that %s', async (_name, faulty) => {
    const signer = sealSigner({
      certificate: identity.certificate.der,
      chain: [root.certificate.der],
      signatureAlgorithm: 'ecdsa-sha256',
      sign: (bytes) => Promise.resolve(faulty(identity.privateKey, bytes)),
    });
    await expect(signer.seal(content, NOW)).rejects.toEqual(SELF_CHECK);
  });

  it('to hand out a seal where the token fails', async () => {
    const signer = sealSigner({
      certificate: identity.certificate.der,
      chain: [],
      signatureAlgorithm: 'ecdsa-sha256',
      sign: () => Promise.reject(new Error('token removed')),
    });
    await expect(signer.seal(content, NOW)).rejects.toThrow('token removed');
  });

  const SELF_CHECK: unknown = expect.objectContaining({ code: 'SIGNATURE_SELF_CHECK_FAILED' });
});
