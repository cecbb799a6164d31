/** Who may do what over S3: a role opens, an ACL narrows, and what is granted to everybody is an administrator's to give. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parseFilePath } from '../../../../src/files/file-path.js';
import type { S3OperationName } from '../../../../src/gateways/s3/s3-operation-names.js';
import { removeDirectory, temporaryDirectory } from '../../../support/temporary-directory.js';
import { inPieces, TENANT } from '../../../support/test-drives.js';
import {
  ANNA,
  type Asked,
  BERT,
  type Caller,
  CARA,
  NOBODY,
  openOperations,
  type TestOperations,
} from './operations.js';

let directory: string;
let s3: TestOperations;
beforeEach(async () => {
  directory = await temporaryDirectory();
  s3 = await openOperations(directory);
});
afterEach(async () => {
  await s3.close();
  await removeDirectory(directory);
});

const DORA: Caller = { author: 'dora', role: 'writer' };

async function codeOf(operation: S3OperationName, asked: Asked): Promise<string> {
  try {
    return String((await s3.ask(operation, asked)).status);
  } catch (error) {
    return (error as { code: string }).code;
  }
}

const bucket = (as: Caller | null, name = 'berts', headers: Record<string, string> = {}) => ({
  as,
  bucket: name,
  headers,
});
const object = (as: Caller | null, headers: Record<string, string> = {}) => ({
  ...bucket(as, 'berts', headers),
  key: 'a',
});
/** What each of these may: read the object, list, write another, read the ACL. */
async function sheet(as: Caller | null): Promise<readonly string[]> {
  return [
    await codeOf('GetObject', object(as)),
    await codeOf('ListObjectsV2', bucket(as)),
    await codeOf('PutObject', { ...bucket(as), key: 'b', body: 'b' }),
    await codeOf('GetObjectAcl', object(as)),
  ];
}
const DENIED = 'AccessDenied';
const NOTHING = [DENIED, DENIED, DENIED, DENIED];

describe('a private bucket', () => {
  beforeEach(async () => {
    await s3.ask('CreateBucket', bucket(BERT));
    await s3.ask('PutObject', { ...object(BERT), body: 'a' });
  });

  test('is its owner’s, and of whoever configures drives', async () => {
    expect(await sheet(BERT)).toEqual(['200', '200', '200', '200']);
    expect(await sheet(ANNA)).toEqual(['200', '200', '200', '200']);
    for (const other of [DORA, CARA, NOBODY]) expect(await sheet(other)).toEqual(NOTHING);
  });

  test('tells nobody else what is not there', async () => {
    const asked = (as: Caller | null) => codeOf('GetObject', { ...bucket(as), key: 'none' });
    expect(await asked(BERT)).toBe('NoSuchKey');
    expect(await asked(DORA)).toBe(DENIED);
    expect(await asked(NOBODY)).toBe(DENIED);
  });

  test('is listed to those who may look into it', async () => {
    const shown = async (as: Caller) => (await s3.ask('ListBuckets', { as })).text;
    expect(await shown(BERT)).toContain('<Name>berts</Name>');
    expect(await shown(DORA)).not.toContain('berts');
    expect(await codeOf('ListBuckets', { as: NOBODY })).toBe(DENIED);
  });

  test('is configured and deleted by its owner alone', async () => {
    const configuring: readonly (readonly [S3OperationName, string])[] = [
      [
        'PutBucketVersioning',
        '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
      ],
      ['PutBucketTagging', '<Tagging><TagSet/></Tagging>'],
      ['DeleteBucketCors', ''],
      ['DeleteBucket', ''],
    ];
    for (const [operation, body] of configuring)
      expect([operation, await codeOf(operation, { ...bucket(DORA), body })]).toEqual([
        operation,
        DENIED,
      ]);
    await s3.ask('DeleteObject', object(BERT));
    expect(await codeOf('DeleteBucket', bucket(BERT))).toBe('204');
    expect(s3.entered.slice(-2)).toEqual([
      ['begun', 'drive:configure'],
      ['ended', 'drive:configure'],
    ]);
    expect(await codeOf('HeadBucket', bucket(BERT))).toBe('NoSuchBucket');
  });

  test('has every refused try entered', async () => {
    s3.entered.length = 0;
    await codeOf('GetObject', object(DORA));
    expect(s3.entered).toEqual([['refused', 'file:read']]);
  });
});

describe('an ACL', () => {
  const granting = (grants: string) =>
    `<AccessControlPolicy><AccessControlList>${grants}</AccessControlList></AccessControlPolicy>`;
  const grant = (id: string, permission: string) =>
    `<Grant><Grantee><ID>${id}</ID></Grantee><Permission>${permission}</Permission></Grant>`;
  const idOf = async (as: Caller): Promise<string> =>
    /<ID>(.*?)</.exec((await s3.ask('ListBuckets', { as })).text)?.[1] ?? '';

  beforeEach(async () => {
    await s3.ask('CreateBucket', bucket(BERT));
    await s3.ask('PutObject', { ...object(BERT), body: 'a' });
  });

  test('lets in by name, as far as the role goes', async () => {
    const grants =
      grant(await idOf(DORA), 'FULL_CONTROL') + grant(await idOf(CARA), 'FULL_CONTROL');
    await s3.ask('PutBucketAcl', { ...bucket(BERT), body: granting(grants) });
    await s3.ask('PutObjectAcl', { ...object(BERT), body: granting(grants) });
    expect(await sheet(DORA)).toEqual(['200', '200', '200', '200']);
    // A reader writes nowhere, whatever an ACL says.
    expect(await sheet(CARA)).toEqual(['200', '200', DENIED, '200']);
    expect(await sheet(NOBODY)).toEqual(NOTHING);
    await s3.ask('PutBucketAcl', bucket(BERT, 'berts', { 'x-amz-acl': 'private' }));
    await s3.ask('PutObjectAcl', object(BERT, { 'x-amz-acl': 'private' }));
    expect(await sheet(DORA)).toEqual(NOTHING);
  });

  test('opens to everybody only by whoever configures drives', async () => {
    const opening = { 'x-amz-acl': 'public-read-write' };
    expect(await codeOf('PutBucketAcl', bucket(BERT, 'berts', opening))).toBe(DENIED);
    expect(await codeOf('PutObject', { ...object(BERT, opening), body: 'a' })).toBe(DENIED);
    expect(await codeOf('CreateBucket', bucket(BERT, 'open', opening))).toBe(DENIED);
    expect(await sheet(NOBODY)).toEqual(NOTHING);
    await s3.ask('PutBucketAcl', bucket(ANNA, 'berts', opening));
    expect(await sheet(NOBODY)).toEqual([DENIED, '200', '200', DENIED]);
    await s3.ask('PutObjectAcl', object(ANNA, { 'x-amz-acl': 'public-read' }));
    expect(await sheet(NOBODY)).toEqual(['200', '200', '200', DENIED]);
    // What a stranger puts is named theirs, and read by nobody but whoever configures drives.
    const { text } = await s3.ask('GetObjectAcl', { ...bucket(ANNA), key: 'b' });
    expect(text).toContain('<DisplayName>s3:anonymous</DisplayName>');
  });

  test('is out of force behind a public access block, and no public one is taken', async () => {
    await s3.ask('PutBucketAcl', bucket(ANNA, 'berts', { 'x-amz-acl': 'public-read' }));
    expect(await codeOf('ListObjectsV2', bucket(NOBODY))).toBe('200');
    const block = (name: string) =>
      `<PublicAccessBlockConfiguration><${name}>true</${name}></PublicAccessBlockConfiguration>`;
    await s3.ask('PutPublicAccessBlock', { ...bucket(BERT), body: block('IgnorePublicAcls') });
    expect(await codeOf('ListObjectsV2', bucket(NOBODY))).toBe(DENIED);
    await s3.ask('PutPublicAccessBlock', { ...bucket(BERT), body: block('BlockPublicAcls') });
    const opening = bucket(ANNA, 'berts', { 'x-amz-acl': 'public-read' });
    expect(await codeOf('PutBucketAcl', opening)).toBe(DENIED);
  });

  test('is none where the owner of the bucket owns all', async () => {
    await s3.ask('PutBucketOwnershipControls', {
      ...bucket(BERT),
      body: '<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>',
    });
    const body = granting(grant(await idOf(DORA), 'READ'));
    expect(await codeOf('PutObjectAcl', { ...object(BERT), body })).toBe(
      'AccessControlListNotSupported',
    );
    await s3.ask('PutObject', { ...object(ANNA), body: 'anna’s' });
    expect((await s3.ask('GetObjectAcl', object(BERT))).text).toContain('>bert<');
  });

  test('names its owner, or is refused', async () => {
    const owner = `<Owner><ID>${await idOf(DORA)}</ID></Owner>`;
    const body = `<AccessControlPolicy>${owner}<AccessControlList/></AccessControlPolicy>`;
    expect(await codeOf('PutBucketAcl', { ...bucket(BERT), body })).toBe(DENIED);
    const foo = granting(grant('_foo', 'READ'));
    expect(await codeOf('PutBucketAcl', { ...bucket(BERT), body: foo })).toBe('InvalidArgument');
  });
});

describe('a drive that was not made over S3', () => {
  test('is ruled by roles alone', async () => {
    const drive = await s3.node.drives.make(TENANT, { author: 'anna' }, 'berts');
    const content = await drive.store(inPieces(Buffer.from('a')));
    await drive.put({ author: 'anna' }, parseFilePath('a'), content, { mediaType: 'text/plain' });
    expect(await sheet(BERT)).toEqual(['200', '200', '200', '200']);
    expect(await sheet(CARA)).toEqual(['200', '200', DENIED, '200']);
    expect(await sheet(NOBODY)).toEqual(NOTHING);
    expect(await codeOf('PutBucketTagging', bucket(BERT))).toBe(DENIED);
  });
});

describe('a name', () => {
  test('is a bucket’s once; its owner may ask again, the same', async () => {
    await s3.ask('CreateBucket', bucket(BERT));
    expect(await codeOf('CreateBucket', bucket(BERT))).toBe('200');
    expect(await codeOf('CreateBucket', bucket(DORA))).toBe('BucketAlreadyExists');
    const locked = { 'x-amz-bucket-object-lock-enabled': 'true' };
    expect(await codeOf('CreateBucket', bucket(BERT, 'berts', locked))).toBe('BucketAlreadyExists');
    expect(await codeOf('CreateBucket', bucket(CARA, 'caras'))).toBe(DENIED);
    expect(await codeOf('CreateBucket', bucket(NOBODY, 'open'))).toBe(DENIED);
  });

  test('of a ledger of records is no bucket’s', async () => {
    const tenant = s3.node.store.tenantNamed(TENANT);
    if (tenant === undefined) throw new Error('there is no tenant');
    await s3.ask('CreateBucket', bucket(BERT));
    await s3.node.store.createLedger(tenant, 'kyc');
    expect(await codeOf('HeadBucket', bucket(ANNA, 'kyc'))).toBe('NoSuchBucket');
  });

  test.each(['a', 'ab', 'A-b', 'a_b', '-ab', 'ab-', 'a..b', 'a.-b', '10.0.0.1', 'x'.repeat(64)])(
    '%s is none that a bucket can have',
    async (name) => {
      expect(await codeOf('CreateBucket', bucket(BERT, name))).toBe('InvalidBucketName');
    },
  );
});
