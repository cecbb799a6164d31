/** Our signatures before OpenSSL's eyes, and OpenSSL's before ours. Needs `openssl` 3 on the path. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toBase64, toHex, utf8 } from '../../src/base/bytes.js';
import { createDevelopmentAuthority } from '../../src/keys/development-authority.js';
import { softwareSealSigner } from '../../src/keys/seal-signer.js';
import type { SignatureAlgorithmName } from '../../src/signing/algorithms.js';
import { validateCades } from '../../src/signing/cades-validator.js';
import { parseCertificate } from '../../src/signing/certificate.js';
import { parseSignedData } from '../../src/signing/cms-signed-data.js';
import { cmsToDer } from '../../src/signing/cms-to-der.js';
import { displayName } from '../../src/signing/distinguished-name.js';
import { formatLogSeal } from '../../src/signing/log-seal.js';
import type { SignatureReport } from '../../src/signing/signature-report.js';
import { trustAnchorFrom } from '../../src/signing/trust-anchor.js';
import { ED25519_NOTE, verifierKey } from '../../src/tlog/note-key.js';
import { partsOf } from '../signing/support/cms-forge.js';
import { at, encode } from '../signing/support/der-tree.js';
import {
  type Identity,
  issueCa,
  issueTo,
  newKey,
  NOW,
  signCades,
} from '../signing/support/test-pki.js';

const content = utf8('what is signed\r\n\0by one and read by the other\n');
const altered = utf8('what is signed\r\n\0by one and read by the Other\n');
const root = issueCa({ name: 'Root' });
const sub = issueCa({ name: 'Sub', issuer: root });
const anchors = [trustAnchorFrom(root.certificate)];
const rsaKey = newKey('RSA-2048');

let folder = '';
const path = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chirograph-openssl-'));
  await writeFile(path('content'), content);
  await writeFile(path('altered'), altered);
  await writeFile(path('root.pem'), pem('CERTIFICATE', root.certificate.der));
  await writeFile(path('sub.pem'), pem('CERTIFICATE', sub.certificate.der));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('OpenSSL takes our signatures', () => {
  const cases: readonly (readonly [SignatureAlgorithmName, Identity])[] = [
    ['ecdsa-sha256', issueTo({ name: 'P-256', issuer: sub, privateKey: newKey('P-256') })],
    ['ecdsa-sha384', issueTo({ name: 'P-384', issuer: sub, privateKey: newKey('P-384') })],
    ['ecdsa-sha512', issueTo({ name: 'P-384', issuer: sub, privateKey: newKey('P-384') })],
    ['rsa-pkcs1-sha256', issueTo({ name: 'RSA', issuer: sub, privateKey: rsaKey })],
    ['rsa-pkcs1-sha512', issueTo({ name: 'RSA', issuer: sub, privateKey: rsaKey })],
    ['rsa-pss-sha256', issueTo({ name: 'PSS', issuer: sub, privateKey: rsaKey })],
    ['rsa-pss-sha384', issueTo({ name: 'PSS', issuer: sub, privateKey: rsaKey })],
  ];

  it.each(cases)('%s, and neither of us takes it for other content', async (algorithm, signer) => {
    const cms = signCades(signer, content, { chain: [sub], algorithm });
    expect(await opensslVerifies(cms, 'content')).toBe(true);
    expect(validate(cms)).toMatchObject({ indication: 'TOTAL-PASSED', algorithm });
    expect(await opensslVerifies(cms, 'altered')).toBe(false);
    expect(validate(cms, altered)).toMatchObject({ subIndication: 'HASH_FAILURE' });
  });

  it('and refuses them, as we do, without the anchor or with another', async () => {
    const stranger = issueCa({ name: 'Root' });
    await writeFile(path('stranger.pem'), pem('CERTIFICATE', stranger.certificate.der));
    const signer = issueTo({ name: 'P-256', issuer: sub });
    const cms = signCades(signer, content, { chain: [sub] });
    expect(await opensslVerifies(cms, 'content', 'stranger.pem')).toBe(false);
    expect(await opensslVerifies(signCades(signer, content), 'content')).toBe(false);
    expect(validate(signCades(signer, content)).subIndication).toBe('NO_CERTIFICATE_CHAIN_FOUND');
  });

  it('and refuses, as we do, a value that another key has made', async () => {
    const signer = issueTo({ name: 'P-256', issuer: sub });
    const cms = signCades({ ...signer, privateKey: newKey() }, content, { chain: [sub] });
    expect(await opensslVerifies(cms, 'content')).toBe(false);
    expect(validate(cms).subIndication).toBe('SIG_CRYPTO_FAILURE');
  });
});

describe('we take the signatures of OpenSSL', () => {
  const pss = ['-keyopt', 'rsa_padding_mode:pss'];
  const cases: readonly (readonly [string, Identity, readonly string[], SignatureAlgorithmName])[] =
    [
      ['P-256', issueTo({ name: 'P-256', issuer: sub }), [], 'ecdsa-sha256'],
      [
        'P-384 with SHA-384',
        issueTo({ name: 'P-384', issuer: sub, privateKey: newKey('P-384') }),
        ['-md', 'sha384'],
        'ecdsa-sha384',
      ],
      ['RSA', rsaSigner(), [], 'rsa-pkcs1-sha256'],
      ['RSA with SHA-512', rsaSigner(), ['-md', 'sha512'], 'rsa-pkcs1-sha512'],
      ['PSS with the salt it chooses', rsaSigner(), pss, 'rsa-pss-sha256'],
      [
        'PSS with the salt of the digest',
        rsaSigner(),
        [...pss, '-keyopt', 'rsa_pss_saltlen:-1'],
        'rsa-pss-sha256',
      ],
      ['no S/MIME capabilities', rsaSigner(), ['-nosmimecap'], 'rsa-pkcs1-sha256'],
    ];

  it.each(cases)('%s, and not over other content', async (_name, signer, options, algorithm) => {
    const cms = await opensslSigns(signer, ['-cades', ...options]);
    expect(validate(cms)).toMatchObject({ indication: 'TOTAL-PASSED', algorithm });
    expect(await opensslVerifies(cms, 'content')).toBe(true);
    expect(validate(cms, altered)).toMatchObject({ subIndication: 'HASH_FAILURE' });
    expect(await opensslVerifies(cms, 'altered')).toBe(false);
  });

  it('that it writes as a stream, in BER, once they are DER and without the content', async () => {
    const signer = issueTo({ name: 'P-256', issuer: sub });
    for (const options of [[], ['-nosmimecap', '-md', 'sha512']]) {
      const streamed = await opensslSigns(signer, ['-cades', '-stream', '-indef', ...options]);
      expect(validate(streamed).subIndication).toBe('FORMAT_FAILURE');
      const cms = cmsToDer(streamed);
      expect(parseSignedData(cms).content).toEqual(content);
      expect(await opensslVerifies(cms, 'content')).toBe(true);
      const parts = partsOf(cms);
      at(parts.signedData, 2).children.pop();
      expect(validate(encode(parts.contentInfo)).indication).toBe('TOTAL-PASSED');
      expect(validate(encode(parts.contentInfo), altered).subIndication).toBe('HASH_FAILURE');
    }
  });

  it('but not those that are no CAdES, use SHA-1, sign no attributes or carry the content', async () => {
    const signer = issueTo({ name: 'P-256', issuer: sub });
    expect(validate(await opensslSigns(signer, [])).subIndication).toBe('SIG_CONSTRAINTS_FAILURE');
    // With SHA-1 comes signing-certificate, the attribute that version 2 has replaced.
    const sha1 = await opensslSigns(signer, ['-cades', '-md', 'sha1']);
    expect(validate(sha1).subIndication).toBe('SIG_CONSTRAINTS_FAILURE');
    expect(validate(await opensslSigns(signer, ['-noattr'])).subIndication).toBe('FORMAT_FAILURE');
    const attached = await opensslSigns(signer, ['-cades', '-nodetach']);
    expect(validate(attached).subIndication).toBe('FORMAT_FAILURE');
  });
});

describe('certificates', () => {
  it('made by OpenSSL are read, and lead to their root', async () => {
    const extensions = [
      'basicConstraints=critical,CA:FALSE',
      'keyUsage=critical,digitalSignature,nonRepudiation',
      'extendedKeyUsage=emailProtection',
      'subjectKeyIdentifier=hash',
      'authorityKeyIdentifier=keyid',
      'certificatePolicies=1.2.3.4',
    ];
    await writeFile(path('leaf.ext'), `${extensions.join('\n')}\n`);
    await openssl(
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
      ...['-keyout', path('ca.key'), '-out', path('ca.crt'), '-days', '30'],
      ...['-subj', '/C=LI/O=Bank/CN=CA'],
      ...['-addext', 'keyUsage=critical,keyCertSign'],
    );
    await openssl(
      ...['req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', path('leaf.key')],
      ...['-out', path('leaf.csr'), '-subj', '/C=LI/O=Bank/CN=Zoë', '-utf8'],
    );
    await openssl(
      ...['x509', '-req', '-in', path('leaf.csr'), '-CA', path('ca.crt'), '-CAkey', path('ca.key')],
      ...[
        '-out',
        path('leaf.crt'),
        '-days',
        '30',
        '-extfile',
        path('leaf.ext'),
        '-set_serial',
        '77',
      ],
    );
    await openssl(
      ...['cms', '-sign', '-cades', '-binary', '-outform', 'DER', '-in', path('content')],
      ...['-signer', path('leaf.crt'), '-inkey', path('leaf.key'), '-out', path('leaf.cms')],
    );
    const load = async (file: string) =>
      parseCertificate(fromPem(await readFile(path(file), 'utf8')));
    const [ca, leaf] = [await load('ca.crt'), await load('leaf.crt')];
    const report = validateCades({
      cms: await readFile(path('leaf.cms')),
      content,
      anchors: [trustAnchorFrom(ca)],
      at: leaf.notBefore,
    });
    expect(report).toMatchObject({
      indication: 'TOTAL-PASSED',
      signer: { name: 'Zoë', subject: 'CN=Zoë,O=Bank,C=LI', serialNumber: '4d' },
      trustAnchor: 'CN=CA,O=Bank,C=LI',
    });
  });

  it('of the development authority pass the strict checks of OpenSSL, and so does its seal', async () => {
    const random = (length: number): Uint8Array => randomBytes(length);
    const material = createDevelopmentAuthority({ at: NOW, random });
    await writeFile(path('dev-ca.pem'), pem('CERTIFICATE', material.caCertificate));
    await writeFile(path('dev-seal.pem'), pem('CERTIFICATE', material.sealCertificate));
    const verified = await openssl(
      ...['verify', '-x509_strict', '-attime', String(NOW / 1000), '-CAfile', path('dev-ca.pem')],
      path('dev-seal.pem'),
    );
    expect(verified).toContain('OK');

    const subject = await openssl('x509', '-in', path('dev-seal.pem'), '-noout', '-subject');
    expect(subject).toContain('DEVELOPMENT ONLY');
    expect(displayName(parseCertificate(material.sealCertificate).subject)).toContain(
      'O=DEVELOPMENT ONLY',
    );

    const origin = 'log.example/h4ndle/default';
    const key = verifierKey(origin, ED25519_NOTE, new Uint8Array(32).fill(7));
    const seal = formatLogSeal({ origin, verifierKey: key });
    await writeFile(path('log-seal'), seal);
    const signer = softwareSealSigner({
      certificate: material.sealCertificate,
      chain: [],
      privateKeyPkcs8: material.sealPrivateKey,
    });
    const cms = await signer.seal(seal, NOW);
    expect(await opensslVerifies(cms, 'log-seal', 'dev-ca.pem')).toBe(true);
    expect(await opensslVerifies(cms, 'content', 'dev-ca.pem')).toBe(false);
  });

  it('have the fingerprint that OpenSSL computes', async () => {
    const printed = await openssl(
      ...['x509', '-in', path('root.pem'), '-noout', '-fingerprint', '-sha256'],
    );
    const theirs = printed.trim().split('=')[1]?.replaceAll(':', '').toLowerCase();
    expect(theirs).toBe(toHex(root.certificate.sha256));
  });
});

function validate(cms: Uint8Array, of: Uint8Array = content): SignatureReport {
  return validateCades({ cms, content: of, anchors, at: NOW });
}

function rsaSigner(): Identity {
  return issueTo({ name: 'RSA', issuer: sub, privateKey: rsaKey });
}

async function opensslVerifies(
  cms: Uint8Array,
  file: string,
  anchor = 'root.pem',
): Promise<boolean> {
  await writeFile(path('in.cms'), cms);
  try {
    await openssl(
      ...['cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', path('in.cms')],
      ...['-content', path(file), '-CAfile', path(anchor), '-attime', String(NOW / 1000)],
      ...['-out', path('out')],
    );
    return true;
  } catch (error) {
    // An answer, and not the lack of a program or of an option.
    expect(error).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/(CAdES|CMS) [Vv]erification failure/) as unknown,
    });
    return false;
  }
}

async function opensslSigns(signer: Identity, options: readonly string[]): Promise<Uint8Array> {
  const key = signer.privateKey.export({ type: 'pkcs8', format: 'pem' });
  await writeFile(path('signer.key'), key, { mode: 0o600 });
  await writeFile(path('signer.pem'), pem('CERTIFICATE', signer.certificate.der));
  await openssl(
    ...['cms', '-sign', '-binary', '-outform', 'DER', '-in', path('content')],
    ...['-signer', path('signer.pem'), '-inkey', path('signer.key'), '-certfile', path('sub.pem')],
    ...['-out', path('out.cms'), ...options],
  );
  return readFile(path('out.cms'));
}

async function openssl(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('openssl', args);
  return stdout;
}

function pem(label: string, der: Uint8Array): string {
  const lines = toBase64(der).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

function fromPem(text: string): Uint8Array {
  return Buffer.from(text.replace(/-----[^-]+-----|\s/g, ''), 'base64');
}
