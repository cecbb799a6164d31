/** Keys of Ed25519 that are no secret of anybody, and what they would do. */
import { verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ed25519 } from '@noble/curves/ed25519.js';
import fc from 'fast-check';
import { fromHex, toHex } from '../../src/base/bytes.js';
import { claimBytes, isClaimSignedByKey } from '../../src/identities/claim-signature.js';
import { type DidKey, formatDidKey } from '../../src/identities/did-key.js';
import { isEd25519Point, isStrongPoint } from '../../src/identities/ed25519-point.js';
import { parseEvent } from '../../src/identities/identity-event.js';
import { isSignedByKey, publicKeyOf } from '../../src/identities/key-signature.js';
import { failure } from '../support/errors.js';
import { testKey } from './support/identity-kit.js';

interface SpecCase {
  readonly message: string;
  readonly pub_key: string;
  readonly signature: string;
}

const url = new URL('../vectors/ed25519-speccheck/cases.json', import.meta.url);
const CASES = JSON.parse(readFileSync(url, 'utf8')) as SpecCase[];

const ORDER_8 = ['c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'];
ORDER_8.push('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05');
const f = (last: string, first = 'ff'): string => `${first}${'ff'.repeat(30)}${last}`;
const zeros = (first: string): string => `${first}${'00'.repeat(31)}`;
/** All encodings of the eight points, also those that RFC 8032 has not: y or y + p, with either sign. */
const SMALL_ORDER = [
  ...[...ORDER_8, zeros('00'), zeros('01'), f('7f', 'ec'), f('7f', 'ed'), f('7f', 'ee')],
].flatMap((hex) => [hex, withSign(hex)]);

function withSign(hex: string): string {
  const bytes = fromHex(hex);
  bytes[31] = (bytes[31] ?? 0) | 0x80;
  return toHex(bytes);
}

function didOf(hex: string): DidKey {
  return formatDidKey({ alg: 'Ed25519', bytes: fromHex(hex) });
}

describe('a key of small order', () => {
  it.each(SMALL_ORDER)('is refused in whatever form: %s', (hex) => {
    expect(isStrongPoint(fromHex(hex))).toBe(false);
    expect(failure(() => publicKeyOf(didOf(hex))).code).toBe('IDENTITY_MALFORMED');
  });

  it('comes into no history, for recovery neither', () => {
    const weak = didOf(zeros('01'));
    const key = testKey();
    const keys = [{ key: key.did, purposes: ['update'] }];
    const first = { $v: 1, sequence: 0, action: 'register' };
    for (const event of [
      { ...first, keys: [...keys, { key: weak, purposes: ['sign'] }] },
      { ...first, keys, recovery: { keys: [weak], threshold: 1 } },
    ])
      expect(failure(() => parseEvent(event)).code).toBe('IDENTITY_MALFORMED');
  });

  it('signs no claim: without this, one signature is over every claim', () => {
    const claim = { $v: 1, author: 'anybody' };
    // Of the point of order 1, R = B · 0 and S = 0.
    const value = new Uint8Array(64).fill(0, 1);
    value[0] = 1;
    const weak = ed25519.Point.ZERO.toBytes();
    const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), weak]);
    const key = { key: spki, format: 'der', type: 'spki' } as const;
    expect(verify(null, claimBytes(claim), key, value)).toBe(true);
    const signature = { alg: 'Ed25519', keyId: didOf(toHex(weak)), value } as const;
    expect(failure(() => isClaimSignedByKey({ claim, signature })).code).toBe('IDENTITY_MALFORMED');
  });
});

describe('the edge cases of ed25519-speccheck', () => {
  it('are as many as were published', () => {
    expect(CASES).toHaveLength(12);
  });

  it.each(CASES.map((each, at) => [at, each] as const))('%i', (at, each) => {
    const [message, value] = [fromHex(each.message), fromHex(each.signature)];
    const isWeak = [0, 1, 10, 11].includes(at);
    expect(isStrongPoint(fromHex(each.pub_key))).toBe(!isWeak);
    if (isWeak)
      expect(failure(() => isSignedByKey(didOf(each.pub_key), message, value)).code).toBe(
        'IDENTITY_MALFORMED',
      );
    // A point R of small order (2) is its signer's own doing; 3 has parts of small order and is under a true key.
    else expect(isSignedByKey(didOf(each.pub_key), message, value)).toBe(at === 2 || at === 3);
  });
});

describe('a point of the curve', () => {
  it('is one to us just where it is to others', () => {
    let on = 0;
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const isPoint = isPointToNoble(bytes);
        if (isPoint) on++;
        expect(isEd25519Point(bytes)).toBe(isPoint);
      }),
      { numRuns: 200 },
    );
    expect(on > 50 && on < 150).toBe(true);
  });

  it('is what keys are', () => {
    for (let count = 0; count < 10; count++)
      expect(publicKeyOf(testKey('Ed25519').did).type).toBe('public');
  });
});

function isPointToNoble(bytes: Uint8Array): boolean {
  try {
    return !ed25519.Point.fromBytes(bytes).isSmallOrder();
  } catch {
    return false;
  }
}
