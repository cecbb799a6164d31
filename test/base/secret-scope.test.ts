import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { utf8 } from '../../src/base/bytes.js';
import { canonicalJson } from '../../src/base/canonical-json.js';
import { BaseError } from '../../src/base/errors.js';
import {
  dataScope,
  monthOf,
  parseScope,
  PERSON_NAME,
  scopeText,
  tagsScope,
} from '../../src/base/secret-scope.js';
import { parseInstant } from '../../src/base/time.js';

const person = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 256 })
  .filter((name) => PERSON_NAME.test(name));
const scope = fc.oneof(
  person.map(tagsScope),
  fc
    .tuple(person, fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/), fc.integer({ min: 1, max: 12 }))
    .map(([name, className, month]) =>
      dataScope(name, className, `2026-${String(month).padStart(2, '0')}`),
    ),
);

describe('the scope of a secret', () => {
  it('round-trips', () => {
    fc.assert(
      fc.property(scope, (value) => {
        expect(parseScope(utf8(scopeText(value)))).toEqual(value);
        expect(scopeText(value)).toBe(canonicalJson({ ...value }));
      }),
    );
  });

  it('is written as docs/formats/commitment.md shows it', () => {
    expect(scopeText(tagsScope('customer-4711'))).toBe('{"person":"customer-4711","use":"tags"}');
    expect(scopeText(dataScope('customer-4711', 'kyc', '2026-11'))).toBe(
      '{"class":"kyc","month":"2026-11","person":"customer-4711","use":"data"}',
    );
  });

  it.each([
    '{"person":"a","use":"other"}',
    '{"person":"","use":"tags"}',
    '{"person":"a\\u0000","use":"tags"}',
    '{"class":"kyc","person":"a","use":"tags"}',
    '{"class":"kyc","month":"2026-13","person":"a","use":"data"}',
    '{"class":"KYC","month":"2026-12","person":"a","use":"data"}',
    '{"month":"2026-12","person":"a","use":"data"}',
    '{"use":"tags","person":"a"}',
    '{"person":"b","person":"a","use":"tags"}',
    '{"person":"a","use":"tags","use":"tags"}',
    '{"__proto__":{},"person":"a","use":"tags"}',
    '{"person":"a","use":"tags"} ',
    '{"person":"\\u0061","use":"tags"}',
    '{"person":"\\ud800","use":"tags"}',
    '{"person":["a"],"use":"tags"}',
    '{"class":"kyc","month":["2026-12"],"person":"a","use":"data"}',
    '[]',
    'null',
    '{"person":',
  ])('refuses %s', (text) => {
    expect(() => parseScope(utf8(text))).toThrow(BaseError);
  });

  it('takes names of 256 code points, and no more', () => {
    expect(PERSON_NAME.test('\u{1f600}'.repeat(256))).toBe(true);
    expect(PERSON_NAME.test('a'.repeat(257))).toBe(false);
    for (const name of ['', 'a\tb', 'a\u007f', 'a\u0085', '\ud800'])
      expect(PERSON_NAME.test(name)).toBe(false);
  });

  it('knows the month in UTC', () => {
    expect(monthOf(parseInstant('2026-11-30T23:59:59.999Z'))).toBe('2026-11');
    expect(monthOf(parseInstant('2026-12-01T00:00:00.000Z'))).toBe('2026-12');
  });
});
