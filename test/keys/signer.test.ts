import { describe, expect, it } from '@jest/globals';
import { utf8 } from '../../src/base/bytes.js';
import { sealSignerOf } from '../../src/keys/seal-signer.js';
import { algorithmsOf, type RawSign, verifiedSigner } from '../../src/keys/signer.js';
import { softwareSigner } from '../../src/keys/software-signer.js';
import {
  createSignature,
  SIGNATURE_ALGORITHMS,
  verifySignature,
} from '../../src/signing/algorithms.js';
import { publicKeyOf } from '../../src/signing/certificate.js';
import { parseSignedData } from '../../src/signing/cms-signed-data.js';
import { issueCa, issueTo, newKey, NOW } from '../signing/support/test-pki.js';

const root = issueCa({ name: 'Root' });
const sub = issueCa({ name: 'Sub', issuer: root });
const messages = ['one', 'two', 'three'].map(utf8);

describe('a signer', () => {
  it.each([
    ['P-256', 'ecdsa-sha256', ['ecdsa-sha384', 'ecdsa-sha512']],
    ['P-384', 'ecdsa-sha384', ['ecdsa-sha256', 'ecdsa-sha512']],
    ['RSA-2048', 'rsa-pss-sha256', ['rsa-pkcs1-sha256', 'rsa-pkcs1-sha512']],
  ] as const)('with a key of %s takes %s unless told otherwise', async (kind, first, others) => {
    const identity = issueTo({ name: 'Seal', issuer: root, privateKey: newKey(kind) });
    const signer = softwareSigner({
      privateKey: identity.privateKey,
      certificate: identity.certificate.der,
      chain: [root.certificate.der],
    });
    const { algorithms, where } = signer.describe();
    expect([where, algorithms[0]]).toEqual(['software', first]);
    expect(algorithms).toEqual(expect.arrayContaining([...others]));
    const publicKey = publicKeyOf(identity.certificate);
    for (const algorithm of algorithms) {
      const values = await signer.sign(messages, { algorithm });
      const entry = SIGNATURE_ALGORITHMS[algorithm];
      expect(
        values.map((value, at) =>
          verifySignature(entry, publicKey, messages[at] ?? utf8(''), value),
        ),
      ).toEqual([true, true, true]);
    }
    await signer.close();
  });

  it('lets no value pass that is not one of the certificate’s key', async () => {
    const { certificate, privateKey } = issueTo({ name: 'Seal', issuer: root });
    const ecdsa = SIGNATURE_ALGORITHMS['ecdsa-sha256'];
    const genuine = messages.map((message) => createSignature(ecdsa, privateKey, message));
    const description = {
      certificate,
      chain: [],
      algorithms: algorithmsOf('ec-p256'),
      maxBatch: 3,
      where: 'software',
    } as const;
    const answering = (answer: Uint8Array[]): Promise<unknown> => {
      const rawSign: RawSign = () => Promise.resolve(answer);
      return verifiedSigner(description, rawSign).sign(messages, { algorithm: 'ecdsa-sha256' });
    };
    const [first = utf8(''), second = utf8(''), third = utf8('')] = genuine;
    await expect(answering(genuine)).resolves.toEqual(genuine);
    for (const answer of [
      [second, first, third],
      [first, second],
      [...genuine, first],
      [first, second, utf8('')],
    ])
      await expect(answering(answer)).rejects.toMatchObject({
        code: 'SIGNATURE_SELF_CHECK_FAILED',
      });
  });

  it('is asked for nothing that it does not offer', async () => {
    const { certificate, privateKey } = issueTo({ name: 'Seal', issuer: root });
    const signer = softwareSigner({ privateKey, certificate: certificate.der, chain: [] });
    await expect(signer.sign(messages, { algorithm: 'rsa-pss-sha256' })).rejects.toThrow('offers');
    const many = new Array<Uint8Array>(1_000).fill(utf8('x'));
    await expect(signer.sign(many, { algorithm: 'ecdsa-sha256' })).rejects.toThrow('takes');
    expect(() => sealSignerOf(signer, 'rsa-pkcs1-sha256')).toThrow(
      expect.objectContaining({ code: 'SEAL_CERTIFICATE_UNSUITABLE' }),
    );
  });

  it('seals under its whole chain, of which the root does not travel', async () => {
    const { certificate, privateKey } = issueTo({ name: 'Seal', issuer: sub });
    const chain = [sub, root].map((authority) => authority.certificate.der);
    const seal = sealSignerOf(softwareSigner({ privateKey, certificate: certificate.der, chain }));
    const cms = await seal.seal(utf8('content'), NOW);
    expect(seal.chain.map(({ der }) => der)).toEqual([sub.certificate.der]);
    const carried = parseSignedData(cms).certificates.map(({ der }) =>
      Buffer.from(der).toString('hex'),
    );
    expect(carried).not.toContain(Buffer.from(root.certificate.der).toString('hex'));
    expect(carried).toHaveLength(2);
  });

  it('does not seal under a root that its chain does not lead to', async () => {
    const { certificate, privateKey } = issueTo({ name: 'Seal', issuer: sub });
    const stranger = issueCa({ name: 'Stranger' });
    const chain = [sub, stranger].map((authority) => authority.certificate.der);
    const seal = sealSignerOf(softwareSigner({ privateKey, certificate: certificate.der, chain }));
    await expect(seal.seal(utf8('content'), NOW)).rejects.toMatchObject({
      code: 'SIGNATURE_SELF_CHECK_FAILED',
    });
  });
});
