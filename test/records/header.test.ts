import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fromHex, toHex, utf8 } from '../../src/base/bytes.js';
import {
  canonicalJson,
  canonicalJsonBytes,
  type JsonObject,
  type JsonValue,
} from '../../src/base/canonical-json.js';
import { hexDigest } from '../../src/base/hex-digest.js';
import {
  describePayload,
  formatHeader,
  MAX_HEADER_LENGTH,
  parseRecordHeader,
  parseSignatureHeader,
  type RecordHeader,
} from '../../src/records/header.js';
import { RecordsError } from '../../src/records/records-error.js';
import { openPart } from '../../src/records/sealing.js';
import { failure } from '../support/errors.js';
import { formatExample } from '../support/format-examples.js';
import { className, digest, instant, payload, person, typeName } from './arbitraries.js';

const description = fc.record({
  mediaType: fc.constantFrom('application/json', 'application/pkcs7-signature'),
  sha256: digest,
  size: fc.maxSafeNat(),
});
const signatureHeader = fc.record({
  author: person,
  of: digest,
  payload: description,
  retention: className,
  subject: person,
});
const attachment = fc
  .tuple(
    fc.record({
      entry: digest,
      mediaType: fc.constantFrom('application/pdf', 'Text/Plain; charset=UTF-8'),
      sha256: digest,
      size: fc.maxSafeNat(),
    }),
    fc.record({ name: person }, { requiredKeys: [] }),
  )
  .map(([required, name]) => ({ ...required, ...name }));
const recordHeader: fc.Arbitrary<RecordHeader> = fc
  .tuple(
    fc.record({
      author: person,
      payload: description,
      retention: className,
      schema: fc.constantFrom('none', 'tradle.Residence/3'),
      subject: person,
      type: typeName,
    }),
    fc.record(
      {
        attachments: fc.uniqueArray(attachment, {
          ...{ minLength: 1, maxLength: 3, selector: ({ entry }) => entry },
        }),
        claim: payload,
        parts: fc.array(fc.record({ class: className, sha256: digest, size: fc.maxSafeNat() }), {
          minLength: 1,
          maxLength: 3,
        }),
        retracts: digest,
        validFrom: instant,
      },
      { requiredKeys: [] },
    ),
    fc.oneof(fc.record({ key: person }), fc.record({ keyOpener: digest })),
  )
  .map(([required, optional, key]) => ({ ...required, ...optional, ...key }));

const RECORD: JsonObject = {
  $v: 1,
  author: 'key:1',
  key: 'residence',
  payload: { mediaType: 'application/json', sha256: '1'.repeat(64), size: 2 },
  retention: 'default',
  schema: 'none',
  subject: 'customer-4711',
  type: 'tradle.Residence',
};
const ATTACHED: JsonObject = {
  ...{ entry: '4'.repeat(64), mediaType: 'application/pdf', name: 'passport.pdf' },
  ...{ sha256: '5'.repeat(64), size: 3 },
};
const SIGNATURE: JsonObject = {
  $v: 1,
  author: 'key:1',
  of: '2'.repeat(64),
  payload: { mediaType: 'application/pkcs7-signature', sha256: '1'.repeat(64), size: 2 },
  retention: 'default',
  subject: 'customer-4711',
};

describe('a header', () => {
  it('of a record round-trips', () => {
    fc.assert(
      fc.property(recordHeader, (header) => {
        expect(parseRecordHeader(utf8(formatHeader(header)))).toEqual(header);
      }),
      { numRuns: 300 },
    );
  });

  it('of a signed claim round-trips in format 2, and in no other', () => {
    const signed: JsonObject = {
      ...RECORD,
      $v: 2,
      authorEvent: '3'.repeat(64),
      claim: { $v: 1 },
      claimSignature: { alg: 'ES256K', keyId: 'daily', value: `${'A'.repeat(86)}==` },
    };
    const text = canonicalJson(signed);
    expect(formatHeader(parseRecordHeader(utf8(text)))).toBe(text);
    const { claim, authorEvent, claimSignature, ...unsigned } = signed;
    for (const wrong of [
      { ...signed, $v: 1 },
      { ...unsigned },
      { ...unsigned, claimSignature, authorEvent },
      { ...unsigned, claim, claimSignature },
      { ...unsigned, claim, authorEvent },
    ] as JsonObject[])
      expect(failure(() => parseRecordHeader(utf8(canonicalJson(wrong)))).code).toBe(
        'HEADER_MALFORMED',
      );
  });

  it('of attachments round-trips in format 3, with a signed claim or without, and in no other', () => {
    const attached: JsonObject = { ...RECORD, $v: 3, attachments: [ATTACHED] };
    const signature = { alg: 'ES256K', keyId: 'daily', value: `${'A'.repeat(86)}==` };
    const signed = {
      ...attached,
      ...{ authorEvent: '3'.repeat(64), claim: { $v: 1 }, claimSignature: signature },
    };
    for (const header of [attached, signed])
      expect(formatHeader(parseRecordHeader(utf8(canonicalJson(header))))).toBe(
        canonicalJson(header),
      );
    for (const wrong of [
      { ...attached, $v: 1 },
      { ...signed, $v: 2 },
      without(attached, 'attachments'),
      without(signed, 'authorEvent'),
      without(signed, 'claimSignature'),
      without(signed, 'claim'),
      { ...attached, attachments: [] },
      { ...attached, attachments: [ATTACHED, { ...ATTACHED, name: 'again' }] },
      { ...attached, attachments: [{ ...ATTACHED, x: 1 }] },
      { ...attached, attachments: [{ ...ATTACHED, mediaType: 'a\n' }] },
      { ...attached, attachments: [without(ATTACHED, 'sha256')] },
      { ...attached, attachments: [{ ...ATTACHED, size: -1 }] },
    ])
      expect(failure(() => parseRecordHeader(utf8(canonicalJson(wrong)))).code).toBe(
        'HEADER_MALFORMED',
      );
  });

  it('of a signature round-trips', () => {
    fc.assert(
      fc.property(signatureHeader, (header) => {
        expect(parseSignatureHeader(utf8(formatHeader(header)))).toEqual(header);
      }),
    );
  });

  it('is refused, or is another one, when one bit has changed', () => {
    fc.assert(
      fc.property(recordHeader, fc.nat(), fc.nat(7), (header, at, bit) => {
        const changed = utf8(formatHeader(header));
        const position = at % changed.length;
        changed[position] = (changed[position] ?? 0) ^ (1 << bit);
        let read;
        try {
          read = parseRecordHeader(changed);
        } catch (error) {
          expect(error).toBeInstanceOf(RecordsError);
          return;
        }
        expect(utf8(formatHeader(read))).toEqual(changed);
      }),
      { numRuns: 500 },
    );
  });

  it('is read as docs/formats/header.md shows it', () => {
    const example = formatExample('header');
    const header = example['header'] ?? '';
    expect(formatHeader(parseRecordHeader(utf8(header)))).toBe(header);
    const commitment = hexDigest(example['commitment'] ?? '');
    const secret = fromHex(formatExample('commitment')['data secret'] ?? '');
    const { salt, bytes } = openPart(fromHex(example['sealed part'] ?? ''), secret, commitment);
    expect(toHex(salt)).toBe(example['salt']);
    expect(bytes).toEqual(utf8(header));
  });

  it('is read in the forms that the negative cases below are made from', () => {
    expect(parseRecordHeader(canonicalJsonBytes(RECORD)).key).toBe('residence');
    expect(parseSignatureHeader(canonicalJsonBytes(SIGNATURE)).author).toBe('key:1');
  });

  it.each<[string, JsonValue]>([
    ['an unknown member', { ...RECORD, x: 1 }],
    ['a member of a signature', { ...RECORD, of: '1'.repeat(64) }],
    ['both key and keyOpener', { ...RECORD, keyOpener: '1'.repeat(64) }],
    ['neither key nor keyOpener', without(RECORD, 'key')],
    ['no author', without(RECORD, 'author')],
    ['no schema', without(RECORD, 'schema')],
    ['no payload', without(RECORD, 'payload')],
    ['a payload without a size', { ...RECORD, payload: { mediaType: 'a/b', sha256: '' } }],
    ['a media type in capitals', payloadOf({ mediaType: 'Application/json' })],
    ['a media type with parameters', payloadOf({ mediaType: 'text/plain; charset=utf-8' })],
    ['an unknown member of its payload', payloadOf({ x: 1 })],
    ['a negative size', payloadOf({ size: -1 })],
    ['no parts but an array for them', { ...RECORD, parts: [] }],
    ['a part without a class', { ...RECORD, parts: [{ sha256: '1'.repeat(64), size: 1 }] }],
    ['a subject with a line end', { ...RECORD, subject: 'a\n' }],
    ['times that run backwards', { ...RECORD, ...times('2026-01-02', '2026-01-01') }],
    ['times of no length', { ...RECORD, ...times('2026-01-01', '2026-01-01') }],
    ['a claim that is text', { ...RECORD, claim: '{}' }],
    ['format 0', { ...RECORD, $v: 0 }],
    ['no object', []],
  ])('is refused with %s', (_, value) => {
    const error = failure(() => parseRecordHeader(canonicalJsonBytes(value)));
    expect(error.code).toBe('HEADER_MALFORMED');
    expect(error.message).not.toContain('customer');
  });

  it('of a signature is refused with a member of a record, and without `of`', () => {
    for (const value of [{ ...SIGNATURE, type: 'a' }, without(SIGNATURE, 'of')])
      expect(() => parseSignatureHeader(canonicalJsonBytes(value))).toThrow(RecordsError);
  });

  it('of a newer format is told apart', () => {
    const newer = canonicalJsonBytes({ ...RECORD, $v: 4 });
    expect(failure(() => parseRecordHeader(newer)).code).toBe('RECORD_FORMAT_NEWER');
    expect(failure(() => parseSignatureHeader(newer)).code).toBe('RECORD_FORMAT_NEWER');
  });

  it('is refused beyond 64 KiB, when written and when read', () => {
    const header = parseRecordHeader(canonicalJsonBytes(RECORD));
    const tooLarge = { ...header, claim: { text: 'x'.repeat(MAX_HEADER_LENGTH) } };
    expect(failure(() => formatHeader(tooLarge)).code).toBe('RECORD_TOO_LARGE');
    expect(() => parseRecordHeader(new Uint8Array(MAX_HEADER_LENGTH + 1))).toThrow('64 KiB');
  });
});

describe('describePayload', () => {
  it('says the same of text and of its UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(describePayload('a/b', text)).toEqual(describePayload('a/b', utf8(text)));
      }),
    );
  });
});

function payloadOf(more: JsonObject): JsonValue {
  return { ...RECORD, payload: { mediaType: 'a/b', sha256: '1'.repeat(64), size: 2, ...more } };
}

function times(from: string, to: string): JsonObject {
  return { validFrom: `${from}T00:00:00.000Z`, validTo: `${to}T00:00:00.000Z` };
}

function without(object: JsonObject, name: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));
}
