import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import type { JsonObject, JsonValue } from '../../src/base/canonical-json.js';
import { parseRecordInput, recordInputSchema } from '../../src/records/record-input.js';
import { failure } from '../support/errors.js';
import { payload, person, typeName } from './arbitraries.js';

const RECORD = { type: 'tradle.Residence', subject: 'customer-4711', payload: { city: 'London' } };
const PART = { subject: 'customer-4712', payload: {} };
const CLAIM = { $v: 1 };
const FILE = { file: 'a'.repeat(64) };
const SIGNED = { keyId: 'k', alg: 'ES256', value: `${'A'.repeat(86)}==` };

describe('parseRecordInput', () => {
  it('takes what it is given, unchanged', () => {
    const full = {
      ...RECORD,
      key: 'residence',
      validFrom: '2026-01-01T00:00:00.000Z',
      validTo: '2026-12-31T23:59:59.999Z',
      retracts: 'a'.repeat(64),
      parties: ['customer-1', 'customer-2'],
      parts: [{ ...PART, class: 'kyc', nonce: '0'.repeat(32) }],
      attachments: [{ ...FILE, name: 'passport.pdf' }],
      retention: 'aml-5y',
      claim: CLAIM,
    };
    expect(parseRecordInput(RECORD)).toEqual(RECORD);
    expect(parseRecordInput(full)).toEqual(full);
  });

  it('takes every type, name and payload that is allowed', () => {
    fc.assert(
      fc.property(typeName, person, person, payload, (type, subject, key, content) => {
        const record = { type, subject, key, payload: content };
        expect(parseRecordInput(record)).toEqual(record);
      }),
    );
  });

  it.each<[string, JsonValue, string]>([
    ['is not an object', [RECORD], ''],
    ['is null', null, ''],
    ['has an unknown member', { ...RECORD, colour: 'red' }, ''],
    [
      'has an unknown member in a part',
      { ...RECORD, parts: [PART, { ...PART, x: 1 }] },
      '/parts/1',
    ],
    ['has no type', { subject: 'a', payload: {} }, '/type'],
    ['has an empty type', { ...RECORD, type: '' }, '/type'],
    ['has a type with a slash', { ...RECORD, type: 'a/b' }, '/type'],
    ['has a type of 129 characters', { ...RECORD, type: 'a'.repeat(129) }, '/type'],
    ['has no subject', { type: 'a', payload: {} }, '/subject'],
    ['has an empty subject', { ...RECORD, subject: '' }, '/subject'],
    ['has a subject of 257 characters', { ...RECORD, subject: 'a'.repeat(257) }, '/subject'],
    ['has a control character in its subject', { ...RECORD, subject: 'a\u0000' }, '/subject'],
    ['has a line end in its subject', { ...RECORD, subject: 'a\n' }, '/subject'],
    ['has a lone surrogate in its subject', { ...RECORD, subject: '\ud800' }, '/subject'],
    ['has a number as subject', { ...RECORD, subject: 4711 }, '/subject'],
    ['has an empty key', { ...RECORD, key: '' }, '/key'],
    ['has null as key', { ...RECORD, key: null }, '/key'],
    ['has a payload that is an array', { ...RECORD, payload: [] }, '/payload'],
    ['has a payload that is null', { ...RECORD, payload: null }, '/payload'],
    ['has no payload', { type: 'a', subject: 'b' }, '/payload'],
    ['is valid from a date alone', { ...RECORD, validFrom: '2026-01-01' }, '/validFrom'],
    ['is valid in seconds', { ...RECORD, validFrom: '2026-01-01T00:00:00Z' }, '/validFrom'],
    ['is valid by an offset', { ...RECORD, validTo: '2026-01-01T00:00:00.000+01:00' }, '/validTo'],
    ['is valid to 30 February', { ...RECORD, validTo: '2026-02-30T00:00:00.000Z' }, '/validTo'],
    ['is valid for no time', valid('2026-01-01T00:00:00.000Z'), '/validTo'],
    ['is valid to before from', valid('2025-01-01T00:00:00.000Z'), '/validTo'],
    ['retracts an index', { ...RECORD, retracts: '7' }, '/retracts'],
    ['retracts in capitals', { ...RECORD, retracts: 'A'.repeat(64) }, '/retracts'],
    ['has no parties but an array for them', { ...RECORD, parties: [] }, '/parties'],
    ['has 65 parties', { ...RECORD, parties: names(65) }, '/parties'],
    ['has a party twice', { ...RECORD, parties: ['a', 'b', 'a'] }, '/parties'],
    ['has a party with a tab', { ...RECORD, parties: ['a', 'b\t'] }, '/parties/1'],
    ['has no parts but an array for them', { ...RECORD, parts: [] }, '/parts'],
    ['has 65 parts', { ...RECORD, parts: names(65).map(() => PART) }, '/parts'],
    ['has a part without a subject', { ...RECORD, parts: [{ payload: {} }] }, '/parts/0/subject'],
    [
      'has a part with text as payload',
      { ...RECORD, parts: [{ ...PART, payload: '' }] },
      '/parts/0/payload',
    ],
    [
      'has a part of a class in capitals',
      { ...RECORD, parts: [{ ...PART, class: 'A' }] },
      '/parts/0/class',
    ],
    [
      'has a part with a short nonce',
      { ...RECORD, parts: [{ ...PART, nonce: '00' }] },
      '/parts/0/nonce',
    ],
    [
      'has a claim and a part without a nonce',
      { ...RECORD, claim: CLAIM, parts: [PART] },
      '/parts/0/nonce',
    ],
    ['has no attachments but an array for them', { ...RECORD, attachments: [] }, '/attachments'],
    ['has an object for attachments', { ...RECORD, attachments: {} }, '/attachments'],
    ['has 65 attachments', { ...RECORD, attachments: files(65) }, '/attachments'],
    [
      'attaches a file twice',
      { ...RECORD, attachments: [FILE, { ...FILE, name: 'again' }] },
      '/attachments',
    ],
    ['attaches a path', { ...RECORD, attachments: [{ file: 'a.pdf' }] }, '/attachments/0/file'],
    ['attaches nothing', { ...RECORD, attachments: [FILE, {}] }, '/attachments/1/file'],
    [
      'attaches a file under a name with a line end',
      { ...RECORD, attachments: [{ ...FILE, name: 'a\n' }] },
      '/attachments/0/name',
    ],
    [
      'says more of an attachment',
      { ...RECORD, attachments: [{ ...FILE, sha256: 'f'.repeat(64) }] },
      '/attachments/0',
    ],
    ['has a retention class in capitals', { ...RECORD, retention: 'AML' }, '/retention'],
    ['has an empty retention class', { ...RECORD, retention: '' }, '/retention'],
    ['has a claim that is text', { ...RECORD, claim: '{}' }, '/claim'],
  ])('refuses a record that %s, and says where', (_, value, path) => {
    const error = failure(() => parseRecordInput(value));
    expect(error).toMatchObject({ code: 'RECORD_MALFORMED', path });
  });

  it('takes 64 attachments, named or not, in their order', () => {
    const attachments = [{ ...FILE, name: 'passport, both sides.pdf' }, ...files(63)];
    expect(parseRecordInput({ ...RECORD, attachments }).attachments).toEqual(attachments);
  });

  it.each<[string, JsonObject, string]>([
    ['an attachment', { attachments: [{ ...FILE, x: 1 }] }, 'file, name'],
    ['a part', { parts: [{ ...PART, x: 1 }] }, 'subject, class, payload, nonce'],
    ['a signature', { claimSignature: { x: 1, ...SIGNED } }, 'keyId, alg, value'],
  ])('says which members there are of %s', (_, more, known) => {
    const { message } = failure(() => parseRecordInput({ ...RECORD, claim: CLAIM, ...more }));
    expect(message).toContain(`none of ${known}`);
  });

  it.each<[string, JsonValue]>([
    ['of no claim', { keyId: 'k', alg: 'ES256', value: 'A'.repeat(86) + '==' }],
    ['of another length', { keyId: 'k', alg: 'ES256', value: 'AAAA' }],
    ['by another algorithm', { keyId: 'k', alg: 'RS256', value: 'A'.repeat(86) + '==' }],
    ['that is none', []],
  ])('refuses a signature %s', (_, claimSignature) => {
    const error = failure(() => parseRecordInput({ ...RECORD, claimSignature }));
    expect(error.code).toBe('RECORD_MALFORMED');
  });

  it('does not quote what it refuses', () => {
    const secret = 'Jane Doe';
    for (const value of [
      { ...RECORD, [secret]: 1 },
      { ...RECORD, type: secret },
      { ...RECORD, subject: `${secret}\n` },
      { ...RECORD, parties: [secret, secret] },
    ])
      expect(failure(() => parseRecordInput(value)).message).not.toContain(secret);
  });
});

describe('recordInputSchema', () => {
  it('describes itself as JSON Schema, for OpenAPI', () => {
    const schema = z.toJSONSchema(recordInputSchema, { unrepresentable: 'any' });
    expect(schema).toMatchObject({
      type: 'object',
      required: ['type', 'subject', 'payload'],
      additionalProperties: false,
      properties: {
        payload: { type: 'object', additionalProperties: true },
        parties: { type: 'array', minItems: 1, maxItems: 64 },
      },
    });
  });
});

function valid(validTo: string): JsonValue {
  return { ...RECORD, validFrom: '2026-01-01T00:00:00.000Z', validTo };
}

function files(count: number): { file: string }[] {
  return Array.from({ length: count }, (_, at) => ({ file: at.toString(16).padStart(64, '0') }));
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `person-${at}`);
}
