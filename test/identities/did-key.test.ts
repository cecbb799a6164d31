import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fromBase58, toBase58 } from '../../src/base/base58.js';
import { fromHex } from '../../src/base/bytes.js';
import { formatDidKey, KEY_ALGORITHMS, parseDidKey } from '../../src/identities/did-key.js';
import { publicKeyOf } from '../../src/identities/key-signature.js';
import { failure } from '../support/errors.js';

interface Vector {
  readonly did: string;
  readonly publicKeyBase58?: string;
  readonly publicKeyJwk?: { readonly crv: string; readonly x: string; readonly y: string };
}

const url = new URL('../vectors/did-key/vectors.json', import.meta.url);
const VECTORS = JSON.parse(readFileSync(url, 'utf8')) as Vector[];
const OURS = VECTORS.filter(({ did }) => !/^did:key:z(?:82|2J)/.test(did));

describe('the vectors of the W3C', () => {
  it('are as many as were published', () => {
    expect([VECTORS.length, OURS.length]).toEqual([18, 14]);
  });

  it.each(OURS.map((vector) => [vector.did, vector] as const))('%s', (did, vector) => {
    const raw = parseDidKey(did);
    expect(formatDidKey(raw)).toBe(did);
    if (vector.publicKeyBase58 !== undefined)
      expect(toBase58(raw.bytes)).toBe(vector.publicKeyBase58);
    else
      expect(publicKeyOf(did).export({ format: 'jwk' })).toMatchObject(vector.publicKeyJwk ?? {});
  });

  it('are refused where the curve is none of ours', () => {
    for (const { did } of VECTORS.filter((vector) => !OURS.includes(vector)))
      expect(failure(() => parseDidKey(did)).code).toBe('IDENTITY_MALFORMED');
  });
});

describe('did:key', () => {
  it('is read as it was written, and written as it was read', () => {
    const raw = fc.constantFrom(...KEY_ALGORITHMS).chain((alg) => {
      const length = alg === 'Ed25519' ? 32 : 33;
      return fc
        .uint8Array({ minLength: length, maxLength: length })
        .map((bytes) => ({ alg, bytes }));
    });
    fc.assert(
      fc.property(raw, (key) => {
        const read = parseDidKey(formatDidKey(key));
        expect({ alg: read.alg, bytes: [...read.bytes] }).toEqual({
          alg: key.alg,
          bytes: [...key.bytes],
        });
      }),
    );
  });

  it.each([
    ['another method', 'did:web:example.org'],
    ['another base', 'did:key:f0012'],
    ['a letter that base58 leaves out', 'did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooW0'],
    ['a key of another length', 'did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooW'],
    ['a text without end', `did:key:z${'2'.repeat(10_000)}`],
  ])('refuses %s', (_, did) => {
    expect(failure(() => parseDidKey(did)).code).toBe('IDENTITY_MALFORMED');
  });

  it.each([
    ['ES256', '0'.repeat(63) + '1', '0'.repeat(63) + '5'],
    ['ES256K', '0'.repeat(63) + '5', '0'.repeat(63) + '1'],
  ] as const)('refuses a point that is not on its curve: %s', (alg, off, on) => {
    const keyOf = (hex: string) => publicKeyOf(formatDidKey({ alg, bytes: fromHex(hex) }));
    expect(keyOf(`02${on}`).type).toBe('public');
    // No such x; an x beyond the field; a form that is not the compressed one.
    for (const hex of [`02${off}`, `03${'f'.repeat(64)}`, `04${on}`, `00${on}`])
      expect(failure(() => keyOf(hex)).code).toBe('IDENTITY_MALFORMED');
  });
});

describe('base58', () => {
  it('goes there and back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 128 }), (bytes) => {
        expect([...fromBase58(toBase58(bytes))]).toEqual([...bytes]);
      }),
    );
  });

  it('has one text for the same bytes', () => {
    const text = fc.stringMatching(/^[1-9A-HJ-NP-Za-km-z]{0,100}$/);
    fc.assert(
      fc.property(text, (written) => {
        expect(toBase58(fromBase58(written))).toBe(written);
      }),
    );
  });

  it('refuses what is longer than keys are', () => {
    expect(failure(() => toBase58(new Uint8Array(129))).code).toBe('BYTES_MALFORMED');
    expect(failure(() => fromBase58('1'.repeat(129))).code).toBe('BYTES_MALFORMED');
  });
});
