import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  concat,
  equalBytes,
  fromBase64,
  fromHex,
  sha256Digest,
  toBase64,
  toHex,
  u32be,
  u64be,
  utf8,
  utf8ToString,
} from '../../src/base/bytes.js';
import { BaseError } from '../../src/base/errors.js';
import { digestFromHex, digestToHex, hexDigest, isHexDigest } from '../../src/base/hex-digest.js';

const bytes = fc.uint8Array({ maxLength: 200 });

describe('text forms of bytes', () => {
  it('round-trip, as plain Uint8Arrays', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(fromHex(toHex(value))).toEqual(value);
        expect(fromBase64(toBase64(value))).toEqual(value);
        expect(Buffer.isBuffer(fromHex(toHex(value)))).toBe(false);
      }),
    );
  });

  it('have one text for one value: a text that decodes encodes to itself', () => {
    const hexish = fc.stringMatching(/^[0-9a-fA-F ]{0,8}$/);
    const base64ish = fc.stringMatching(/^[A-Za-z0-9+/_=-]{0,8}$/);
    fc.assert(
      fc.property(hexish, base64ish, (hex, base64) => {
        for (const [text, decode, encode] of [
          [hex, fromHex, toHex],
          [base64, fromBase64, toBase64],
        ] as const) {
          let decoded: Uint8Array;
          try {
            decoded = decode(text);
          } catch (error) {
            expect(error).toBeInstanceOf(BaseError);
            continue;
          }
          expect(encode(decoded)).toBe(text);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it.each(['AB', 'a', 'abc', '0x00', ' 00', '00\n', 'zz'])('refuses %j as hex', (text) => {
    expect(() => fromHex(text)).toThrow(BaseError);
  });

  it.each(['A', 'AA', 'AA=', 'AAA', 'AB==', 'AAB=', 'A-_=', ' AAAA', 'AAAA\n', 'AA==AA==', '===='])(
    'refuses %j as base64',
    (text) => {
      expect(() => fromBase64(text)).toThrow(BaseError);
    },
  );

  it('refuse another length than asked for', () => {
    expect(fromHex('0011', 2)).toHaveLength(2);
    expect(() => fromHex('0011', 3)).toThrow('expected 3 bytes, got 2');
    expect(() => fromBase64('AAA=', 3)).toThrow('expected 3 bytes, got 2');
    expect(() => sha256Digest(new Uint8Array(31))).toThrow('expected 32 bytes, got 31');
  });
});

describe('utf8ToString', () => {
  it('reads what utf8 writes, byte order mark and all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(utf8ToString(utf8(text))).toBe(text);
      }),
    );
    expect(utf8ToString(utf8('\ufeffx'))).toBe('\ufeffx');
  });

  it.each(['80', 'c080', 'e08080', 'eda080', 'f4908080', 'f0808080', 'ff', 'c3', 'e282'])(
    'refuses the bytes %s (RFC 3629)',
    (hex) => {
      expect(() => utf8ToString(fromHex(hex))).toThrow(BaseError);
    },
  );
});

describe('bytes', () => {
  it('are equal only with the same length and content', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(equalBytes(a, b)).toBe(toHex(a) === toHex(b));
        expect(equalBytes(a, new Uint8Array(a))).toBe(true);
      }),
    );
  });

  it('join in order', () => {
    expect(toHex(concat(Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)))).toBe('010203');
  });

  it('write integers big-endian', () => {
    expect(toHex(u32be(0xfffefdfc))).toBe('fffefdfc');
    expect(toHex(u64be(Number.MAX_SAFE_INTEGER))).toBe('001fffffffffffff');
    expect(() => u32be(2 ** 32)).toThrow('out of range');
    expect(() => u64be(-1)).toThrow('out of range');
  });
});

describe('a hex digest', () => {
  it('round-trips 32 bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (value) => {
        expect(digestFromHex(digestToHex(value))).toEqual(value);
      }),
    );
  });

  it('is 64 lower-case digits and nothing else', () => {
    expect(isHexDigest('0'.repeat(64))).toBe(true);
    for (const text of ['', '0'.repeat(63), '0'.repeat(65), 'A'.repeat(64), `${'0'.repeat(64)}\n`])
      expect(() => hexDigest(text)).toThrow(BaseError);
    expect(() => digestToHex(new Uint8Array(31))).toThrow(BaseError);
  });
});
