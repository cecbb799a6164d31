import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { asciiJson, asciiJsonLines } from '../../src/base/ascii-json.js';
import { utf8, utf8ToString } from '../../src/base/bytes.js';

describe('JSON in ASCII', () => {
  it('says the same as any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = asciiJson(value);
        expect(text).toMatch(/^[\x20-\x7f]*$/);
        expect(JSON.stringify(JSON.parse(text))).toBe(JSON.stringify(value));
      }),
    );
  });

  it('is its own UTF-8', () => {
    const texts = ['—', '𝄞 "é"\n', ''].map(asciiJson);
    expect(utf8ToString(asciiJsonLines(texts))).toBe(texts.map((text) => `${text}\n`).join(''));
    expect(utf8(texts.join(''))).toHaveLength(texts.join('').length);
  });
});
