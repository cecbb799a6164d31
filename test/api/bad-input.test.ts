/** What is wrong gets a problem with its code, and nothing is appended. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openSuiteService } from '../support/suite-service.js';
import type { TestService } from '../support/test-service.js';
import {
  answer,
  append,
  createLedger,
  foundTenant,
  ledgerOf,
  newKey,
  problem,
  RECORD,
} from './support/ledger-client.js';

const MAX_PAYLOAD_BYTES = 2048;
const MAX_BODY_BYTES = 8192;
const JSON_TYPE = { 'content-type': 'application/json' };

let node: TestService;
let sizeBefore: number;

openSuiteService(
  async (opened) => {
    node = opened;
    await createLedger(node, 'kyc');
    await append(node, 'kyc', RECORD, { headers: { 'idempotency-key': 'used' } });
  },
  { maxPayloadBytes: MAX_PAYLOAD_BYTES, maxBodyBytes: MAX_BODY_BYTES },
);

beforeEach(async () => {
  sizeBefore = (await ledgerOf(node, 'kyc')).size;
});

afterEach(async () => {
  expect((await ledgerOf(node, 'kyc')).size).toBe(sizeBefore);
});

const post = (body: string | Uint8Array, headers: Record<string, string> = {}): Promise<Response> =>
  node.request('/v1/ledgers/kyc/records', { body, headers: { ...JSON_TYPE, ...headers } });

/** RECORD as text, with a member more or another. */
const text = (member: string): string =>
  `{"type":"T","subject":"s"${member === '' ? '' : `,${member}`}}`;

describe('a body that is no record', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['nothing', '', 'JSON_MALFORMED'],
    ['half of one', '{"type":"T",', 'JSON_MALFORMED'],
    ['two of them', '{} {}', 'JSON_MALFORMED'],
    ['a comment', `${text('"payload":{}')} // that is all`, 'JSON_MALFORMED'],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'BYTES_MALFORMED'],
    ['overlong UTF-8', Buffer.from([0x22, 0xc0, 0xaf, 0x22]), 'BYTES_MALFORMED'],
    ['a byte order mark', `\ufeff${text('"payload":{}')}`, 'JSON_MALFORMED'],
    ['a list', '[]', 'RECORD_MALFORMED'],
    ['null', 'null', 'RECORD_MALFORMED'],
    ['a text', '"record"', 'RECORD_MALFORMED'],
    ['a duplicate member', text('"type":"U","payload":{}'), 'JSON_NOT_CANONICAL'],
    ['__proto__', text('"payload":{},"__proto__":{"role":"admin"}'), 'JSON_NOT_CANONICAL'],
    ['__proto__ in the payload', text('"payload":{"__proto__":{}}'), 'JSON_NOT_CANONICAL'],
    ['a spelt-out __proto__', text('"payload":{"\\u005f_proto__":{}}'), 'JSON_NOT_CANONICAL'],
    [
      'deep nesting',
      text(`"payload":{"a":${'['.repeat(500)}${']'.repeat(500)}}`),
      'JSON_NOT_CANONICAL',
    ],
    ['a lone surrogate', text('"payload":{"a":"\\ud800"}'), 'JSON_NOT_CANONICAL'],
    [
      'an integer that loses digits',
      text('"payload":{"n":9007199254740993}'),
      'JSON_NOT_CANONICAL',
    ],
    [
      'a fraction that loses digits',
      text('"payload":{"n":0.1000000000000000055}'),
      'JSON_NOT_CANONICAL',
    ],
    ['a number beyond doubles', text('"payload":{"n":1e400}'), 'JSON_NOT_CANONICAL'],
    ['minus zero', text('"payload":{"n":-0}'), 'JSON_NOT_CANONICAL'],
  ])('%s', async (_what, body, code) => {
    expect(await problem(post(body), 400)).toBe(code);
  });
});

describe('a record with a member that is wrong', () => {
  it.each([
    ['no payload', {}, ''],
    ['a payload that is a list', { payload: [] }, 'payload'],
    ['a payload that is a text', { payload: 'x' }, 'payload'],
    ['a subject that is a number', { payload: {}, subject: 7 }, 'subject'],
    ['an empty subject', { payload: {}, subject: '' }, 'subject'],
    ['a subject with control characters', { payload: {}, subject: 'a\u0000b' }, 'subject'],
    ['a type with spaces', { payload: {}, type: 'a b' }, 'type'],
    ['null for a key', { payload: {}, key: null }, 'key'],
    ['an unknown member', { payload: {}, statement: {} }, ''],
    ['an unknown member of Object', { payload: {}, constructor: 1 }, ''],
    [
      'a day that does not exist',
      { payload: {}, validFrom: '2026-02-30T00:00:00.000Z' },
      'validFrom',
    ],
    [
      'an hour that does not exist',
      { payload: {}, validTo: '2026-02-01T24:00:00.000Z' },
      'validTo',
    ],
    ['a leap second', { payload: {}, validTo: '2016-12-31T23:59:60.000Z' }, 'validTo'],
    ['a time zone', { payload: {}, validFrom: '2026-02-01T00:00:00.000+01:00' }, 'validFrom'],
    [
      'an instant without milliseconds',
      { payload: {}, validFrom: '2026-02-01T00:00:00Z' },
      'validFrom',
    ],
    [
      'an end before its beginning',
      { payload: {}, validFrom: '2026-02-02T00:00:00.000Z', validTo: '2026-02-01T00:00:00.000Z' },
      'validTo',
    ],
    ['a retraction of nothing', { payload: {}, retracts: 'f'.repeat(64) }, 'retracts'],
    ['a claim that is none', { payload: {}, claim: { author: 'me' } }, 'claim'],
    ['no attachment, but a list for them', { payload: {}, attachments: [] }, 'attachments'],
    ['the same party twice', { payload: {}, parties: ['a', 'a'] }, 'parties'],
  ])('%s', async (_what, members, pointer) => {
    const body = JSON.stringify({ type: 'T', subject: 's', ...members });
    const answered = await answer<{ code: string; errors?: { pointer: string }[] }>(
      post(body),
      400,
    );
    expect(answered.code).toBe('RECORD_MALFORMED');
    if (pointer !== '') expect(answered.errors?.[0]?.pointer).toMatch(new RegExp(`^/${pointer}`));
  });

  it('is not quoted in what is said about it', async () => {
    const response = await post(JSON.stringify({ ...RECORD, 'geheim-4711': 1, subject: 7 }));
    expect(await response.text()).not.toContain('geheim');
  });
});

describe('a member that is missing', () => {
  it('is said to be, in words that are not those of JavaScript', async () => {
    const posts = ['/v1/ledgers', '/v1/ledgers/kyc/records'].map((path) =>
      node.request(path, { json: {} }),
    );
    for (const post of posts) {
      const { detail } = await answer<{ detail: string }>(post, 400);
      expect(detail).toMatch(/expected string, but there is none$/);
    }
  });
});

describe('a record that is too large', () => {
  it('by its payload', async () => {
    const payload = { a: 'x'.repeat(MAX_PAYLOAD_BYTES) };
    expect(await problem(post(JSON.stringify({ ...RECORD, payload })), 413)).toBe(
      'RECORD_TOO_LARGE',
    );
  });

  it('by what its payload grows to, when it is written out', async () => {
    const numbers = Array.from({ length: 150 }, () => '1e20').join(',');
    const body = `{"type":"T","subject":"s","payload":{"n":[${numbers}]}}`;
    expect(body.length).toBeLessThan(MAX_PAYLOAD_BYTES);
    expect(await problem(post(body), 413)).toBe('RECORD_TOO_LARGE');
  });

  it('by its payload and parts together', async () => {
    const payload = { a: 'x'.repeat(MAX_PAYLOAD_BYTES / 2) };
    const body = JSON.stringify({ ...RECORD, payload, parts: [{ subject: 'b', payload }] });
    expect(await problem(post(body), 413)).toBe('RECORD_TOO_LARGE');
  });

  it('by its body', async () => {
    const body = JSON.stringify({ ...RECORD, payload: { a: 'x'.repeat(MAX_BODY_BYTES) } });
    expect(await problem(post(body), 413)).toBe('BODY_TOO_LARGE');
  });
});

describe('a request that is wrong around its body', () => {
  it('by its media type or encoding', async () => {
    for (const type of ['text/plain', 'application/xml', 'multipart/form-data'])
      expect(await problem(post('{}', { 'content-type': type }), 415)).toBe(
        'CONTENT_TYPE_UNSUPPORTED',
      );
    expect(await problem(post('{}', { 'content-encoding': 'gzip' }), 415)).toBe(
      'CONTENT_ENCODING_UNSUPPORTED',
    );
  });

  it('by its idempotency key', async () => {
    for (const key of ['', 'x'.repeat(256), 'a b', 'schl\u00fcssel']) {
      const refused = post(JSON.stringify(RECORD), { 'idempotency-key': key });
      expect(await problem(refused, 400)).toBe('REQUEST_INVALID');
    }
  });

  it('by an idempotency key that was used for another record', async () => {
    const headers = { 'idempotency-key': 'used' };
    for (const other of [
      { ...RECORD, payload: { ...RECORD.payload, floor: 4 } },
      { ...RECORD, key: 'other' },
      { ...RECORD, subject: 'another' },
    ])
      expect(await problem(post(JSON.stringify(other), headers), 409)).toBe(
        'LEDGER_IDEMPOTENCY_CONFLICT',
      );
  });

  it('by an idempotency key that another author used for the same record', async () => {
    const key = await newKey(node, 'writer');
    const refused = node.request('/v1/ledgers/kyc/records', {
      json: RECORD,
      headers: { 'idempotency-key': 'used' },
      key,
    });
    expect(await problem(refused, 409)).toBe('LEDGER_IDEMPOTENCY_CONFLICT');
  });

  it('by its ledger', async () => {
    for (const name of ['nope', 'KYC', 'kyc%2f', '..%2fkyc', 'x'.repeat(2000)]) {
      const refused = node.request(`/v1/ledgers/${name}/records`, { json: RECORD });
      expect(await problem(refused, 404)).toBe('LEDGER_UNKNOWN');
    }
  });
});

describe('a key that is not good', () => {
  const asked = (key: string): Promise<Response> =>
    node.request('/v1/ledgers/kyc/records', { json: RECORD, key });

  it('is none, unknown, or has another secret', async () => {
    expect(await problem(asked(''), 401)).toBe('ACCESS_KEY_MISSING');
    const { adminKey } = node;
    for (const key of ['nonsense', `${adminKey.slice(0, -2)}AA`, adminKey.replace('_', '-')])
      expect(await problem(asked(key), 401)).toBe('ACCESS_KEY_UNKNOWN');
  });

  it('is revoked', async () => {
    const made = await answer<{ id: string; key: string }>(
      node.request('/v1/keys', { json: { role: 'writer' } }),
      201,
    );
    await answer(node.request(`/v1/keys/${made.id}`, { method: 'DELETE' }));
    expect(await problem(asked(made.key), 401)).toBe('ACCESS_KEY_REVOKED');
  });

  it("is another tenant's: the ledger is not there for it", async () => {
    expect(await problem(asked(await foundTenant(node, 'stranger')), 404)).toBe('LEDGER_UNKNOWN');
  });

  it('is told nothing about the body that it came with', async () => {
    const refused = node.request('/v1/ledgers/kyc/records', { body: '{', key: 'nonsense' });
    expect(await problem(refused, 401)).toBe('ACCESS_KEY_UNKNOWN');
  });
});
