import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toHex } from '../../src/base/bytes.js';
import { ed25519Key, ed25519Verifier } from '../../src/tlog/ed25519.js';
import {
  ED25519_COSIGNATURE,
  ED25519_NOTE,
  formatVerifierKey,
  isKeyName,
  parseVerifierKey,
  verifierKey,
} from '../../src/tlog/note-key.js';
import { TlogError } from '../../src/tlog/tlog-error.js';
import { accepted, singleByteChanges } from './mutations.js';

const EXAMPLE = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
const GO = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';

describe('verifier key', () => {
  it('reads the example of C2SP signed-note', () => {
    const key = parseVerifierKey(EXAMPLE);
    expect(key.name).toBe('example.com/foo');
    expect(key.keyId).toBe(0x530d903a);
    expect(key.type).toBe(ED25519_NOTE);
    expect(toHex(key.publicKey)).toBe(
      'e932791ae6e7a840a46164c904786426d5e7821dd8b29a00d61cae72afdd4da4',
    );
    expect(formatVerifierKey(key)).toBe(EXAMPLE);
  });

  it('refuses every part of a key, and every key with one character changed', () => {
    for (const text of [EXAMPLE, GO]) {
      const parts: string[] = [];
      for (let start = 0; start <= text.length; start++)
        for (let end = start; end <= text.length; end++) parts.push(text.slice(start, end));
      expect(accepted(parts, parseVerifierKey)).toEqual([text]);
      expect(accepted(singleByteChanges(text), parseVerifierKey)).toEqual([]);
    }
  });

  it.each([
    ['a longer key', 'PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY=='],
    ['another algorithm', 'PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'],
    ['the key id in capitals', EXAMPLE.replace('530d903a', '530D903A')],
    ['the key id of another type', EXAMPLE.replace('+Aek', '+BOk')],
    ['a missing part', 'example.com/foo+530d903a'],
    ['a line break at the end', `${EXAMPLE}\n`],
  ])('refuses %s', (_, text) => {
    expect(() => parseVerifierKey(text)).toThrow(TlogError);
  });

  it('reads back every key that was written, of both types', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, unit: 'grapheme' }).filter(isKeyName),
        fc.constantFrom(ED25519_NOTE, ED25519_COSIGNATURE),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        (name, type, publicKey) => {
          const key = verifierKey(name, type, publicKey);
          expect(parseVerifierKey(formatVerifierKey(key))).toEqual(key);
        },
      ),
    );
  });

  it('tells apart a log key and a cosigner key over the same bytes', () => {
    const publicKey = new Uint8Array(32).fill(7);
    expect(verifierKey('a', ED25519_NOTE, publicKey).keyId).not.toBe(
      verifierKey('a', ED25519_COSIGNATURE, publicKey).keyId,
    );
  });

  it.each([
    '',
    ' ',
    'a b',
    'a+b',
    'a\tb',
    'a\u00a0b',
    'a\u0085b',
    'a\u3000b',
    'a\nb',
    'a\u0001b',
    '\ud800',
  ])('refuses the name %j', (name) => {
    expect(isKeyName(name)).toBe(false);
    expect(() => verifierKey(name, ED25519_NOTE, new Uint8Array(32))).toThrow(TlogError);
  });

  it.each(['a', 'example.com/log', 'müller.example', '日本', 'Señor-1', '\ufeffa'])(
    'takes the name %j',
    (name) => {
      expect(isKeyName(name)).toBe(true);
    },
  );
});

describe('Ed25519 over raw keys', () => {
  // RFC 8032 §7.1, test 3.
  const seed = 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7';
  const publicKey = 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025';
  const signature =
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac' +
    '18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a';

  it('signs and verifies the example of RFC 8032', () => {
    const key = ed25519Key(Buffer.from(seed, 'hex'));
    const message = Uint8Array.of(0xaf, 0x82);
    expect(toHex(key.publicKey)).toBe(publicKey);
    expect(toHex(key.sign(message))).toBe(signature);
    const verify = ed25519Verifier(key.publicKey);
    expect(verify(message, key.sign(message))).toBe(true);
    expect(verify(Uint8Array.of(0xaf, 0x83), key.sign(message))).toBe(false);
    expect(verify(message, key.sign(message).subarray(1))).toBe(false);
  });

  it('verifies nothing with a key that is no point of the curve', () => {
    const verify = ed25519Verifier(new Uint8Array(32).fill(2));
    expect(verify(new Uint8Array(), new Uint8Array(64))).toBe(false);
  });

  it('refuses keys of other lengths', () => {
    expect(() => ed25519Key(new Uint8Array(31))).toThrow('assertion failed');
    expect(() => ed25519Verifier(new Uint8Array(33))).toThrow('assertion failed');
  });
});
