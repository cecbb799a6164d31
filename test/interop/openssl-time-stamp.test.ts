/** Our requests answered by `openssl ts`, and our answers verified by it. Needs `openssl` 3 on the path. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toBase64, toHex, utf8 } from '../../src/base/bytes.js';
import { systemClock } from '../../src/base/time.js';
import { ALGORITHM_POLICY_2026_11 } from '../../src/signing/algorithm-policy.js';
import type { SignatureAlgorithmName } from '../../src/signing/algorithms.js';
import { keyUsage } from '../../src/signing/certificate-builder.js';
import { type DigestName, digestOf, DIGESTS } from '../../src/signing/digest-algorithms.js';
import {
  encodeTimeStampRequest,
  parseTimeStampRequest,
  type TimeStampOrder,
} from '../../src/signing/time-stamp-request.js';
import { checkTimeStampResponse } from '../../src/signing/time-stamp-response-check.js';
import {
  encodeGrantedTimeStamp,
  encodeRejectedTimeStamp,
  parseTimeStampResponse,
} from '../../src/signing/time-stamp-response.js';
import { type Identity, issueCa, newKey, NOW } from '../signing/support/test-pki.js';
import { issuerOf, issueTsa, POLICY, stampedBy } from '../signing/support/time-stamping.js';

const content = utf8('what existed\r\n\0 by then\n');
const root = issueCa({ name: 'Root' });
const sub = issueCa({ name: 'Sub', issuer: root });
const ecTsa = issueTsa({ name: 'EC TSA', issuer: sub, serialNumber: 21 });
const p384Tsa = issueTsa({ name: 'P-384 TSA', issuer: sub, privateKey: newKey('P-384') });
const rsaTsa = issueTsa({ name: 'RSA TSA', issuer: sub, privateKey: newKey('RSA-2048') });

let folder = '';
const path = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chirograph-openssl-ts-'));
  await writeFile(path('content'), content);
  await writeFile(path('altered'), utf8('what existed later'));
  await writeFile(path('root.pem'), pem(root));
  await writeFile(path('sub.pem'), pem(sub));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('OpenSSL answers our requests', () => {
  const cases: readonly (readonly [string, Identity, DigestName, string, Settings])[] = [
    ['P-256, SHA-256', ecTsa, 'sha256', 'ecdsa-sha256', {}],
    ['P-256, SHA-384', ecTsa, 'sha384', 'ecdsa-sha384', { signer_digest: 'sha384' }],
    ['P-384, SHA-512', p384Tsa, 'sha512', 'ecdsa-sha512', { signer_digest: 'sha512' }],
    ['RSA, SHA-256', rsaTsa, 'sha256', 'rsa-pkcs1-sha256', {}],
    ['RSA, SHA-512', rsaTsa, 'sha512', 'rsa-pkcs1-sha512', { signer_digest: 'sha512' }],
    [
      'the certificate named by SHA-1',
      ecTsa,
      'sha256',
      'ecdsa-sha256',
      { ess_cert_id_alg: 'sha1' },
    ],
    ['the chain named', rsaTsa, 'sha256', 'rsa-pkcs1-sha256', { ess_cert_id_chain: 'yes' }],
    [
      'the chain named by SHA-512',
      ecTsa,
      'sha256',
      'ecdsa-sha256',
      { ess_cert_id_chain: 'yes', ess_cert_id_alg: 'sha512' },
    ],
  ];

  it.each(cases)('and we take it: %s', async (_name, tsa, digest, algorithm, settings) => {
    const request = order({ digest, hash: digestOf(DIGESTS[digest], content) });
    const response = await opensslAnswers(tsa, request, settings);
    const result = check(request, response);
    expect(result).toMatchObject({
      kind: 'accepted',
      algorithm: { name: algorithm },
      certificate: { sha256: tsa.certificate.sha256 },
      token: {
        info: {
          policy: POLICY,
          ordering: true,
          accuracyMillis: 1_501,
          tsa: tsa.certificate.subject,
          imprint: { digest: DIGESTS[digest] },
        },
      },
    });
    expect(result).toHaveProperty('token.signedData.certificates.length', 2);
    await expectOpensslVerifies(response, request);
  });

  it('with the time, serial number and nonce that OpenSSL prints', async () => {
    const request = order({});
    const response = await opensslAnswers(ecTsa, request);
    const { token } = parseTimeStampResponse(response);
    if (token === null) throw new Error('no token');
    const printed = await openssl('ts', '-reply', '-in', path('response'), '-text');
    const numbers = [token.info.serialNumber, token.info.nonce ?? new Uint8Array()];
    // OpenSSL leaves out zeros in front, byte by byte.
    const [serialNumber, nonce] = numbers.map((each) => toHex(each).replace(/^(?:00)+/, ''));
    expect(printed.toLowerCase()).toContain(`serial number: 0x${serialNumber ?? ''}\n`);
    expect(printed.toLowerCase()).toContain(`nonce: 0x${nonce ?? ''}\n`);
    const seconds = /Time stamp: (.*)\n/.exec(printed)?.[1]?.replace(/(\.\d+)? GMT$/, ' GMT') ?? '';
    expect(Math.abs(Date.parse(seconds) - token.info.genTime)).toBeLessThan(1_000);
  });

  it('with the policy that is asked for, or a refusal', async () => {
    const asked = order({ policy: '1.3.6.1.4.1.32473.2' });
    expect(check(asked, await opensslAnswers(ecTsa, asked))).toMatchObject({
      kind: 'accepted',
      token: { info: { policy: '1.3.6.1.4.1.32473.2' } },
    });
    const unknown = order({ policy: '1.2.3' });
    const refusal = await opensslAnswers(ecTsa, unknown);
    expect(parseTimeStampResponse(refusal)).toMatchObject({
      status: 'rejection',
      failInfo: ['unacceptedPolicy'],
      token: null,
    });
    expect(check(unknown, refusal)).toMatchObject({ kind: 'refused', flaw: 'rejected' });
  });

  it('without its certificate where we ask for none', async () => {
    const request = order({ certReq: false });
    const response = await opensslAnswers(ecTsa, request);
    expect(check(request, response)).toMatchObject({
      flaw: 'token',
      subIndication: 'NO_SIGNING_CERTIFICATE_FOUND',
    });
  });

  it('and prints what we ask', async () => {
    await writeFile(path('request'), order({ policy: POLICY }));
    const printed = await openssl('ts', '-query', '-in', path('request'), '-text');
    expect(printed).toContain('Version: 1');
    expect(printed).toContain('Hash Algorithm: sha256');
    expect(printed).toContain(`Policy OID: ${POLICY}`);
    expect(printed).toContain('Certificate required: yes');
  });

  it('and its requests are read', async () => {
    await openssl(
      ...['ts', '-query', '-data', path('content'), '-sha512', '-cert', '-tspolicy', POLICY],
      ...['-out', path('request')],
    );
    expect(parseTimeStampRequest(await readFile(path('request')))).toMatchObject({
      imprint: { digest: DIGESTS.sha512, hash: digestOf(DIGESTS.sha512, content) },
      policy: POLICY,
      certReq: true,
      nonce: expect.any(Uint8Array) as unknown,
    });
  });
});

describe('OpenSSL verifies our answers', () => {
  const cases: readonly (readonly [SignatureAlgorithmName, Identity, DigestName])[] = [
    ['ecdsa-sha256', ecTsa, 'sha256'],
    ['ecdsa-sha384', p384Tsa, 'sha384'],
    ['ecdsa-sha512', p384Tsa, 'sha512'],
    ['rsa-pkcs1-sha256', rsaTsa, 'sha512'],
    ['rsa-pkcs1-sha512', rsaTsa, 'sha256'],
  ];

  it.each(cases)('%s, and not for other content', async (algorithm, tsa, digest) => {
    const request = order({ digest, hash: digestOf(DIGESTS[digest], content) });
    const response = answer(tsa, request, algorithm);
    await expectOpensslVerifies(response, request);
    expect(await opensslVerifies(response, '-data', path('altered'))).toMatch(/imprint mismatch/);
    expect(await opensslVerifies(response, '-data', path('content'))).toBe('OK');
  });

  it('by PSS as a CMS: `openssl ts` is made of PKCS #7, which has no PSS', async () => {
    const { token } = parseTimeStampResponse(answer(rsaTsa, order({}), 'rsa-pss-sha256'));
    if (token === null) throw new Error('no token');
    await writeFile(path('token'), token.der);
    await openssl(
      ...['cms', '-verify', '-binary', '-inform', 'DER', '-in', path('token')],
      ...['-CAfile', path('root.pem'), '-purpose', 'timestampsign'],
      ...['-attime', String(NOW / 1000), '-out', path('tstinfo')],
    );
    expect(toHex(await readFile(path('tstinfo')))).toBe(toHex(token.content));
  });

  it('and refuses, as we do, the answer to another request', async () => {
    const response = answer(ecTsa, order({}));
    await writeFile(path('request'), order({}));
    expect(await opensslVerifies(response, '-queryfile', path('request'))).toMatch(
      /nonce mismatch/,
    );
    expect(check(order({}), response)).toMatchObject({ flaw: 'nonce' });
  });

  it('and refuses, as we do, a certificate that is not for time-stamping', async () => {
    const extensions = [keyUsage('digitalSignature')];
    const tsa = issueTsa({ name: 'Not a TSA', issuer: sub, extensions });
    const request = order({});
    const response = answer(tsa, request);
    expect(await opensslVerifies(response, '-data', path('content'))).toMatch(/certificate verify/);
    expect(check(request, response, NOW)).toMatchObject({
      flaw: 'token',
      subIndication: 'CHAIN_CONSTRAINTS_FAILURE',
    });
  });

  it('and refuses, as we do, a value by another key', async () => {
    const request = order({});
    const response = answer({ ...ecTsa, privateKey: newKey() }, request);
    expect(await opensslVerifies(response, '-data', path('content'))).toMatch(/signature failure/);
    expect(check(request, response, NOW)).toMatchObject({ subIndication: 'SIG_CRYPTO_FAILURE' });
  });

  it('and prints our refusal', async () => {
    await writeFile(path('response'), encodeRejectedTimeStamp('timeNotAvailable', 'no clock'));
    const printed = await openssl('ts', '-reply', '-in', path('response'), '-text');
    expect(printed).toContain('Status: Rejected.');
    expect(printed).toContain('no clock');
    expect(printed).toContain("the TSA's time source is not available");
  });
});

function order(changed: Partial<TimeStampOrder>): Uint8Array {
  const hash = digestOf(DIGESTS.sha256, content);
  return encodeTimeStampRequest({ digest: 'sha256', hash, nonce: randomBytes(16), ...changed });
}

function answer(
  tsa: Identity,
  request: Uint8Array,
  algorithm: SignatureAlgorithmName = 'ecdsa-sha256',
): Uint8Array {
  const issuer = issuerOf(tsa, { algorithm, chain: [sub.certificate] });
  return encodeGrantedTimeStamp(stampedBy(tsa, issuer, parseTimeStampRequest(request)));
}

function check(request: Uint8Array, response: Uint8Array, now = systemClock.now()) {
  return checkTimeStampResponse(parseTimeStampRequest(request), parseTimeStampResponse(response), {
    now,
    toleranceMillis: 60_000,
    policy: ALGORITHM_POLICY_2026_11,
  });
}

type Settings = Readonly<Record<string, string>>;

async function opensslAnswers(
  tsa: Identity,
  request: Uint8Array,
  settings: Settings = {},
): Promise<Uint8Array> {
  const key = tsa.privateKey.export({ type: 'pkcs8', format: 'pem' });
  await writeFile(path('tsa.key'), key, { mode: 0o600 });
  await writeFile(path('tsa.pem'), pem(tsa));
  await writeFile(path('serial'), `${toHex(randomBytes(8)).toUpperCase()}\n`);
  await writeFile(path('request'), request);
  const configuration = {
    serial: path('serial'),
    signer_cert: path('tsa.pem'),
    certs: path('sub.pem'),
    signer_key: path('tsa.key'),
    signer_digest: 'sha256',
    default_policy: POLICY,
    other_policies: '1.3.6.1.4.1.32473.2',
    digests: 'sha256, sha384, sha512',
    accuracy: 'secs:1, millisecs:500, microsecs:100',
    clock_precision_digits: '3',
    ordering: 'yes',
    tsa_name: 'yes',
    ess_cert_id_chain: 'no',
    ess_cert_id_alg: 'sha256',
    ...settings,
  };
  const lines = Object.entries(configuration).map(([name, value]) => `${name} = ${value}`);
  await writeFile(path('ts.cnf'), `[tsa]\ndefault_tsa = one\n[one]\n${lines.join('\n')}\n`);
  await openssl(
    ...['ts', '-reply', '-config', path('ts.cnf'), '-queryfile', path('request')],
    ...['-out', path('response')],
  );
  return readFile(path('response'));
}

async function expectOpensslVerifies(response: Uint8Array, request: Uint8Array): Promise<void> {
  await writeFile(path('request'), request);
  expect(await opensslVerifies(response, '-queryfile', path('request'))).toBe('OK');
}

/** `OK`, or what OpenSSL has against it. */
async function opensslVerifies(response: Uint8Array, ...of: readonly string[]): Promise<string> {
  await writeFile(path('response'), response);
  try {
    await openssl(
      ...['ts', '-verify', '-in', path('response'), '-CAfile', path('root.pem'), ...of],
      ...['-untrusted', path('sub.pem'), '-attime', String(NOW / 1000)],
    );
    return 'OK';
  } catch (error) {
    // An answer, and not the lack of a program or of an option.
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    expect(stdout + stderr).toContain('Verification: FAILED');
    return stderr;
  }
}

async function openssl(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('openssl', args);
  return stdout;
}

function pem({ certificate }: Identity): string {
  const lines = toBase64(certificate.der).match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
