import { describe, expect, it } from '@jest/globals';
import { utf8 } from '../../src/base/bytes.js';
import { parseRecordText } from '../../src/commands/preparation/record-request.js';
import { failure } from '../support/errors.js';

const record = { type: 'test.Record', subject: 'anna', payload: { n: 1 } };
const lineOf = (value: unknown): Uint8Array => utf8(JSON.stringify(value));
const parse = (line: Uint8Array) => parseRecordText({ bytes: line }, 1024);

describe('a line of NDJSON', () => {
  it('is a record, with an idempotency key if it may be repeated', () => {
    expect(parse(lineOf(record))).toEqual({ record, idempotencyKey: null });
    expect(parse(lineOf({ ...record, idempotencyKey: 'k-1' }))).toEqual({
      record,
      idempotencyKey: 'k-1',
    });
  });

  it('may end in a carriage return', () => {
    expect(parse(utf8(`${JSON.stringify(record)}\r`)).record).toEqual(record);
  });

  it.each([
    ['nothing', utf8(''), 'JSON_MALFORMED'],
    ['no UTF-8', new Uint8Array([0x22, 0xc3, 0x28, 0x22]), 'BYTES_MALFORMED'],
    ['half an object', utf8('{"type":'), 'JSON_MALFORMED'],
    ['a member twice', utf8('{"type":"a","type":"b"}'), 'JSON_NOT_CANONICAL'],
    ['an array', utf8('[]'), 'RECORD_MALFORMED'],
    ['an unknown member', lineOf({ ...record, colour: 1 }), 'RECORD_MALFORMED'],
    [
      'a payload over the limit',
      lineOf({ ...record, payload: { t: 'x'.repeat(2000) } }),
      'RECORD_TOO_LARGE',
    ],
    ['an empty idempotency key', lineOf({ ...record, idempotencyKey: '' }), 'RECORD_MALFORMED'],
    [
      'an idempotency key of 256 characters',
      lineOf({ ...record, idempotencyKey: 'k'.repeat(256) }),
      'RECORD_MALFORMED',
    ],
    [
      'an idempotency key that is a number',
      lineOf({ ...record, idempotencyKey: 1 }),
      'RECORD_MALFORMED',
    ],
  ])('is refused if it is %s', (_, line, code) => {
    expect(() => parse(line)).toThrow(expect.objectContaining({ code }));
  });

  it('names the member of an idempotency key that is refused', () => {
    expect(() => parse(lineOf({ ...record, idempotencyKey: 'ä' }))).toThrow(
      expect.objectContaining({ path: '/idempotencyKey' }),
    );
  });
});

describe('a record that is a document of its own', () => {
  const parseDocument = (value: unknown, idempotencyKey: string | null) =>
    parseRecordText({ bytes: lineOf(value), idempotencyKey }, 1024);

  it('has the key of its header, or none', () => {
    expect(parseDocument(record, 'k-1')).toEqual({ record, idempotencyKey: 'k-1' });
    expect(parseDocument(record, null)).toEqual({ record, idempotencyKey: null });
  });

  it('has no key among its members', () => {
    const act = () => parseDocument({ ...record, idempotencyKey: 'k-1' }, null);
    expect(failure(act).code).toBe('RECORD_MALFORMED');
  });
});
