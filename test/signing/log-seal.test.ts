import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toHex, utf8, utf8ToString } from '../../src/base/bytes.js';
import { formatLogSeal, parseLogSeal } from '../../src/signing/log-seal.js';
import { SigningError } from '../../src/signing/signing-error.js';
import {
  ED25519_COSIGNATURE,
  ED25519_NOTE,
  formatVerifierKey,
  verifierKey,
} from '../../src/tlog/note-key.js';

const origin = 'log.example/h4ndle/default';
const key = verifierKey(origin, ED25519_NOTE, new Uint8Array(32).fill(7));
const text = `chirograph/log-seal/1\n${origin}\n${formatVerifierKey(key)}\n`;
const MALFORMED: unknown = expect.objectContaining({ code: 'LOG_SEAL_MALFORMED' });

describe('a log seal', () => {
  it('is three lines: format, origin, verifier key', () => {
    expect(utf8ToString(formatLogSeal({ origin, verifierKey: key }))).toBe(text);
    expect(text).toBe(
      'chirograph/log-seal/1\n' +
        'log.example/h4ndle/default\n' +
        'log.example/h4ndle/default+d1a155be+AQcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH\n',
    );
  });

  it('is read back, for every origin and key', () => {
    const anyOrigin = fc.stringMatching(/^[!-*,-~]{1,255}$/);
    const anyKey = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(anyOrigin, anyKey, (name, publicKey) => {
        const seal = { origin: name, verifierKey: verifierKey(name, ED25519_NOTE, publicKey) };
        expect(parseLogSeal(formatLogSeal(seal))).toEqual(seal);
      }),
    );
  });

  it('has one encoding: what is read is written again as it was', () => {
    const bytes = utf8(text);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, byte) => {
        const bent = bytes.slice();
        bent[at] = byte;
        try {
          expect(toHex(formatLogSeal(parseLogSeal(bent)))).toBe(toHex(bent));
        } catch (error) {
          expect(error).toBeInstanceOf(SigningError);
          expect(error).toMatchObject({ code: 'LOG_SEAL_MALFORMED' });
        }
      }),
      { numRuns: 2_000 },
    );
  });

  const other = verifierKey('other', ED25519_NOTE, new Uint8Array(32));
  const cosigner = verifierKey(origin, ED25519_COSIGNATURE, new Uint8Array(32));
  const withSpace = `chirograph/log-seal/1\nlog example\n${formatVerifierKey(key)}\n`;
  it.each([
    ['nothing', ''],
    ['another format', text.replace('/1\n', '/2\n')],
    ['no line feed at its end', text.slice(0, -1)],
    ['carriage returns', text.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\uFEFF${text}`],
    ['a fourth line', `${text}\n`],
    ['a missing line', text.replace(`${origin}\n`, '')],
    ['the key of another log', text.replace(formatVerifierKey(key), formatVerifierKey(other))],
    ['a key that cosigns', text.replace(formatVerifierKey(key), formatVerifierKey(cosigner))],
    ['a key id that is not the key’s', text.replace('+d1a155be+', '+d1a155bf+')],
    ['an origin with a space', withSpace],
    ['an origin beyond ASCII', text.replaceAll('example', 'exаmple')],
    ['more bytes than any seal has', text.replaceAll('default', 'd'.repeat(600))],
  ])('is refused with %s', (_name, bent) => {
    expect(() => parseLogSeal(utf8(bent))).toThrow(MALFORMED);
  });

  it('is refused when it is not UTF-8', () => {
    expect(() => parseLogSeal(Uint8Array.of(0xff, 0x0a, 0x0a, 0x0a))).toThrow(MALFORMED);
  });

  it('cannot be written for the key of another log', () => {
    expect(() => formatLogSeal({ origin, verifierKey: other })).toThrow(MALFORMED);
    expect(() => formatLogSeal({ origin: 'a\nb', verifierKey: other })).toThrow(MALFORMED);
  });
});
