/** Objects: put, read, copied, deleted, in versions and in parts, as clients of S3 expect. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { removeDirectory, temporaryDirectory } from '../../../support/temporary-directory.js';
import { openOperations, type TestOperations } from './operations.js';

let directory: string;
let s3: TestOperations;
beforeEach(async () => {
  directory = await temporaryDirectory();
  s3 = await openOperations(directory);
  await s3.ask('CreateBucket', { bucket: 'docs' });
});
afterEach(async () => {
  await s3.close();
  await removeDirectory(directory);
});

const at = (key: string, query: Record<string, string> = {}) => ({ bucket: 'docs', key, query });
const put = (key: string, body: string, headers: Record<string, string> = {}) =>
  s3.ask('PutObject', { ...at(key), body, headers });
const code = (name: string): object => ({ code: name });
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

async function versioned(): Promise<void> {
  await s3.ask('PutBucketVersioning', {
    bucket: 'docs',
    body: '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
  });
}

describe('an object', () => {
  test('is answered with what was said of it, and entered as shown', async () => {
    const headers = {
      'content-type': 'text/plain',
      'cache-control': 'no-cache',
      'content-encoding': 'gzip',
      'x-amz-meta-who': 'anna',
      'x-amz-tagging': 'a=1&b=2',
    };
    const { headers: made } = await put('a', 'content', headers);
    expect(made).toEqual({ etag: `"${md5('content')}"` });
    const { status, text, headers: told, answer } = await s3.ask('GetObject', at('a'));
    expect({ status, text }).toEqual({ status: 200, text: 'content' });
    expect(told).toMatchObject({
      'content-type': 'text/plain',
      'cache-control': 'no-cache',
      'content-encoding': 'gzip',
      'x-amz-meta-who': 'anna',
      'x-amz-tagging-count': '2',
    });
    expect(answer.disclosure).toMatchObject({
      action: 'file:read',
      ledger: 'docs',
      entries: [{ type: 'chirograph.File', subject: 'drive:docs' }],
    });
  });

  test.each([
    ['bytes=0-2', 206, 'con', 'bytes 0-2/7'],
    ['bytes=-2', 206, 'nt', 'bytes 5-6/7'],
    ['bytes=5-', 206, 'nt', 'bytes 5-6/7'],
    ['bytes=3-999', 206, 'tent', 'bytes 3-6/7'],
    ['bytes=2-1', 200, 'content', undefined],
    ['lines=1', 200, 'content', undefined],
  ])('is sent in part by %s', async (range, status, text, contentRange) => {
    await put('a', 'content');
    const told = await s3.ask('GetObject', { ...at('a'), headers: { range } });
    expect(told).toMatchObject({ status, text });
    expect(told.headers['content-range']).toBe(contentRange);
  });

  test('has no bytes behind its end', async () => {
    await put('a', 'content');
    await put('empty', '');
    const beyond = { ...at('a'), headers: { range: 'bytes=7-' } };
    await expect(s3.ask('GetObject', beyond)).rejects.toMatchObject(code('InvalidRange'));
    const none = { ...at('empty'), headers: { range: 'bytes=0-' } };
    await expect(s3.ask('GetObject', none)).rejects.toMatchObject(code('InvalidRange'));
  });

  test('is sent only where its conditions hold', async () => {
    await put('a', 'content');
    const etag = `"${md5('content')}"`;
    const get = (headers: Record<string, string>) => s3.ask('GetObject', { ...at('a'), headers });
    await expect(get({ 'if-match': '"other"' })).rejects.toMatchObject(code('PreconditionFailed'));
    await expect(
      get({ 'if-unmodified-since': 'Sun, 06 Nov 1994 08:49:37 GMT' }),
    ).rejects.toMatchObject(code('PreconditionFailed'));
    expect(await get({ 'if-match': etag })).toMatchObject({ status: 200 });
    expect(await get({ 'if-none-match': etag })).toMatchObject({ status: 304, text: '' });
    expect(await get({ 'if-modified-since': 'Thu, 31 Dec 2099 08:49:37 GMT' })).toMatchObject({
      status: 304,
    });
  });

  test('is written only where its conditions hold', async () => {
    const refused = (headers: Record<string, string>, name: string) =>
      expect(put('a', 'x', headers)).rejects.toMatchObject(code(name));
    await refused({ 'if-match': '*' }, 'NoSuchKey');
    await put('a', 'one', { 'if-none-match': '*' });
    await refused({ 'if-none-match': '*' }, 'PreconditionFailed');
    await refused({ 'if-match': md5('other') }, 'PreconditionFailed');
    await put('a', 'two', { 'if-match': md5('one') });
    expect(await s3.ask('GetObject', at('a'))).toMatchObject({ text: 'two' });
  });

  test('of two who put it if it is not there one does', async () => {
    const both = await Promise.allSettled(
      ['one', 'two'].map((body) => put('a', body, { 'if-none-match': '*' })),
    );
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  test('is copied with what is said of it, or with something else', async () => {
    await put('a', 'content', { 'content-type': 'text/plain', 'x-amz-meta-who': 'anna' });
    const source = { 'x-amz-copy-source': '/docs/a' };
    await s3.ask('CopyObject', { ...at('b'), headers: source });
    expect((await s3.ask('GetObject', at('b'))).headers).toMatchObject({
      'content-type': 'text/plain',
      'x-amz-meta-who': 'anna',
    });
    await expect(s3.ask('CopyObject', { ...at('a'), headers: source })).rejects.toMatchObject(
      code('InvalidRequest'),
    );
    const replacing = {
      ...source,
      'x-amz-metadata-directive': 'REPLACE',
      'x-amz-meta-who': 'bert',
    };
    const { answer } = await s3.ask('CopyObject', { ...at('a'), headers: replacing });
    expect(answer.disclosure?.question).toMatchObject({ operation: 'CopyObject', path: 'a' });
    const { headers, text } = await s3.ask('GetObject', at('a'));
    expect({ text, who: headers['x-amz-meta-who'] }).toEqual({ text: 'content', who: 'bert' });
  });
});

describe('versions', () => {
  test('are named, listed, deleted behind a marker, and taken out', async () => {
    await put('a', 'before');
    await versioned();
    const first = (await put('a', 'one')).headers['x-amz-version-id'] ?? '';
    const second = (await put('a', 'two')).headers['x-amz-version-id'] ?? '';
    expect(await s3.ask('GetObject', at('a', { versionId: first }))).toMatchObject({ text: 'one' });
    expect(await s3.ask('GetObject', at('a', { versionId: 'null' }))).toMatchObject({
      text: 'before',
    });
    const { headers } = await s3.ask('DeleteObject', at('a'));
    const marker = headers['x-amz-version-id'] ?? '';
    expect(headers['x-amz-delete-marker']).toBe('true');
    await expect(s3.ask('GetObject', at('a'))).rejects.toMatchObject({
      code: 'NoSuchKey',
      headers: { 'x-amz-delete-marker': 'true' },
    });
    await expect(s3.ask('GetObject', at('a', { versionId: marker }))).rejects.toMatchObject(
      code('MethodNotAllowed'),
    );
    const { text } = await s3.ask('ListObjectVersions', { bucket: 'docs' });
    const ids = [...text.matchAll(/<VersionId>(.*?)<\/VersionId>/g)].map(([, id]) => id);
    expect(ids).toEqual([marker, second, first, 'null']);
    await s3.ask('DeleteObject', at('a', { versionId: marker }));
    await s3.ask('DeleteObject', at('a', { versionId: second }));
    expect(await s3.ask('GetObject', at('a'))).toMatchObject({ text: 'one' });
    await expect(s3.ask('GetObject', at('a', { versionId: second }))).rejects.toMatchObject(
      code('NoSuchVersion'),
    );
  });

  test('are listed page by page, each once', async () => {
    await versioned();
    for (const n of [1, 2, 3, 4, 5]) await put(n < 4 ? 'a' : 'b', String(n));
    const ids: string[] = [];
    let markers: Record<string, string> = {};
    for (;;) {
      const query = { 'max-keys': '2', ...markers };
      const { text } = await s3.ask('ListObjectVersions', { bucket: 'docs', query });
      ids.push(...[...text.matchAll(/<VersionId>(.*?)<\/VersionId>/g)].map(([, id = '']) => id));
      const [, key] = /<NextKeyMarker>(.*?)</.exec(text) ?? [];
      const [, id] = /<NextVersionIdMarker>(.*?)</.exec(text) ?? [];
      if (key === undefined || id === undefined) break;
      markers = { 'key-marker': key, 'version-id-marker': id };
    }
    expect(ids).toHaveLength(5);
    expect(new Set(ids).size).toBe(5);
  });
});

describe('many at once', () => {
  test('are deleted, each for itself', async () => {
    for (const key of ['a', 'b', 'c']) await put(key, key);
    const named = ['a', 'b', 'there is none', '../x'].map(
      (key) => `<Object><Key>${key}</Key></Object>`,
    );
    const { text } = await s3.ask('DeleteObjects', {
      bucket: 'docs',
      body: `<Delete>${named.join('')}</Delete>`,
    });
    expect(text.match(/<Deleted>/g)).toHaveLength(3);
    expect(text).toContain('<Error><Key>../x</Key><Code>InvalidArgument</Code>');
    const { text: left } = await s3.ask('ListObjects', { bucket: 'docs' });
    expect([...left.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key)).toEqual(['c']);
  });

  test('are listed in folders, page by page', async () => {
    for (const key of ['a', 'b/1', 'b/2', 'c/1', 'd e']) await put(key, key);
    const found: string[] = [];
    let token: string | undefined;
    do {
      const query = {
        ...{ delimiter: '/', 'max-keys': '1', 'encoding-type': 'url' },
        ...(token !== undefined && { 'continuation-token': token }),
      };
      const { text } = await s3.ask('ListObjectsV2', { bucket: 'docs', query });
      const names = /<Contents><Key>(.*?)<|<CommonPrefixes><Prefix>(.*?)</.exec(text) ?? [];
      found.push(names[1] ?? names[2] ?? '');
      [, token] = /<NextContinuationToken>(.*?)</.exec(text) ?? [];
    } while (token !== undefined);
    expect(found).toEqual(['a', 'b/', 'c/', 'd%20e']);
  });
});

describe('an upload in parts', () => {
  const part = 'p'.repeat(5 * 1024 * 1024);

  async function begun(): Promise<string> {
    const { text } = await s3.ask('CreateMultipartUpload', at('big'));
    return /<UploadId>(.*?)</.exec(text)?.[1] ?? '';
  }

  const send = async (uploadId: string, partNumber: number, body: string): Promise<string> => {
    const query = { uploadId, partNumber: String(partNumber) };
    return (await s3.ask('UploadPart', { ...at('big', query), body })).headers['etag'] ?? '';
  };

  const completing = (parts: readonly (readonly [number, string])[]): string =>
    `<CompleteMultipartUpload>${parts
      .map(([n, etag]) => `<Part><PartNumber>${n}</PartNumber><ETag>${etag}</ETag></Part>`)
      .join('')}</CompleteMultipartUpload>`;

  test('becomes one object, which is sent part by part, and is completed twice alike', async () => {
    const uploadId = await begun();
    const parts = [
      [1, await send(uploadId, 1, part)],
      [3, await send(uploadId, 3, 'end')],
    ] as const;
    const complete = { ...at('big', { uploadId }), body: completing(parts) };
    const { text } = await s3.ask('CompleteMultipartUpload', complete);
    expect(text).toMatch(/<ETag>&quot;[0-9a-f]{32}-2&quot;<\/ETag>/);
    const last = await s3.ask('GetObject', at('big', { partNumber: '2' }));
    expect(last).toMatchObject({ status: 206, text: 'end' });
    expect(last.headers['x-amz-mp-parts-count']).toBe('2');
    await expect(s3.ask('GetObject', at('big', { partNumber: '3' }))).rejects.toMatchObject(
      code('InvalidPart'),
    );
    expect((await s3.ask('CompleteMultipartUpload', complete)).text).toBe(text);
    await put('big', 'another');
    await expect(s3.ask('CompleteMultipartUpload', complete)).rejects.toMatchObject(
      code('NoSuchUpload'),
    );
  });

  test('that is large is answered for while it is made, and its errors in the answer', async () => {
    await s3.close();
    s3 = await openOperations(`${directory}/other`, { longBytes: 3 });
    await s3.ask('CreateBucket', { bucket: 'docs' });
    const uploadId = await begun();
    const body = completing([[1, await send(uploadId, 1, 'end')]]);
    const complete = { ...at('big', { uploadId }), body };
    const [one, two] = await Promise.all([
      s3.ask('CompleteMultipartUpload', complete),
      s3.ask('CompleteMultipartUpload', complete),
    ]);
    expect(one.answer.body.kind).toBe('late-xml');
    // Who asked again while it was made is told the same.
    expect(two.text).toBe(one.text);
    const { answer } = await s3.ask('CopyObject', {
      ...at('copy'),
      headers: { 'x-amz-copy-source': 'docs/big' },
    });
    expect(answer.body.kind).toBe('late-xml');
    const wrong = completing([[2, `"${md5('end')}"`]]);
    const again = { ...at('big', { uploadId: await begun() }), body: wrong };
    await expect(s3.ask('CompleteMultipartUpload', again)).rejects.toMatchObject(
      code('InvalidPart'),
    );
  });

  test('is refused with parts out of order, too small, altered or unknown', async () => {
    const uploadId = await begun();
    const [one, two] = [await send(uploadId, 1, 'small'), await send(uploadId, 2, 'end')];
    const refused = (parts: readonly (readonly [number, string])[], name: string) =>
      expect(
        s3.ask('CompleteMultipartUpload', { ...at('big', { uploadId }), body: completing(parts) }),
      ).rejects.toMatchObject(code(name));
    await refused([], 'MalformedXML');
    await refused([[2, two], [1, one]], 'InvalidPartOrder'); // prettier-ignore
    await refused([[1, one], [2, two]], 'EntityTooSmall'); // prettier-ignore
    await refused([[1, two]], 'InvalidPart');
    await refused([[4, one]], 'InvalidPart');
    await s3.ask('AbortMultipartUpload', at('big', { uploadId }));
    await refused([[1, one]], 'NoSuchUpload');
  });
});
