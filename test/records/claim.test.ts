import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/base/canonical-json.js';
import { hexDigest } from '../../src/base/hex-digest.js';
import { parseInstant } from '../../src/base/time.js';
import { checkClaim, type ClaimedRecord, parseClaim } from '../../src/records/claim.js';
import { failure } from '../support/errors.js';

const one = hexDigest('1'.repeat(64));
const two = hexDigest('2'.repeat(64));
const CLAIM: JsonObject = {
  $v: 1,
  author: 'alice',
  key: 'residence',
  nonce: '0'.repeat(32),
  payloads: [one, two],
  subject: 'customer-4711',
  type: 'tradle.Residence',
  validFrom: '2026-01-01T00:00:00.000Z',
  validTo: '2027-01-01T00:00:00.000Z',
};
const RECORD: ClaimedRecord = {
  author: 'alice',
  key: 'residence',
  payloads: [one, two],
  subject: 'customer-4711',
  type: 'tradle.Residence',
  validFrom: parseInstant('2026-01-01T00:00:00.000Z'),
  validTo: parseInstant('2027-01-01T00:00:00.000Z'),
};

describe('checkClaim', () => {
  it('takes a claim that says what the record says', () => {
    checkClaim(parseClaim(CLAIM), RECORD);
    const { key, validFrom, validTo, ...least } = RECORD;
    expect([key, validFrom, validTo]).not.toContain(undefined);
    checkClaim(parseClaim(without(CLAIM, 'key', 'validFrom', 'validTo')), least);
  });

  it.each<[string, JsonObject]>([
    ['author', { ...CLAIM, author: 'bob' }],
    ['key', { ...CLAIM, key: 'other' }],
    ['key', without(CLAIM, 'key')],
    ['subject', { ...CLAIM, subject: 'customer-4712' }],
    ['type', { ...CLAIM, type: 'tradle.Name' }],
    ['validFrom', { ...CLAIM, validFrom: '2026-01-01T00:00:00.001Z' }],
    ['validFrom', without(CLAIM, 'validFrom')],
    ['validTo', without(CLAIM, 'validTo')],
    ['payloads', { ...CLAIM, payloads: [one] }],
    ['payloads', { ...CLAIM, payloads: [two, one] }],
    ['payloads', { ...CLAIM, payloads: [one, two, two] }],
  ])('refuses one that differs in %s, and names it', (member, claim) => {
    const error = failure(() => {
      checkClaim(parseClaim(claim), RECORD);
    });
    expect(error).toMatchObject({ code: 'RECORD_CLAIM_DIFFERS', path: `/claim/${member}` });
    expect(error.message).toContain(member);
  });

  it('refuses a claim of what the record leaves out', () => {
    const { key, ...record } = RECORD;
    expect(key).toBeDefined();
    const error = failure(() => {
      checkClaim(parseClaim(CLAIM), record);
    });
    expect(error).toMatchObject({ path: '/claim/key' });
  });
});

describe('parseClaim', () => {
  it.each<[string, JsonObject]>([
    ['an unknown member', { ...CLAIM, x: 1 }],
    ['no nonce', without(CLAIM, 'nonce')],
    ['a short nonce', { ...CLAIM, nonce: '00' }],
    ['no payloads', { ...CLAIM, payloads: [] }],
    ['130 payloads', { ...CLAIM, payloads: Array.from({ length: 130 }, () => one) }],
    ['no author', without(CLAIM, 'author')],
    ['a date without a time', { ...CLAIM, validFrom: '2026-01-01' }],
    ['no format', without(CLAIM, '$v')],
    ['format 0', { ...CLAIM, $v: 0 }],
  ])('refuses %s', (_, claim) => {
    const error = failure(() => parseClaim(claim));
    expect(error).toMatchObject({ code: 'RECORD_MALFORMED', path: '/claim' });
  });

  it('takes a date in format 2, and there alone', () => {
    const signedAt = '2026-01-01T00:00:00.000Z';
    expect(parseClaim({ ...CLAIM, $v: 2, signedAt }).signedAt).toBe(parseInstant(signedAt));
    for (const wrong of [
      { ...CLAIM, $v: 2 },
      { ...CLAIM, signedAt },
    ])
      expect(failure(() => parseClaim(wrong)).code).toBe('RECORD_MALFORMED');
  });

  it('tells a newer format apart', () => {
    expect(failure(() => parseClaim({ ...CLAIM, $v: 3 })).code).toBe('RECORD_FORMAT_NEWER');
  });
});

function without(object: JsonObject, ...names: string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !names.includes(key)));
}
