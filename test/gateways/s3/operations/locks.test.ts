/** Object Lock: what is locked stays, whoever asks. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { UnixMillis } from '../../../../src/base/brand.js';
import { formatInstant } from '../../../../src/base/time.js';
import type { S3OperationName } from '../../../../src/gateways/s3/s3-operation-names.js';
import { removeDirectory, temporaryDirectory } from '../../../support/temporary-directory.js';
import { ANNA, type Asked, BERT, openOperations, type TestOperations } from './operations.js';

const BYPASS = { 'x-amz-bypass-governance-retention': 'true' };
const inDays = (days: number): string =>
  formatInstant((Date.now() + days * 86_400_000) as UnixMillis);

let directory: string;
let s3: TestOperations;
beforeEach(async () => {
  directory = await temporaryDirectory();
  s3 = await openOperations(directory);
  const headers = { 'x-amz-bucket-object-lock-enabled': 'true' };
  await s3.ask('CreateBucket', { as: BERT, bucket: 'kept', headers });
});
afterEach(async () => {
  await s3.close();
  await removeDirectory(directory);
});

async function codeOf(operation: S3OperationName, asked: Asked): Promise<string> {
  try {
    return String((await s3.ask(operation, { bucket: 'kept', key: 'a', ...asked })).status);
  } catch (error) {
    return (error as { code: string }).code;
  }
}

async function put(headers: Record<string, string> = {}): Promise<Record<string, string>> {
  const asked = { as: BERT, bucket: 'kept', key: 'a', body: 'a', headers };
  const { headers: told } = await s3.ask('PutObject', asked);
  return { versionId: told['x-amz-version-id'] ?? '' };
}

const locked = (mode: string, days: number) => ({
  'x-amz-object-lock-mode': mode,
  'x-amz-object-lock-retain-until-date': inDays(days),
});
const retention = (mode: string, until: string): string =>
  `<Retention><Mode>${mode}</Mode><RetainUntilDate>${until}</RetainUntilDate></Retention>`;

test('a compliance lock yields to nobody, and is made longer only', async () => {
  const query = await put(locked('COMPLIANCE', 10));
  for (const as of [ANNA, BERT]) {
    expect(await codeOf('DeleteObject', { as, query })).toBe('AccessDenied');
    expect(await codeOf('DeleteObject', { as, query, headers: BYPASS })).toBe('AccessDenied');
    for (const body of [
      retention('COMPLIANCE', inDays(9)),
      retention('GOVERNANCE', inDays(20)),
      '<Retention/>',
    ])
      expect(await codeOf('PutObjectRetention', { as, query, body, headers: BYPASS })).toBe(
        'AccessDenied',
      );
  }
  const longer = { as: BERT, query, body: retention('COMPLIANCE', inDays(11)) };
  expect(await codeOf('PutObjectRetention', longer)).toBe('200');
  // Out of sight it can go: the version stays.
  expect(await codeOf('DeleteObject', { as: BERT })).toBe('204');
  expect(await codeOf('GetObject', { as: BERT, query })).toBe('200');
});

test('a governance lock yields to an administrator who says so', async () => {
  const query = await put(locked('GOVERNANCE', 10));
  expect(await codeOf('DeleteObject', { as: ANNA, query })).toBe('AccessDenied');
  expect(await codeOf('DeleteObject', { as: BERT, query, headers: BYPASS })).toBe('AccessDenied');
  expect(await codeOf('DeleteObject', { as: ANNA, query, headers: BYPASS })).toBe('204');
});

test('a legal hold has no end but its release', async () => {
  const query = await put({ 'x-amz-object-lock-legal-hold': 'ON' });
  expect(await codeOf('DeleteObject', { as: ANNA, query, headers: BYPASS })).toBe('AccessDenied');
  const off = { as: BERT, query, body: '<LegalHold><Status>OFF</Status></LegalHold>' };
  expect(await codeOf('PutObjectLegalHold', off)).toBe('200');
  expect(await codeOf('DeleteObject', { as: BERT, query })).toBe('204');
});

test('a bucket’s rule holds for what says nothing', async () => {
  const rule = (inner: string): string =>
    `<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention>${inner}</DefaultRetention></Rule></ObjectLockConfiguration>`;
  const asked = (inner: string) =>
    codeOf('PutObjectLockConfiguration', { as: BERT, body: rule(inner) });
  expect(await asked('<Mode>COMPLIANCE</Mode><Days>0</Days>')).toBe('InvalidRetentionPeriod');
  expect(await asked('<Mode>COMPLIANCE</Mode><Days>1</Days><Years>1</Years>')).toBe('MalformedXML');
  expect(await asked('<Mode>compliance</Mode><Days>1</Days>')).toBe('MalformedXML');
  expect(await asked('<Mode>COMPLIANCE</Mode><Years>1</Years>')).toBe('200');
  const query = await put();
  expect(await codeOf('DeleteObject', { as: ANNA, query, headers: BYPASS })).toBe('AccessDenied');
  const { headers } = await s3.ask('HeadObject', { as: BERT, bucket: 'kept', key: 'a' });
  expect(headers['x-amz-object-lock-mode']).toBe('COMPLIANCE');
});

test('versions stay on, and a lock needs a bucket that has them', async () => {
  const body = '<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>';
  expect(await codeOf('PutBucketVersioning', { as: ANNA, body })).toBe('InvalidBucketState');
  await s3.ask('CreateBucket', { as: BERT, bucket: 'plain' });
  const asked = { as: BERT, bucket: 'plain', body: 'a', headers: locked('COMPLIANCE', 1) };
  expect(await codeOf('PutObject', asked)).toBe('InvalidRequest');
});

test('nobody locks what is in another’s bucket', async () => {
  const dora = { author: 'dora', role: 'writer' } as const;
  await s3.ask('PutBucketAcl', {
    bucket: 'kept',
    headers: { 'x-amz-acl': 'public-read-write' },
  });
  expect(await codeOf('PutObject', { as: dora, body: 'a' })).toBe('200');
  const asked = { as: dora, body: 'a', headers: locked('COMPLIANCE', 3650) };
  expect(await codeOf('PutObject', asked)).toBe('AccessDenied');
  expect(await codeOf('PutObject', { ...asked, as: null })).toBe('AccessDenied');
});

test('a lock ends in the future, and has a mode and a date', async () => {
  const asked = (headers: Record<string, string>) =>
    codeOf('PutObject', { as: BERT, body: 'a', headers });
  expect(await asked(locked('COMPLIANCE', -1))).toBe('InvalidArgument');
  expect(await asked(locked('NONE', 1))).toBe('InvalidArgument');
  expect(await asked({ 'x-amz-object-lock-mode': 'COMPLIANCE' })).toBe('InvalidArgument');
});
