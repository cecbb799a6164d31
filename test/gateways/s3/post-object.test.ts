/** Uploads of browsers: forms with a policy, signed as either version has it, or without. */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { utf8 } from '../../../src/base/bytes.js';
import { emptyAnswer } from '../../../src/gateways/s3/s3-answer.js';
import type { S3Request } from '../../../src/gateways/s3/s3-request.js';
import { type Answered, send, type S3Node, sendRaw, startS3Node } from './support/s3-node.js';

type Fields = readonly (readonly [string, string])[];

let node: S3Node;
let last: { readonly request: S3Request; readonly content: string } | null = null;
/** What the operation does with the file: nothing of it, for those that refuse. */
let isRead = true;

beforeAll(async () => {
  node = await startS3Node({
    idleMillis: 300,
    operations: {
      PostObject: async (request) => {
        let content = '';
        if (isRead)
          for await (const piece of request.body) content += Buffer.from(piece).toString('latin1');
        last = { request, content };
        return emptyAnswer(204);
      },
    },
  });
});

afterAll(async () => {
  await node.stop();
});

const BOUNDARY = 'x-boundary-17';

function form(fields: Fields, file: string | null, name = '; filename="a/b\\photo.jpg"'): string {
  const parts = fields.map(
    ([name, value]) =>
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"; filename="${name}"\r\n\r\n${value}\r\n`,
  );
  const last =
    file === null
      ? ''
      : `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"${name}\r\nContent-Type: image/jpeg\r\n\r\n${file}\r\n`;
  return `${parts.join('')}${last}--${BOUNDARY}--\r\n`;
}

function post(
  body: string,
  contentType = `multipart/form-data; boundary=${BOUNDARY}`,
): Promise<Answered> {
  last = null;
  const headers = { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(body) };
  return send(node, { method: 'POST', path: '/photos', headers }, body);
}

const upload = (fields: Fields, file: string | null = 'hello'): Promise<Answered> =>
  post(form(fields, file));

const inAnHour = (): string => new Date(Date.now() + 3_600_000).toISOString();

const CONDITIONS: readonly unknown[] = [
  { bucket: 'photos' },
  ['starts-with', '$key', 'user/'],
  { acl: 'private' },
  ['starts-with', '$Content-Type', 'image/'],
  ['content-length-range', 3, 10],
];
const FIELDS: Fields = [
  ['key', 'user/${filename}'],
  ['acl', 'private'],
  ['Content-Type', 'image/jpeg'],
];

const encoded = (policy: unknown): string => Buffer.from(JSON.stringify(policy)).toString('base64');
const policyOf = (conditions: readonly unknown[] = CONDITIONS, expiration = inAnHour()): string =>
  encoded({ expiration, conditions });

function version2(policy: string, secret = node.credential.secretAccessKey): Fields {
  const signature = createHmac('sha1', secret).update(policy).digest('base64');
  return [
    ['AWSAccessKeyId', node.credential.accessKeyId],
    ['signature', signature],
    ['policy', policy],
  ];
}

const hmac = (key: string | Uint8Array, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();

const V4 = { algorithm: 'AWS4-HMAC-SHA256', date: '20260102', region: 'eu-1' };
const scoped = (): string =>
  `${node.credential.accessKeyId}/${V4.date}/${V4.region}/s3/aws4_request`;
const OF_V4 = ['x-amz-algorithm', 'x-amz-credential', 'x-amz-date'];
const V4_CONDITIONS = [...CONDITIONS, ...OF_V4.map((name) => ['starts-with', `$${name}`, ''])];

function version4(policy: string, secret = node.credential.secretAccessKey): Fields {
  const steps = [V4.date, V4.region, 's3', 'aws4_request'];
  const key = steps.reduce<Uint8Array>((last, step) => hmac(last, step), utf8(`AWS4${secret}`));
  return [
    ['X-Amz-Algorithm', V4.algorithm],
    ['X-Amz-Credential', scoped()],
    ['X-Amz-Date', `${V4.date}T030405Z`],
    ['X-Amz-Signature', hmac(key, policy).toString('hex')],
    ['Policy', policy],
  ];
}

describe('a form without a policy', () => {
  it('is anonymous, and its fields stand for headers', async () => {
    const fields: Fields = [
      ['key', 'k'],
      ['aCl', 'public-read'],
      ['x-amz-meta-a', 'é'],
      ['tagging', '<Tagging/>'],
      ['success_action_status', '201'],
    ];
    expect(await upload(fields)).toMatchObject({ status: 204 });
    const { request, content } = last ?? { request: null, content: '' };
    expect(content).toBe('hello');
    expect(request).toMatchObject({
      ...{ operation: 'PostObject', bucket: 'photos', key: 'k' },
      caller: null,
    });
    expect(request?.headers.get('x-amz-acl')).toBe('public-read');
    expect(request?.headers.get('x-amz-meta-a')).toBe(Buffer.from('é').toString('latin1'));
    expect(request?.form?.get('tagging')).toBe('<Tagging/>');
    expect(request?.body.facts().length).toBe(5);
  });

  it('is taken with a file of any size, as it comes', async () => {
    const file = 'x'.repeat(3_000_000);
    expect(await upload([['key', 'k']], file)).toMatchObject({ status: 204 });
    expect(last?.content.length).toBe(file.length);
  });

  it('fills the name of the file into its key, where it has one', async () => {
    expect(await post(form([['key', 'a/${filename}']], 'hello'))).toMatchObject({ status: 204 });
    expect(last?.request.key).toBe('a/photo.jpg');
    expect(await post(form([['key', 'a/${filename}']], 'hello', ''))).toMatchObject({
      status: 204,
    });
    expect(last?.request.key).toBe('a/');
    expect(await post(form([['key', '${filename}']], 'hello', ''))).toMatchObject({
      code: 'InvalidArgument',
    });
  });

  it('checks a checksum that came as a field', async () => {
    const good: Fields = [
      ['key', 'k'],
      ['x-amz-checksum-crc32', 'NhCmhg=='],
    ];
    expect(await upload(good)).toMatchObject({ status: 204 });
    const bad: Fields = [
      ['key', 'k'],
      ['x-amz-checksum-crc32', 'sailor'],
    ];
    expect(await upload(bad)).toMatchObject({ status: 400, code: 'BadDigest' });
  });

  it.each<[string, string, Fields, string | null]>([
    ['without a key', 'InvalidArgument', [['acl', 'private']], 'hello'],
    ['with an empty key', 'InvalidArgument', [['key', '']], 'hello'],
    ['with a key that is too long', 'KeyTooLongError', [['key', 'k'.repeat(1025)]], 'hello'],
    ['without a file', 'IncorrectNumberOfFilesInPostRequest', [['key', 'k']], null],
    [
      'with a field twice',
      'MalformedPOSTRequest',
      [
        ['key', 'k'],
        ['Key', 'l'],
      ],
      'hello',
    ],
    [
      'with a signature of nothing',
      'InvalidArgument',
      [
        ['key', 'k'],
        ['signature', 'abc'],
      ],
      'hello',
    ],
    [
      'with fields that are too long',
      'MaxPostPreDataLengthExceededError',
      [
        ['key', 'k'],
        ['a', 'b'.repeat(21_000)],
      ],
      'hello',
    ],
    [
      'with fields that are too long together',
      'MaxPostPreDataLengthExceededError',
      [
        ['key', 'k'],
        ['a', 'b'.repeat(11_000)],
        ['c', 'b'.repeat(11_000)],
      ],
      'hello',
    ],
    [
      'with too many fields',
      'MaxPostPreDataLengthExceededError',
      [['key', 'k'], ...Array.from({ length: 101 }, (_, at) => [`x-ignore-${at}`, ''] as const)],
      'hello',
    ],
  ])('is refused %s', async (_what, code, fields, file) => {
    expect(await upload(fields, file)).toMatchObject({ status: 400, code });
  });

  it('is refused where it is a form of another kind, or none', async () => {
    const answered = await post('key=k', 'application/x-www-form-urlencoded');
    expect(answered).toMatchObject({ status: 412, code: 'PreconditionFailed' });
    expect(await post('abc', 'multipart/form-data; a=b')).toMatchObject({
      code: 'MalformedPOSTRequest',
    });
  });

  it('does not count before it has come whole', async () => {
    const whole = form([['key', 'k']], 'hello');
    const cut = whole.slice(0, whole.indexOf('hello') + 3);
    const behind = whole.slice(0, -10);
    for (const body of [cut, behind])
      expect(await post(body)).toMatchObject({ status: 400, code: 'MalformedPOSTRequest' });
    expect(last).toBeNull();
  });

  it('that stops coming is given up', async () => {
    const whole = form([['key', 'k']], 'hello');
    const cut = whole.slice(0, whole.indexOf('hello') + 3);
    const raw = `POST /photos HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=${BOUNDARY}\r\nContent-Length: ${whole.length}\r\n\r\n${cut}`;
    expect(await sendRaw(node, raw, /<\/Error>/)).toContain('<Code>RequestTimeout</Code>');
  });

  it('may be refused before its file is read', async () => {
    isRead = false;
    const answered = await upload([['key', 'k']], 'x'.repeat(200_000));
    isRead = true;
    expect(answered).toMatchObject({ status: 204 });
  });
});

describe.each([
  ['version 2', version2, CONDITIONS],
  ['version 4', version4, V4_CONDITIONS],
] as const)('a form with a policy signed as %s has it', (_version, signed, conditions) => {
  it('is from whoever signed it', async () => {
    expect(await upload([...FIELDS, ...signed(policyOf(conditions))])).toMatchObject({
      status: 204,
    });
    expect(last?.request).toMatchObject({
      key: 'user/photo.jpg',
      caller: { principal: { tenant: 'bank', keyId: node.key.id } },
    });
    expect(last?.request.headers.get('content-type')).toBe('image/jpeg');
  });

  it('is refused under another secret', async () => {
    const fields = [...FIELDS, ...signed(policyOf(conditions), 'another')];
    expect(await upload(fields)).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
  });

  it('is refused where the policy is another one', async () => {
    const fields = [...FIELDS, ...signed(policyOf(conditions))].map(([name, value]) =>
      name.toLowerCase() === 'policy'
        ? ([name, policyOf([...conditions].reverse())] as const)
        : ([name, value] as const),
    );
    expect(await upload(fields)).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
  });
});

describe('a policy', () => {
  const sent = (policy: string, fields: Fields = FIELDS, file = 'hello'): Promise<Answered> =>
    upload([...fields, ...version2(policy)], file);
  const without = (name: string): Fields => FIELDS.filter(([one]) => one !== name);

  it.each<[string, readonly unknown[], Fields]>([
    ['of another bucket', [{ bucket: 'other' }, ...CONDITIONS.slice(1)], FIELDS],
    ['that says nothing of the bucket', CONDITIONS.slice(1), FIELDS],
    ['that wants another key', CONDITIONS, [['key', 'other'], ...without('key')]],
    ['that wants a field that is missing', CONDITIONS, without('acl')],
    ['that says nothing of a field', CONDITIONS, [...FIELDS, ['x-amz-meta-a', 'b']]],
    [
      'that wants a field to be empty',
      [...CONDITIONS, ['eq', '$x-amz-meta-a', '']],
      [...FIELDS, ['x-amz-meta-a', 'b']],
    ],
  ])('refuses a form where it is one %s', async (_what, conditions, fields) => {
    expect(await sent(policyOf(conditions), fields)).toMatchObject({
      status: 403,
      code: 'AccessDenied',
    });
  });

  it('takes a form for whatever it says, in any case, and lets x-ignore-… by', async () => {
    const conditions = [
      { bUcKeT: 'photos', AcL: 'private' },
      ['StArTs-WiTh', '$KeY', 'user/'],
      ['Eq', '$content-TYPE', 'image/jpeg'],
    ];
    const fields: Fields = [...FIELDS, ['x-ignore-a', 'b']];
    expect(await sent(policyOf(conditions), fields)).toMatchObject({ status: 204 });
  });

  it('ends', async () => {
    expect(await sent(policyOf(CONDITIONS, '2020-01-01T00:00:00Z'))).toMatchObject({
      status: 403,
      code: 'AccessDenied',
    });
  });

  it.each([
    ['too short', 'EntityTooSmall', 'ab'],
    ['too long', 'EntityTooLarge', 'x'.repeat(11)],
  ])('says how long the file may be: not %s', async (_what, code, file) => {
    expect(await sent(policyOf(), FIELDS, file)).toMatchObject({ status: 400, code });
  });

  it.each<[string, unknown]>([
    ['no JSON', 'abc'],
    ['a list', []],
    ['no expiration', { conditions: CONDITIONS }],
    ['no expiration of this name', { EXPIRATION: '2099-01-01T00:00:00Z', conditions: CONDITIONS }],
    ['an expiration that is none', { expiration: '2099-01-01 00:00:00', conditions: CONDITIONS }],
    ['no conditions', { expiration: '2099-01-01T00:00:00Z' }],
    ['an empty condition', { expiration: '2099-01-01T00:00:00Z', conditions: [{}] }],
    [
      'another kind of condition',
      { expiration: '2099-01-01T00:00:00Z', conditions: [['like', '$key', 'a']] },
    ],
    [
      'half a range',
      { expiration: '2099-01-01T00:00:00Z', conditions: [['content-length-range', 0]] },
    ],
    [
      'a range below nothing',
      { expiration: '2099-01-01T00:00:00Z', conditions: [['content-length-range', -1, 0]] },
    ],
    ['a member twice', null],
  ])('is refused that has %s', async (_what, policy) => {
    const base64 =
      policy === null
        ? Buffer.from(
            '{"expiration":"2099-01-01T00:00:00Z","conditions":[],"conditions":[{"a":"b"}]}',
          ).toString('base64')
        : policy === 'abc'
          ? 'abc'
          : encoded(policy);
    expect(await sent(base64)).toMatchObject({ status: 400, code: 'InvalidPolicyDocument' });
  });
});
