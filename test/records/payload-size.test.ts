import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, parseStrictJson } from '../../src/base/canonical-json.js';
import { checkPayloadSize } from '../../src/records/payload-size.js';
import { parseRecordInput } from '../../src/records/record-input.js';
import { failure } from '../support/errors.js';

function check(text: string, maxBytes: number): void {
  const record = parseRecordInput(parseStrictJson(text));
  checkPayloadSize(record, Buffer.byteLength(text), maxBytes);
}

const record = (payload: string, parts = ''): string =>
  `{"type":"T","subject":"s","payload":${payload}${parts}}`;

describe('the size of a payload', () => {
  it('is that of its RFC 8785 bytes, and of those of all parts', () => {
    const payload = '{"a":"é"}';
    const size = Buffer.byteLength(payload);
    const part = `,"parts":[{"subject":"b","payload":${payload}}]`;
    check(record(payload), size);
    expect(
      failure(() => {
        check(record(payload), size - 1);
      }),
    ).toMatchObject({
      code: 'RECORD_TOO_LARGE',
      path: '/payload',
    });
    check(record(payload, part), 2 * size);
    expect(
      failure(() => {
        check(record(payload, part), 2 * size - 1);
      }).code,
    ).toBe('RECORD_TOO_LARGE');
  });

  it('never passes for smaller because its text is short', () => {
    const number = fc.constantFrom('1e20', '1E20', '9e20', '1e-6', '1e21', '-1e20', '0', '123');
    fc.assert(
      fc.property(fc.array(number, { minLength: 1, maxLength: 60 }), (numbers) => {
        const payload = `{"n":[${numbers.join(',')}]}`;
        const size = canonicalJson(parseStrictJson(payload)).length;
        check(record(payload), size);
        expect(
          failure(() => {
            check(record(payload), size - 1);
          }).code,
        ).toBe('RECORD_TOO_LARGE');
      }),
    );
  });
});
