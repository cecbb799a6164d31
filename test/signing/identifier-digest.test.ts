import { describe, expect, it } from '@jest/globals';
import { toHex, utf8 } from '../../src/base/bytes.js';
import { sha1Identifier } from '../../src/signing/identifier-digest.js';

describe('SHA-1 of an identifier', () => {
  it.each([
    ['', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
    ['abc', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
  ])('is that of FIPS 180-4: %j', (text, expected) => {
    expect(toHex(sha1Identifier(utf8(text)))).toBe(expected);
  });
});
