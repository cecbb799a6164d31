/**
 * Raised signatures before OpenSSL's eyes, with tokens, CRLs and OCSP responses that OpenSSL has made.
 * Needs `openssl` 3 on the path.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toBase64, toHex, utf8 } from '../../src/base/bytes.js';
import {
  archiveTimeStampCoverage,
  prepareArchiveTimeStamp,
  withArchiveTimeStamp,
} from '../../src/signing/archive-time-stamp.js';
import {
  levelOf,
  signatureImprint,
  unsignedValues,
  type ValidationData,
  withSignatureTimeStamp,
  withValidationData,
} from '../../src/signing/cades-levels.js';
import { parseSignedData } from '../../src/signing/cms-signed-data.js';
import { type DigestName, digestOf, DIGESTS } from '../../src/signing/digest-algorithms.js';
import { OID } from '../../src/signing/oids.js';
import { readRevocationInfo } from '../../src/signing/revocation-info.js';
import { isRefusal } from '../../src/signing/signature-report.js';
import { issueCrl } from '../signing/support/simple-revocation.js';
import { type Identity, issueCa, issueTo, NOW, signCades } from '../signing/support/test-pki.js';
import { issueTsa, tokenFrom } from '../signing/support/test-tsa.js';

const content = utf8('what is signed\r\n\0by one and read by the other\n');
const root = issueCa({ name: 'Root' });
const sub = issueCa({ name: 'Sub', issuer: root });
const signer = issueTo({ name: 'Signer', issuer: sub, serialNumber: 7 });
const tsa = issueTsa('Time', root);
const NOTHING: ValidationData = { certificates: [], crls: [], ocspResponses: [] };

const NONE: Uint8Array = new Uint8Array();

let folder = '';
const path = (name: string): string => join(folder, name);
const levels = { T: NONE, LT: NONE, LTA: NONE, renewed: NONE };
let ocspResponse: Uint8Array;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chirograph-openssl-levels-'));
  await writeFile(path('content'), content);
  await writeFile(path('altered'), utf8('something else'));
  for (const [name, identity] of Object.entries({ root, sub, signer, tsa }))
    await save(name, identity);
  await writeFile(path('tsa.cnf'), TSA_CONFIGURATION);
  await writeFile(path('serial'), '01\n');
  ocspResponse = await ocspGood();

  const basic = signCades(signer, content, { chain: [sub] });
  const hash = signatureImprint(parseSignedData(basic), DIGESTS.sha256);
  levels.T = withSignatureTimeStamp(basic, { der: await stampedByOpenssl(hash) });
  levels.LT = withValidationData(levels.T, {
    certificates: [root, sub, tsa].map(({ certificate }) => certificate.der),
    crls: [issueCrl(root), issueCrl(sub)],
    ocspResponses: [ocspResponse],
  });
  levels.LTA = await archived(levels.LT, 'sha256');
  const crls = [issueCrl(root, { number: 2 })];
  levels.renewed = await archived(withValidationData(levels.LTA, { ...NOTHING, crls }), 'sha512');
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe.each(['T', 'LT', 'LTA', 'renewed'] as const)('a signature that is raised: %s', (level) => {
  it('is one that OpenSSL verifies, and of no other content', async () => {
    expect(await opensslVerifies(levels[level])).toBe(true);
    expect(await opensslVerifies(levels[level], { file: 'altered' })).toBe(false);
    expect(levelOf(parseSignedData(levels[level]))).toBe(
      { T: 'B-T', LT: 'B-LT', LTA: 'B-LTA', renewed: 'B-LTA' }[level],
    );
  });

  it('has time-stamps that OpenSSL verifies', async () => {
    const signedData = parseSignedData(levels[level]);
    const { signature } = signedData.signer;
    const [stamp] = unsignedValues(signedData, OID.signatureTimeStamp).map(tokenFrom);
    expect(await opensslVerifiesToken(stamp?.der, digestOf(DIGESTS.sha256, signature))).toBe(true);
    expect(await opensslVerifiesToken(stamp?.der, digestOf(DIGESTS.sha256, content))).toBe(false);
    const archives = unsignedValues(signedData, OID.archiveTimeStampV3).map(tokenFrom);
    expect(archives).toHaveLength({ T: 0, LT: 0, LTA: 1, renewed: 2 }[level]);
    for (const { der, info } of archives)
      expect(await opensslVerifiesToken(der, info.imprint.hash)).toBe(true);
  });
});

describe('validation data', () => {
  it('is found by OpenSSL in the signature, and not before it is there', async () => {
    expect(await opensslVerifies(levels.T, { crlCheck: true })).toBe(false);
    for (const level of ['LT', 'LTA', 'renewed'] as const)
      expect(await opensslVerifies(levels[level], { crlCheck: true })).toBe(true);
  });

  it('that revokes the signer makes OpenSSL refuse', async () => {
    const crls = [issueCrl(root), issueCrl(sub, { revoked: [7] })];
    const revoked = withValidationData(levels.T, { ...NOTHING, crls });
    expect(await opensslVerifies(revoked)).toBe(true);
    expect(await opensslVerifies(revoked, { crlCheck: true })).toBe(false);
  });

  it('has the OCSP response of OpenSSL as it was', () => {
    const found = parseSignedData(levels.renewed)
      .revocationNodes.map(readRevocationInfo)
      .filter((info) => info?.kind === 'ocsp');
    expect(found).toEqual([{ kind: 'ocsp', der: new Uint8Array(ocspResponse) }]);
  });
});

it('archive time-stamps of OpenSSL cover what they were asked to', () => {
  const signedData = parseSignedData(levels.renewed);
  const counts = unsignedValues(signedData, OID.archiveTimeStampV3).map((node) => {
    const coverage = archiveTimeStampCoverage(signedData, tokenFrom(node), (digest) =>
      digestOf(digest, content),
    );
    return isRefusal(coverage)
      ? coverage.says
      : [coverage.covers, coverage.later].map(({ revocations }) => revocations.length);
  });
  expect(counts.sort()).toEqual([
    [3, 1],
    [4, 0],
  ]);
});

async function archived(cms: Uint8Array, name: DigestName): Promise<Uint8Array> {
  const digest = DIGESTS[name];
  const prepared = prepareArchiveTimeStamp(cms, digestOf(digest, content), digest);
  const token = await stampedByOpenssl(prepared.imprint, name);
  return withArchiveTimeStamp(cms, { der: token }, prepared.hashIndex);
}

async function stampedByOpenssl(
  hash: Uint8Array,
  digest: DigestName = 'sha256',
): Promise<Uint8Array> {
  await openssl(
    ...['ts', '-query', '-digest', toHex(hash), `-${digest}`, '-cert', '-out', path('query')],
  );
  await openssl(
    ...['ts', '-reply', '-config', path('tsa.cnf'), '-queryfile', path('query')],
    ...['-signer', path('tsa.pem'), '-inkey', path('tsa.key'), '-token_out', '-out', path('token')],
  );
  return readFile(path('token'));
}

const TSA_CONFIGURATION = `[tsa]
default_tsa = authority
[authority]
serial = $ENV::TSA_FOLDER/serial
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
signer_digest = sha256
ess_cert_id_alg = sha256
`;

async function opensslVerifiesToken(token: Uint8Array = NONE, hash: Uint8Array): Promise<boolean> {
  await writeFile(path('token'), token);
  return answers(
    ...['ts', '-verify', '-token_in', '-in', path('token'), '-digest', toHex(hash)],
    ...['-CAfile', path('root.pem'), ...AT_TIME],
  );
}

async function ocspGood(): Promise<Uint8Array> {
  await writeFile(path('index'), 'V\t300101000000Z\t\t07\tunknown\t/CN=Signer\n');
  await openssl(
    ...['ocsp', '-index', path('index'), '-CA', path('sub.pem'), '-issuer', path('sub.pem')],
    ...['-rsigner', path('sub.pem'), '-rkey', path('sub.key'), '-cert', path('signer.pem')],
    ...['-ndays', '30', '-respout', path('ocsp'), '-noverify'],
  );
  return readFile(path('ocsp'));
}

async function opensslVerifies(
  cms: Uint8Array,
  { file = 'content', crlCheck = false }: { file?: string; crlCheck?: boolean } = {},
): Promise<boolean> {
  await writeFile(path('in.cms'), cms);
  return answers(
    ...['cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', path('in.cms')],
    ...['-content', path(file), '-CAfile', path('root.pem'), ...AT_TIME, '-out', path('out')],
    ...(crlCheck ? ['-crl_check_all'] : []),
  );
}

const AT_TIME = ['-attime', String(NOW / 1000)];

/** Yes, or a no that is one: not the lack of a program or of an option. */
async function answers(...args: readonly string[]): Promise<boolean> {
  try {
    await openssl(...args);
    return true;
  } catch (error) {
    expect(error).toMatchObject({
      stderr: expect.stringMatching(/erification failure|message imprint mismatch/) as unknown,
    });
    return false;
  }
}

async function openssl(...args: readonly string[]): Promise<string> {
  const env = { ...process.env, TSA_FOLDER: folder };
  const { stdout } = await promisify(execFile)('openssl', args, { env });
  return stdout;
}

async function save(name: string, { certificate, privateKey }: Identity): Promise<void> {
  const lines = toBase64(certificate.der).match(/.{1,64}/g) ?? [];
  const pem = `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
  await writeFile(path(`${name}.pem`), pem);
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  await writeFile(path(`${name}.key`), key, { mode: 0o600 });
}
