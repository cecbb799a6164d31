/** BouncyCastle as a second reader and a second writer of all that we make. Needs a JDK and libbcpkix-java. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { utf8 } from '../../src/base/bytes.js';
import type { SignatureAlgorithmName } from '../../src/signing/algorithms.js';
import { validateCades } from '../../src/signing/cades-validator.js';
import type { SignatureReport } from '../../src/signing/signature-report.js';
import { trustAnchorFrom } from '../../src/signing/trust-anchor.js';
import { issueCa, issueTo, newKey, NOW, signCades } from '../signing/support/test-pki.js';
import { BouncyCastle, instantArgument, keyArguments } from './bouncycastle-harness.js';

const content = utf8('what is signed\r\n\0by one and read by the other\n');
const altered = utf8('what is signed\r\n\0by one and read by the Other\n');
const root = issueCa({ name: 'Root' });
const sub = issueCa({ name: 'Sub', issuer: root, serialNumber: 2 });
const rsaKey = newKey('RSA-2048');
const ec = issueTo({ name: 'P-256', issuer: sub, serialNumber: 3 });
const ec384 = issueTo({ name: 'P-384', issuer: sub, privateKey: newKey('P-384'), serialNumber: 4 });
const rsa = issueTo({ name: 'RSA', issuer: sub, privateKey: rsaKey, serialNumber: 5 });
const now = instantArgument(NOW);

let bouncyCastle: BouncyCastle;
beforeAll(async () => {
  bouncyCastle = await BouncyCastle.open();
});
afterAll(() => bouncyCastle.close());

function validate(cms: Uint8Array, of = content): SignatureReport {
  const anchors = [trustAnchorFrom(root.certificate)];
  return validateCades({ cms, content: of, anchors, at: NOW });
}

describe('BouncyCastle takes our signatures', () => {
  const cases: readonly (readonly [SignatureAlgorithmName, typeof ec])[] = [
    ['ecdsa-sha256', ec],
    ['ecdsa-sha384', ec384],
    ['rsa-pkcs1-sha256', rsa],
    ['rsa-pss-sha256', rsa],
  ];

  it.each(cases)('%s, and not over other content', async (algorithm, signer) => {
    const cms = signCades(signer, content, { chain: [sub], algorithm });
    const { der } = root.certificate;
    const words = await bouncyCastle.ask('verify-cms', cms, content, der, now);
    expect(words).toEqual(['signature', 'path']);
    await expect(bouncyCastle.ask('verify-cms', cms, altered, der, now)).rejects.toThrow(
      /message-digest/,
    );
  });

  it('and finds no path to a stranger', async () => {
    const stranger = issueCa({ name: 'Root' });
    const cms = signCades(ec, content, { chain: [sub] });
    const { der } = stranger.certificate;
    expect(await bouncyCastle.ask('verify-cms', cms, content, der, now)).toEqual([
      'signature',
      'no-path',
    ]);
  });
});

describe('we take what BouncyCastle signs', () => {
  const cases: readonly (readonly [string, SignatureAlgorithmName, typeof ec])[] = [
    ['SHA256withECDSA', 'ecdsa-sha256', ec],
    ['SHA384withECDSA', 'ecdsa-sha384', ec384],
    ['SHA256withRSA', 'rsa-pkcs1-sha256', rsa],
    ['SHA256withRSAandMGF1', 'rsa-pss-sha256', rsa],
  ];

  it.each(cases)('%s in DER', async (name, algorithm, signer) => {
    const chain = await bouncyCastle.chain([signer, sub]);
    const key = keyArguments(signer.privateKey);
    const cms = await bouncyCastle.make('sign-cms', name, ...key, chain, content, 'DER');
    expect(validate(cms)).toMatchObject({ indication: 'TOTAL-PASSED', algorithm });
    expect(validate(cms, altered)).toMatchObject({ subIndication: 'HASH_FAILURE' });
  });
});
