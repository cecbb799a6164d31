import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sign } from 'aws4';
import type { TenantName } from '../../../src/access/tenant-name.js';
import { concat, toBase64, toHex, utf8 } from '../../../src/base/bytes.js';
import { emptyAnswer, type S3Answer, xmlAnswer } from '../../../src/gateways/s3/s3-answer.js';
import { S3Error } from '../../../src/gateways/s3/s3-error.js';
import type { S3Request } from '../../../src/gateways/s3/s3-request.js';
import { element, s3Document } from '../../../src/gateways/s3/xml-element.js';
import { framed } from './support/chunked.js';
import { ask, type S3Node, send, sendRaw, startS3Node } from './support/s3-node.js';

let node: S3Node;
/** What the operations were asked, last one last. */
const asked: S3Request[] = [];

async function stored(request: S3Request): Promise<S3Answer> {
  asked.push(request);
  const pieces: Uint8Array[] = [];
  for await (const piece of request.body) pieces.push(Uint8Array.from(piece));
  const { length, md5, checksums } = request.body.facts();
  return emptyAnswer(200, {
    ETag: `"${toHex(md5)}"`,
    'x-length': String(length),
    'x-content': toBase64(concat(...pieces)).slice(0, 100),
    'x-checksum': checksums.map(({ algorithm, value }) => `${algorithm} ${value}`).join(),
  });
}

async function* bytesOf(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) {
    await Promise.resolve();
    yield utf8(text);
  }
}

const disclosure = {
  ...{ action: 'file:read' as const, tenant: 'bank' as TenantName, ledger: 'b' },
  ...{ question: { key: 'k' }, entries: [] },
};

const shown = (length: number, ...texts: readonly string[]): S3Answer => ({
  ...{ status: 200, headers: { 'Content-Type': 'text/plain' }, disclosure },
  body: { kind: 'stream', length, bytes: bytesOf(...texts) },
});

beforeAll(async () => {
  node = await startS3Node({
    domain: 's3.example.com',
    idleMillis: 300,
    operations: {
      PutObject: stored,
      UploadPart: stored,
      CompleteMultipartUpload: stored,
      CreateBucket: () => {
        throw new S3Error('AccessDenied', 'Access Denied');
      },
      GetObject: ({ key }) =>
        Promise.resolve(
          key === 'short'
            ? shown(9, 'hello')
            : key === 'long'
              ? shown(3, 'he', 'llo')
              : shown(5, 'he', 'llo'),
        ),
      HeadObject: () => Promise.resolve(shown(5, 'hello')),
      ListObjects: (request) => {
        asked.push(request);
        return Promise.resolve(xmlAnswer(s3Document('ListBucketResult', [element('Name', 'b<')])));
      },
      DeleteObject: () => {
        throw new Error('a mistake of ours, with a secret in it');
      },
      Preflight: () => Promise.resolve(emptyAnswer(200)),
      CopyObject: () =>
        Promise.resolve({
          ...emptyAnswer(200),
          body: { kind: 'late-xml', document: () => Promise.resolve(element('CopyObjectResult')) },
        }),
    },
  });
});

afterAll(async () => {
  await node.stop();
});

const put = (
  headers: Record<string, string>,
  body: string,
  path = '/b/k',
): ReturnType<typeof ask> => ask(node, { method: 'PUT', path, headers, body });

describe('a signed request', () => {
  it('reaches its operation with its names decoded and its caller known', async () => {
    const answered = await put(
      { 'x-amz-meta-a': 'one' },
      'hello',
      '/b/a%20b/%C3%A9%2B?versionId=7',
    );
    expect(answered).toMatchObject({ status: 200, headers: { 'x-length': '5' } });
    expect(answered.headers.etag).toBe(`"${createHash('md5').update('hello').digest('hex')}"`);
    expect(asked.at(-1)).toMatchObject({
      ...{ operation: 'PutObject', bucket: 'b', key: 'a b/é+', resource: '/b/a b/é+' },
      caller: { principal: { tenant: 'bank', role: 'admin', keyId: node.key.id } },
    });
    expect(asked.at(-1)?.query.get('versionId')).toBe('7');
    expect(asked.at(-1)?.headers.startingWith('x-amz-meta-')).toEqual([['a', 'one']]);
    expect(answered.headers['x-amz-request-id']).toBe(asked.at(-1)?.id);
  });

  it('names its bucket by its host where there is a domain', async () => {
    const headers = { Host: `photos.s3.example.com:${node.port}` };
    await ask(node, { method: 'PUT', path: '/k/l', headers, body: '' });
    expect(asked.at(-1)).toMatchObject({ bucket: 'photos', key: 'k/l', resource: '/photos/k/l' });
  });

  it('may be signed in its URL, and then needs no header', async () => {
    const answered = await ask(node, { path: '/b?prefix=a', signQuery: true });
    expect(answered.status).toBe(200);
    expect([...(asked.at(-1)?.query ?? [])]).toEqual([['prefix', 'a']]);
  });

  it.each([
    ['another secret', { secretAccessKey: 'x'.repeat(40) }, 'SignatureDoesNotMatch'],
    ['a key that is not there', { accessKeyId: 'CHIROS3K0A1B2C3D4E5E' }, 'InvalidAccessKeyId'],
    ['a key of nobody here', { accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }, 'InvalidAccessKeyId'],
  ])('is refused with %s', async (_what, other, code) => {
    const credential = { ...node.credential, ...other };
    expect(await ask(node, { path: '/b', credential })).toMatchObject({ status: 403, code });
    const inUrl = await ask(node, { path: '/b', credential, signQuery: true });
    expect(inUrl).toMatchObject({ status: 403, code });
  });

  it('enters a wrong secret of a key that is there, and no others', async () => {
    node.failed.length = 0;
    await ask(node, { path: '/b', credential: { ...node.credential, secretAccessKey: 'x' } });
    const unknown = { ...node.credential, accessKeyId: 'CHIROS3K0A1B2C3D4E5E' };
    await ask(node, { path: '/b', credential: unknown });
    expect(node.failed).toMatchObject([{ claimed: node.key.id, code: 'ACCESS_KEY_UNKNOWN' }]);
  });

  it.each([
    ['the version of before', { Authorization: 'AWS AKIA:abc=' }, 'InvalidRequest'],
    [
      'half a header',
      { Authorization: 'AWS4-HMAC-SHA256 Credential=a' },
      'AuthorizationHeaderMalformed',
    ],
    ['a token', { 'x-amz-security-token': 'abc' }, 'InvalidToken'],
  ])('is refused with %s', async (_what, headers, code) => {
    expect(await ask(node, { path: '/b', credential: null, headers })).toMatchObject({
      status: 400,
      code,
    });
  });

  it('says how to sign where version 2 is used', async () => {
    const { text } = await ask(node, {
      path: '/b?AWSAccessKeyId=a&Signature=b&Expires=1',
      credential: null,
    });
    expect(text).toContain('signature_version=s3v4');
  });

  it('must sign every x-amz-… header', async () => {
    const { path } = presigned('/b');
    const headers = { 'x-amz-acl': 'public-read' };
    const answered = await ask(node, { path, credential: null, headers });
    expect(answered).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect(answered.text).toContain('<HeadersNotSigned>x-amz-acl</HeadersNotSigned>');
  });

  it.each(['versionId=8', 'response-content-type=text%2Fhtml', 'X-Amz-Expires=604800'])(
    'in a URL is of that URL alone: not with %s',
    async (more) => {
      const { path } = presigned('/b/k');
      const answered = await ask(node, { path: `${path}&${more}`, credential: null });
      expect(answered.code).toBe('SignatureDoesNotMatch');
    },
  );

  it.each(['0', '-7', '604801', 'x'])('in a URL does not live %s seconds', async (expires) => {
    const { path } = presigned(`/b/k?X-Amz-Expires=${expires}`);
    expect(await ask(node, { path, credential: null })).toMatchObject({ status: 403 });
  });
});

function without(headers: Readonly<Record<string, string>>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([one]) => one !== name));
}

function presigned(path: string): { readonly path: string } {
  const host = `127.0.0.1:${node.port}`;
  const wanted = { host, service: 's3', region: 'any', method: 'GET', path, signQuery: true };
  return sign(wanted, node.credential);
}

describe('an anonymous request', () => {
  it('reaches its operation, which decides', async () => {
    expect(await ask(node, { path: '/b', credential: null })).toMatchObject({ status: 200 });
    expect(asked.at(-1)?.caller).toBeNull();
    const empty = { Authorization: '' };
    expect(await ask(node, { path: '/b', credential: null, headers: empty })).toMatchObject({
      status: 200,
    });
  });

  it('asks before it signs where a browser does', async () => {
    const { path } = presigned('/b/k');
    const answered = await ask(node, { method: 'OPTIONS', path, credential: null });
    expect(answered.status).toBe(200);
  });
});

describe('a body', () => {
  const sha256 = 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=';
  const md5 = 'XUFAKrxLKna5cZ2REBfFkg==';

  it.each([
    ['Content-MD5', { 'Content-MD5': md5 }],
    ['SHA-256', { 'x-amz-checksum-sha256': sha256 }],
    ['an unsigned payload', { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }],
  ])('is taken with %s', async (_what, headers) => {
    expect(await put(headers, 'hello')).toMatchObject({ status: 200 });
  });

  it.each([
    ['another MD5', { 'Content-MD5': 'XUFAKrxLKna5cZ2REBfFkQ==' }, 'BadDigest'],
    ['an MD5 that is none', { 'Content-MD5': 'abc' }, 'InvalidDigest'],
    ['another checksum', { 'x-amz-checksum-crc32': 'AAAAAA==' }, 'BadDigest'],
    ['a checksum that is none', { 'x-amz-checksum-crc32': 'bad' }, 'BadDigest'],
    [
      'two checksums',
      { 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-checksum-sha256': sha256 },
      'InvalidRequest',
    ],
    ['another hash', { 'x-amz-content-sha256': '0'.repeat(64) }, 'XAmzContentSHA256Mismatch'],
    [
      'a word for a hash',
      { 'x-amz-content-sha256': 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD' },
      'InvalidArgument',
    ],
  ])('is refused with %s', async (_what, headers, code) => {
    expect(await put(headers, 'hello')).toMatchObject({ status: 400, code });
  });

  it('that completes an upload has checksums of the object, not of itself', async () => {
    const headers = { 'x-amz-checksum-sha256': `${sha256}-3` };
    const answered = await ask(node, {
      method: 'POST',
      path: '/b/k?uploadId=1',
      headers,
      body: 'x',
    });
    expect(answered.status).toBe(200);
  });

  it('needs a length where it is kept, or framing that tells its end', async () => {
    const raw = 'PUT /b/k HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n';
    expect(await sendRaw(node, raw, /x-length: 0/)).toMatch(/^HTTP\/1.1 200 /);
    const none = 'PUT /b/k HTTP/1.1\r\nHost: a\r\n\r\n';
    expect(await sendRaw(node, none, /<\/Error>/)).toMatch(/^HTTP\/1.1 411 /);
  });

  it('that is larger than S3 takes is refused before it comes', async () => {
    const raw = `PUT /b/k HTTP/1.1\r\nHost: a\r\nContent-Length: ${5 * 1024 ** 3 + 1}\r\n\r\nabc`;
    expect(await sendRaw(node, raw, /<\/Error>/)).toContain('<Code>EntityTooLarge</Code>');
  });

  it('that stands still is given up', async () => {
    const raw = 'PUT /b/k HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc';
    expect(await sendRaw(node, raw, /<\/Error>/)).toContain('<Code>RequestTimeout</Code>');
  });

  it('comes in chunks with a checksum behind it, as SDKs send it', async () => {
    const trailer = { 'x-amz-checksum-crc32': 'NhCmhg==' };
    const headers = {
      ...{ 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' },
      ...{ 'x-amz-decoded-content-length': '5', 'x-amz-trailer': 'x-amz-checksum-crc32' },
      'content-encoding': 'gzip,aws-chunked',
    };
    const body = (said: Record<string, string>): string =>
      `5\r\nhello\r\n0\r\n${Object.entries(said)
        .map((pair) => pair.join(':'))
        .join('\r\n')}\r\n\r\n`;
    const taken = await put(headers, body(trailer));
    expect(taken).toMatchObject({ status: 200, headers: { 'x-checksum': 'CRC32 NhCmhg==' } });
    expect(asked.at(-1)?.headers.get('content-encoding')).toBe('gzip');
    expect(asked.at(-1)?.body.expectedLength).toBe(5);
    expect(await put(headers, body({ 'x-amz-checksum-crc32': 'NhCmhA==' }))).toMatchObject({
      code: 'BadDigest',
    });
    expect(await put(headers, body({ 'x-amz-checksum-sha256': sha256 }))).toMatchObject({
      code: 'MalformedTrailerError',
    });
    const unannounced = without(headers, 'x-amz-trailer');
    expect(await put(unannounced, body(trailer))).toMatchObject({ code: 'MalformedTrailerError' });
    const unmeasured = without(headers, 'x-amz-decoded-content-length');
    expect(await put(unmeasured, body(trailer))).toMatchObject({ code: 'MissingContentLength' });
  });

  it('comes in signed chunks, as restic and minio send it', async () => {
    const payload = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD';
    const host = `127.0.0.1:${node.port}`;
    const wanted = {
      ...{ host, service: 's3', region: 'eu-1', method: 'PUT', path: '/b/k' },
      headers: { 'X-Amz-Content-Sha256': payload, 'X-Amz-Decoded-Content-Length': '11' },
    };
    // It changes what it is given.
    const signed = sign({ ...wanted, headers: { ...wanted.headers } }, node.credential);
    const time = String(signed.headers['X-Amz-Date']);
    const [, seed = ''] = /Signature=(\w+)/.exec(String(signed.headers['Authorization'])) ?? [];
    const signing = {
      ...{ secret: node.credential.secretAccessKey, time, seed },
      ...{ date: time.slice(0, 8), region: 'eu-1' },
    };
    const body = framed({ chunks: [utf8('hello '), utf8('world')], signing });
    const how = { method: 'PUT', path: '/b/k', headers: signed.headers };
    const taken = await send(node, how, body);
    expect(taken.headers['x-content']).toBe(toBase64(utf8('hello world')));
    const changed = Buffer.from(body.toString('latin1').replace('world', 'World'), 'latin1');
    expect(await send(node, how, changed)).toMatchObject({ code: 'SignatureDoesNotMatch' });
    const anonymous = { ...how, headers: wanted.headers };
    expect(await send(node, anonymous, body)).toMatchObject({ code: 'InvalidArgument' });
  });

  it('is waited for only when an operation wants it', async () => {
    const headers = { Expect: '100-continue' };
    const refused = await ask(node, { method: 'PUT', path: '/b', headers, body: 'hello' });
    expect(refused).toMatchObject({
      status: 403,
      wasContinued: false,
      headers: { connection: 'close' },
    });
    const taken = await put(headers, 'hello');
    expect(taken).toMatchObject({ status: 200, wasContinued: true });
    const unsigned = { ...node.credential, secretAccessKey: 'x' };
    const other = await ask(node, {
      method: 'PUT',
      path: '/b/k',
      headers,
      body: 'hello',
      credential: unsigned,
    });
    expect(other).toMatchObject({ code: 'SignatureDoesNotMatch', wasContinued: false });
  });
});

describe('an answer', () => {
  it('leaves when what it shows is on record, and not before', async () => {
    let isRecorded = false;
    node.onDisclosed = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      isRecorded = true;
    };
    const answering = ask(node, { path: '/b/k' }).then((answered) => ({ answered, isRecorded }));
    expect(await answering).toMatchObject({
      answered: { status: 200, text: 'hello' },
      isRecorded: true,
    });
    expect(node.disclosed.at(-1)).toMatchObject({ ledger: 'b', question: { key: 'k' } });
    node.onDisclosed = () => Promise.reject(new Error('the disk is full'));
    const refused = await ask(node, { path: '/b/k' });
    expect(refused).toMatchObject({ status: 500, code: 'InternalError' });
    expect(refused.headers['content-type']).toBe('application/xml');
    node.onDisclosed = () => Promise.resolve();
  });

  it('to nobody in particular is entered as such', async () => {
    await ask(node, { path: '/b/k', credential: null });
    expect(node.actors.at(-1)).toBe('anonymous');
  });

  it('has the length of what it would show, and nothing, for HEAD', async () => {
    const answered = await ask(node, { method: 'HEAD', path: '/b/k' });
    expect(answered).toMatchObject({ status: 200, text: '', headers: { 'content-length': '5' } });
  });

  it('that is not as long as it says is cut, so that nobody takes it for whole', async () => {
    await expect(ask(node, { path: '/b/short' })).rejects.toThrow();
    await expect(ask(node, { path: '/b/long' })).rejects.toThrow();
    // What came next on the connection would be read as its rest.
    const twice = 'GET /b/short HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(2);
    expect((await sendRaw(node, twice)).split('HTTP/1.1 200').length).toBeLessThan(3);
  });

  it('is XML, escaped', async () => {
    const { text, headers } = await ask(node, { path: '/b' });
    expect(headers['content-type']).toBe('application/xml');
    expect(text).toContain('<Name>b&lt;</Name>');
  });

  it('of an operation that takes its time is its document all the same', async () => {
    const headers = { 'x-amz-copy-source': '/b/a' };
    const { status, text } = await ask(node, { method: 'PUT', path: '/b/k', headers });
    expect({ status, text }).toMatchObject({
      status: 200,
      text: expect.stringContaining('<CopyObjectResult/>'),
    });
  });

  it('tells nothing of our own mistakes', async () => {
    const { status, text, code } = await ask(node, { method: 'DELETE', path: '/b/k' });
    expect({ status, code }).toEqual({ status: 500, code: 'InternalError' });
    expect(text).not.toContain('secret');
    expect(text).toMatch(/<RequestId>[0-9a-f-]{36}<\/RequestId>/);
  });
});

describe('what is not served', () => {
  it.each([
    ['an operation without a handler', { path: '/b?versioning' }, 'GetBucketVersioning'],
    ['a sub-resource', { path: '/b?inventory' }, 'inventory'],
    [
      'a header',
      { path: '/b', headers: { 'x-amz-request-payer': 'requester' } },
      'x-amz-request-payer',
    ],
    [
      'a storage class',
      { path: '/b', headers: { 'x-amz-storage-class': 'GLACIER' } },
      'x-amz-storage-class',
    ],
    [
      "a client's key",
      { path: '/b', headers: { 'x-amz-server-side-encryption-customer-algorithm': 'AES256' } },
      'customer-algorithm',
    ],
    [
      'a checksum that nobody here knows',
      { path: '/b', headers: { 'x-amz-checksum-xxhash64': 'AAAAAAAAAAA=' } },
      'x-amz-checksum-xxhash64',
    ],
  ])('says so by name: %s', async (_what, wanted, name) => {
    const answered = await ask(node, wanted);
    expect(answered).toMatchObject({ status: 501, code: 'NotImplemented' });
    expect(answered.text).toContain(name);
  });

  it.each([
    ['a path of no UTF-8', '/b/%ff', 'InvalidURI'],
    ['half a percent sign', '/b/%4', 'InvalidURI'],
    ['a key that is too long', `/b/${'k'.repeat(1025)}`, 'KeyTooLongError'],
    ['a bucket that is too long', `/${'b'.repeat(300)}`, 'InvalidBucketName'],
    ['too many parameters', `/b?${'a=1&'.repeat(101)}`, 'InvalidArgument'],
  ])('is refused: %s', async (_what, path, code) => {
    expect(await ask(node, { path, credential: null })).toMatchObject({ status: 400, code });
  });

  it('is counted and timed by its operation, not by its path', async () => {
    const text = await node.metrics.metrics();
    expect(text).toMatch(
      /chirograph_s3_request_duration_seconds_count\{operation="GetObject",status="2xx"\} \d/,
    );
    expect(text).toMatch(/chirograph_s3_bytes_total\{direction="in"\} [1-9]/);
    expect(text).not.toContain('/b');
  });
});
