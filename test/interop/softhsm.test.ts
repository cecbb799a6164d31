/**
 * A real PKCS#11 module: keys that are generated in SoftHSM2 and never leave it, before our eyes and
 * OpenSSL's. Needs `softhsm2-util`, its module, `openssl` 3, and the package pkcs11js compiled.
 */
import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { utf8 } from '../../src/base/bytes.js';
import { Secret } from '../../src/base/secret.js';
import { openPkcs11Signer, type Pkcs11SignerOptions } from '../../src/keys/pkcs11-signer.js';
import { sealSignerOf } from '../../src/keys/seal-signer.js';
import type { Signer } from '../../src/keys/signer.js';
import {
  createSignature,
  SIGNATURE_ALGORITHMS,
  type SignatureAlgorithmName,
} from '../../src/signing/algorithms.js';
import { validateCades } from '../../src/signing/cades-validator.js';
import {
  certificateToBeSigned,
  completeCertificate,
  keyUsage,
} from '../../src/signing/certificate-builder.js';
import { derName } from '../../src/signing/distinguished-name.js';
import { trustAnchorFrom } from '../../src/signing/trust-anchor.js';
import { RunningNode } from '../cli/support/running-node.js';
import { issueCa, NOW, yearsFromNow } from '../signing/support/test-pki.js';
import { childProcess, MODULE, PIN, run, type SoftToken, softToken } from './softhsm-token.js';

const ADMIN_KEY = 'an-admin-key-of-the-softhsm-suite-0001';
const entry = new URL('../../dist/keys/pkcs11-process.js', import.meta.url);
/** A node that seals with it today is in the tests as well. */
const root = issueCa({ name: 'Root', notAfter: yearsFromNow(40) });
const content = utf8('what is sealed\r\n\0with a key that nobody has seen\n');

let token: SoftToken;
const path = (name: string): string => token.path(name);
let rsaCertificate = new Uint8Array();
let ecCertificate = new Uint8Array();
const signers: Signer[] = [];
const nodes: RunningNode[] = [];
const crashes: unknown[] = [];

beforeAll(async () => {
  token = await softToken('seals');
  const keys = JSON.parse(await token.make()) as Record<'rsa' | 'ec', JsonWebKey>;
  rsaCertificate = certify('Seal RSA', keys.rsa);
  ecCertificate = certify('Seal EC', keys.ec);
  await writeFile(path('ec.der'), ecCertificate);
  await token.make('certificate', '02', path('ec.der'));
  await writeFile(path('content'), content);
  await writeFile(path('altered'), utf8('another content'));
  await writeFile(path('root.pem'), pem(root.certificate.der));
});

afterEach(async () => {
  for (const signer of signers.splice(0)) await signer.close();
  for (const node of nodes.splice(0)) {
    node.signal('SIGKILL');
    await node.ended();
  }
  crashes.length = 0;
});

afterAll(async () => {
  await token.remove();
});

async function open(options: Partial<Pkcs11SignerOptions> = {}): Promise<Signer> {
  const signer = await openPkcs11Signer({
    module: MODULE,
    token: 'seals',
    keyLabel: 'seal-ec',
    keyId: null,
    pin: new Secret(PIN),
    sessions: 8,
    certificates: [root.certificate.der],
    onCrash: (cause) => crashes.push(cause),
    entry,
    limits: { firstPauseMillis: 20, longestPauseMillis: 200 },
    ...options,
  });
  signers.push(signer);
  return signer;
}

function startNode(argv: readonly string[], env: Record<string, string>): RunningNode {
  const node = new RunningNode(argv, env);
  nodes.push(node);
  return node;
}

const openRsa = (): Promise<Signer> =>
  open({
    keyLabel: null,
    keyId: Uint8Array.of(1),
    certificates: [root.certificate.der, rsaCertificate],
  });

describe('a key in a token', () => {
  it.each<SignatureAlgorithmName>(['ecdsa-sha256', 'ecdsa-sha384', 'ecdsa-sha512'])(
    'of P-256, with its certificate there too, seals by %s for OpenSSL and for us',
    async (algorithm) => {
      await expectSealed(await open(), algorithm);
    },
  );

  it.each<SignatureAlgorithmName>([
    'rsa-pkcs1-sha256',
    'rsa-pkcs1-sha384',
    'rsa-pkcs1-sha512',
    'rsa-pss-sha256',
    'rsa-pss-sha384',
    'rsa-pss-sha512',
  ])(
    'of RSA, with its certificate from a file, seals by %s for OpenSSL and for us',
    async (algorithm) => {
      await expectSealed(await openRsa(), algorithm);
    },
  );

  it('signs with eight sessions at the same time', async () => {
    for (const signer of [await open(), await openRsa()]) {
      const [algorithm = 'ecdsa-sha256'] = signer.describe().algorithms;
      const batches = Array.from({ length: 8 }, (_, batch) =>
        signer.sign(
          Array.from({ length: 50 }, (__, at) => utf8(`message ${batch}/${at}`)),
          { algorithm },
        ),
      );
      const values = (await Promise.all(batches)).flat();
      expect(values).toHaveLength(400);
      expect(crashes).toEqual([]);
    }
  });

  it('answers everything though the process of the module is killed in the middle', async () => {
    const signer = await openRsa();
    const first = childProcess();
    const all = Array.from({ length: 300 }, (_, at) =>
      signer.sign([utf8(`message ${at}`)], { algorithm: 'rsa-pss-sha256' }),
    );
    await all[20];
    process.kill(first, 'SIGKILL');
    await expect(Promise.all(all)).resolves.toHaveLength(300);
    expect(crashes).toHaveLength(1);
    expect(childProcess()).not.toBe(first);
  });

  it('is had again when the token is', async () => {
    const signer = await open();
    const seal = (): Promise<unknown> => signer.sign([content], { algorithm: 'ecdsa-sha256' });
    await rename(path('tokens'), path('elsewhere'));
    await mkdir(path('tokens'));
    process.kill(childProcess(), 'SIGKILL');
    expect(await untilItFails(seal)).toMatchObject({
      code: 'KEYS_TOKEN_UNAVAILABLE',
      message: expect.stringContaining('no token of this label') as unknown,
    });
    await rm(path('tokens'), { recursive: true });
    await rename(path('elsewhere'), path('tokens'));
    let values: unknown = null;
    while (values === null) values = await seal().catch(() => null);
    expect(values).toHaveLength(1);
  });

  it('leaves no process behind', async () => {
    const signer = await open();
    const child = childProcess();
    await signer.close();
    expect(existsSync(`/proc/${child}`)).toBe(false);
    expect(crashes).toEqual([]);
  });
});

describe('a node with its seal in a token', () => {
  it('seals records, also after the process of the module was killed, and ends it when it ends', async () => {
    const serve = ['serve', '--port', '0', '--data', path('data'), '--seal', 'pkcs11'];
    const flags = ['--pkcs11-module', MODULE, '--pkcs11-token', 'seals', '--pkcs11-key', 'seal-ec'];
    const node = startNode([...serve, ...flags, '--seal-certificates', path('root.pem')], {
      SOFTHSM2_CONF: path('softhsm2.conf'),
      CHIROGRAPH_PKCS11_PIN: PIN,
      CHIROGRAPH_ADMIN_KEY: ADMIN_KEY,
    });
    const ledgers = `${await node.url()}/v1/ledgers`;
    await post(ledgers, { name: 'kyc' });
    const record = {
      type: 'tradle.Residence',
      subject: 'customer-4711',
      payload: { city: 'Lisbon' },
    };
    const { id } = await post(`${ledgers}/kyc/records`, record);
    const seal = (): Promise<Record<string, unknown>> =>
      post(`${ledgers}/kyc/records/${String(id)}/signatures`, { signer: 'seal' });
    const anchored = { algorithm: 'ecdsa-sha256', development: false };
    expect(await seal()).toMatchObject({ report: anchored });
    const child = childProcess(node.pid);
    process.kill(child, 'SIGKILL');
    expect(await seal()).toMatchObject({ report: anchored });
    expect(node.log.map(({ event }) => event)).toContain('token interrupted');
    const second = childProcess(node.pid);
    // Of a terminal it would reach both.
    process.kill(second, 'SIGINT');
    node.signal('SIGTERM');
    expect(await node.ended()).toBe(0);
    expect(existsSync(`/proc/${second}`)).toBe(false);
    expect(JSON.stringify(node.log) + node.stderr).not.toContain(PIN);
  });

  it('does not outlive a node that is killed', async () => {
    const serve = ['serve', '--port', '0', '--data', path('killed'), '--seal', 'pkcs11'];
    const flags = ['--pkcs11-module', MODULE, '--pkcs11-key', 'seal-ec', '--pkcs11-sessions', '1'];
    await writeFile(path('pin'), `${PIN}\n`);
    const node = startNode([...serve, ...flags, '--pkcs11-pin-file', path('pin')], {
      SOFTHSM2_CONF: path('softhsm2.conf'),
    });
    await node.url();
    const child = childProcess(node.pid);
    node.signal('SIGKILL');
    await node.ended();
    while (existsSync(`/proc/${child}`)) await new Promise((resolve) => setImmediate(resolve));
  });
});

describe('a token is refused, with what to do,', () => {
  it.each([
    ['a wrong PIN', { pin: new Secret('111111') }, 'KEYS_TOKEN_PIN_REFUSED', /CKR_PIN_INCORRECT/],
    ['no PIN', { pin: null }, 'KEYS_TOKEN_PIN_REFUSED', /CHIROGRAPH_PKCS11_PIN/],
    ['a key that is not there', { keyLabel: 'other' }, 'KEYS_TOKEN_KEY_UNKNOWN', /pkcs11Key/],
    [
      'label and id of different keys',
      { keyId: Uint8Array.of(1) },
      'KEYS_TOKEN_KEY_UNKNOWN',
      /pkcs11KeyId/,
    ],
    ['a token that is not there', { token: 'other' }, 'KEYS_TOKEN_UNAVAILABLE', /pkcs11Token/],
    ['a module that is none', { module: '/dev/null' }, 'KEYS_TOKEN_MODULE', /pkcs11Module/],
    [
      'a key without a certificate',
      { keyLabel: 'seal-rsa' },
      'KEYS_SEAL_UNUSABLE',
      /no certificate/,
    ],
  ])('for %s', async (_, options, code, message) => {
    const refused = open(options);
    await expect(refused).rejects.toMatchObject({ code });
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.not.toThrow(/111111/);
    expect(crashes).toEqual([]);
  });

  it('and its PIN is still good after that', async () => {
    await expect(open()).resolves.toBeDefined();
  });
});

async function expectSealed(signer: Signer, algorithm: SignatureAlgorithmName): Promise<void> {
  const cms = await sealSignerOf(signer, algorithm).seal(content, NOW);
  const anchors = [trustAnchorFrom(root.certificate)];
  expect(validateCades({ cms, content, anchors, at: NOW })).toMatchObject({
    indication: 'TOTAL-PASSED',
    algorithm,
  });
  await writeFile(path('seal.cms'), cms);
  await expect(opensslVerifies('content')).resolves.toBeDefined();
  await expect(opensslVerifies('altered')).rejects.toMatchObject({ code: 4 });
}

function opensslVerifies(file: string): Promise<unknown> {
  return run('openssl', [
    ...['cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', path('seal.cms')],
    ...['-content', path(file), '-CAfile', path('root.pem'), '-attime', String(NOW / 1000)],
    ...['-out', path('out')],
  ]);
}

/** The first answers may be of the time before. */
async function untilItFails(act: () => Promise<unknown>): Promise<unknown> {
  for (;;) {
    const failure: unknown = await act().then(
      () => null,
      (cause: unknown) => cause,
    );
    if (failure !== null) return failure;
  }
}

function certify(name: string, jwk: JsonWebKey): Uint8Array<ArrayBuffer> {
  const spki = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'der' });
  const signatureAlgorithm = SIGNATURE_ALGORITHMS['ecdsa-sha256'];
  const toBeSigned = certificateToBeSigned({
    serialNumber: Uint8Array.of(7),
    issuer: root.certificate.subject.der,
    subject: derName([['CN', name]]),
    notBefore: yearsFromNow(-1),
    notAfter: yearsFromNow(40),
    subjectPublicKeyInfo: new Uint8Array(spki),
    extensions: [keyUsage('digitalSignature', 'nonRepudiation')],
    signatureAlgorithm,
  });
  const value = createSignature(signatureAlgorithm, root.privateKey, toBeSigned);
  return Uint8Array.from(completeCertificate(toBeSigned, signatureAlgorithm, value));
}

function pem(der: Uint8Array): string {
  const base64 = Buffer.from(der).toString('base64').replace(/.{64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
}

async function post(url: string, body: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  expect({ status: response.status, answer }).toMatchObject({ status: 201 });
  return answer;
}
