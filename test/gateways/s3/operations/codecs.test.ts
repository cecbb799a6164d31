/** What is written is read again, and nothing else is. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { UnixMillis } from '../../../../src/base/brand.js';
import { formatInstant } from '../../../../src/base/time.js';
import {
  formatHttpDate,
  parseHttpDate,
  parseIsoInstant,
} from '../../../../src/gateways/s3/http-date.js';
import {
  type Acl,
  aclFromJson,
  aclToJson,
  PERMISSIONS,
} from '../../../../src/gateways/s3/operations/acl.js';
import { readRange } from '../../../../src/gateways/s3/operations/byte-range.js';
import { parseCopySource } from '../../../../src/gateways/s3/operations/copy-source.js';
import {
  corsAnswer,
  corsFromJson,
  type CorsRule,
  corsToJson,
} from '../../../../src/gateways/s3/operations/cors-rules.js';
import { fromHeader, toHeader } from '../../../../src/gateways/s3/operations/header-text.js';
import { readTagsHeader } from '../../../../src/gateways/s3/operations/tags.js';
import { decodeToken, encodeToken } from '../../../../src/gateways/s3/operations/tokens.js';

const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .filter((one) => one.isWellFormed());
const instant = fc
  .integer({ min: 0, max: 4_102_444_800 })
  .map((seconds) => (seconds * 1000) as UnixMillis);
const code = (name: string): object => ({ code: name });

describe('a time', () => {
  test('is that of HTTP and of ISO 8601, to the second', () => {
    fc.assert(
      fc.property(instant, fc.integer({ min: 0, max: 23 }), (millis, hours) => {
        expect(parseHttpDate(formatHttpDate(millis))).toBe(millis);
        expect(parseIsoInstant(formatInstant(millis))).toBe(millis);
        const local = formatInstant((millis + hours * 3_600_000) as UnixMillis).replace(
          '.000Z',
          '',
        );
        expect(parseIsoInstant(`${local}+${String(hours).padStart(2, '0')}:00`)).toBe(millis);
      }),
    );
  });

  test.each(['', 'yesterday', '2030-02-30T00:00:00Z', '2030-01-01', '2030-01-01T00:00:00'])(
    '%p is none',
    (none) => {
      expect(parseIsoInstant(none)).toBeNull();
      expect(parseHttpDate(none)).toBeNull();
    },
  );
});

test('an ACL is kept as it is', () => {
  const permission = fc.constantFrom(...PERMISSIONS);
  const id = fc.stringMatching(/^[0-9a-f]{64}$/);
  const name = fc.option(fc.stringMatching(/^[a-z]{1,20}$/));
  const group = fc.constantFrom('all' as const, 'authenticated' as const);
  const grant = fc.oneof(fc.record({ permission, group }), fc.record({ permission, id, name }));
  fc.assert(
    fc.property(fc.array(grant, { maxLength: 5 }), (grants) => {
      const acl: Acl = { grants };
      expect(aclFromJson(aclToJson(acl))).toEqual(acl);
    }),
  );
  for (const other of [{}, { grants: [{}] }, { grants: [{ permission: 'ALL', group: 'all' }] }])
    expect(() => aclFromJson(other)).toThrow(expect.objectContaining(code('FILES_DAMAGED')));
});

test('a token is a place, and nothing else is a token', () => {
  fc.assert(
    fc.property(text, (place) => {
      expect(decodeToken(encodeToken(place))).toBe(place);
    }),
  );
  for (const none of ['', '=', 'a', '%'])
    expect(() => decodeToken(none)).toThrow(expect.objectContaining(code('InvalidArgument')));
});

test('a text goes through a header and back', () => {
  fc.assert(
    fc.property(text, (one) => {
      // Control characters, which a header does not carry, are blanks.
      const plain = one.replace(/[^\P{Cc}\t\u0080-\u009f]/gu, ' ');
      expect(fromHeader(toHeader(one))).toBe(plain);
    }),
  );
  expect(fromHeader('Latin \xe9')).toBe('Latin é');
});

test('a source of a copy is named as clients name it', () => {
  fc.assert(
    fc.property(text, (key) => {
      fc.pre(!key.includes('\0') && !/(^|\/)\.{1,2}(\/|$)/.test(key));
      const header = `/bucket/${encodeURIComponent(key)}`;
      expect(parseCopySource(header)).toEqual({ bucket: 'bucket', path: key, id: undefined });
      expect(parseCopySource(`${header}?versionId=ab`).id).toBe('ab');
    }),
  );
  for (const none of ['', '/', 'bucket', '/bucket/', '%', '/b/../c'])
    expect(() => parseCopySource(none)).toThrow(expect.objectContaining(code('InvalidArgument')));
});

test('a range is within what there is', () => {
  const bound = fc.oneof(fc.constant(''), fc.nat({ max: 30 }).map(String));
  fc.assert(
    fc.property(bound, bound, fc.nat({ max: 20 }), (first, last, size) => {
      let range;
      try {
        range = readRange(`bytes=${first}-${last}`, size);
      } catch (error) {
        expect(error).toMatchObject(code('InvalidRange'));
        return;
      }
      if (range === null) return;
      expect(range.start).toBeLessThan(range.end);
      expect(range.end).toBeLessThanOrEqual(size);
    }),
  );
});

test('tags are few, short, and each there once', () => {
  expect(readTagsHeader('a=1&b=%C3%A9')).toEqual({ a: '1', b: 'é' });
  const many = Array.from({ length: 11 }, (_, at) => `k${at}=v`).join('&');
  for (const none of [many, 'a=1&a=2', '=1', `${'k'.repeat(129)}=v`, `k=${'v'.repeat(257)}`])
    expect(() => readTagsHeader(none)).toThrow(expect.objectContaining(code('InvalidTag')));
});

describe('a rule of CORS', () => {
  const rule: CorsRule = {
    origins: ['https://*.example.com', 'http://a'],
    methods: ['GET'],
    headers: ['x-*'],
    exposed: ['etag'],
    maxAgeSeconds: 60,
  };
  const asked = (origin: string, method = 'GET', headers: readonly string[] = []) =>
    corsAnswer([rule], { origin, method, headers });

  test('is kept as it is', () => {
    expect(corsFromJson(corsToJson(rule))).toEqual(rule);
  });

  test('lets in who it names, and nobody else', () => {
    expect(asked('https://x.example.com')).toMatchObject({
      'access-control-allow-origin': 'https://x.example.com',
      'access-control-expose-headers': 'etag',
    });
    expect(asked('http://a', 'GET', ['x-b'])).not.toBeNull();
    expect(asked('https://example.com')).toBeNull();
    expect(asked('https://x.example.com.evil')).toBeNull();
    expect(asked('http://a', 'PUT')).toBeNull();
    expect(asked('http://a', 'GET', ['y'])).toBeNull();
  });
});
