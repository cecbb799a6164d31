import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  isKeyId,
  isSameSecret,
  issueKey,
  parseChosenKey,
  parseKey,
} from '../../src/access/key-text.js';
import { RandomPool } from '../../src/base/random.js';

const random = new RandomPool();

describe('an issued key', () => {
  it('is cg_, twelve hex digits and 32 bytes in base64url', () => {
    const key = issueKey(random);
    expect(key.text).toMatch(/^cg_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$/);
    expect(key.text).toContain(key.id);
    expect(isKeyId(key.id)).toBe(true);
  });

  it('parses back to its id and the hash of its secret', () => {
    const key = issueKey(random);
    expect(parseKey(key.text)).toEqual({ id: key.id, secretHash: key.secretHash });
  });

  it('is another one each time', () => {
    const texts = Array.from({ length: 100 }, () => issueKey(random).text);
    expect(new Set(texts).size).toBe(100);
  });

  it('has one spelling: a last character with other unused bits is no key', () => {
    const { text } = issueKey(random);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = alphabet.indexOf(text.at(-1) ?? '');
    const twin = text.slice(0, -1) + (alphabet[last ^ 1] ?? '');
    expect(Buffer.from(twin.slice(16), 'base64url')).toEqual(
      Buffer.from(text.slice(16), 'base64url'),
    );
    expect(parseKey(twin)).toBeNull();
  });

  it('is not the same secret once any character of its secret differs', () => {
    const key = issueKey(random);
    fc.assert(
      fc.property(
        fc.integer({ min: 16, max: key.text.length - 1 }),
        fc.constantFrom('A', 'a', '0', '_', '-'),
        (at, char) => {
          fc.pre(key.text[at] !== char);
          const other = parseKey(key.text.slice(0, at) + char + key.text.slice(at + 1));
          expect(other !== null && isSameSecret(other, key.secretHash)).toBe(false);
        },
      ),
    );
  });
});

describe('a presented text', () => {
  it.each(['', ' ', 'a b', 'ключ', 'x'.repeat(300), 'key\n', '"', 'cg_é'])(
    '%j is no key',
    (text) => {
      expect(parseKey(text)).toBeNull();
    },
  );

  it('never throws, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const key = parseKey(text);
        expect(key === null || key.secretHash.length === 32).toBe(true);
      }),
    );
  });
});

describe('a key that the operator chose', () => {
  it('is taken if it is random text of 32 characters', () => {
    const text = '0123456789abcdef0123456789abcdef';
    expect(parseChosenKey(text)).toEqual(parseKey(text));
  });

  it.each([
    ['short', 'Zk3vT9qLw1xR7bN5mC2pY8sD4fG6hJ0'],
    ['of few different characters', 'abcabcabcabcabcabcabcabcabcabcabcabc'],
    ['with a space', '0123456789abcdef 0123456789abcdef'],
    ['not ASCII', 'ü123456789abcdef0123456789abcdef'],
  ])('is refused if it is %s, and the message does not show it', (_why, text) => {
    expect(() => parseChosenKey(text)).toThrow(
      expect.objectContaining({
        code: 'ACCESS_ADMIN_KEY_WEAK',
        message: expect.not.stringContaining(text),
      }),
    );
  });
});
