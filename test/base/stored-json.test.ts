import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { utf8, utf8ToString } from '../../src/base/bytes.js';
import type { JsonObject } from '../../src/base/canonical-json.js';
import { sha256Hex } from '../../src/base/hash.js';
import { formatStoredJson, parseStoredJson } from '../../src/base/stored-json.js';

const refusal = {
  damaged: (reason: string) => new Error(`damaged: ${reason}`),
  newer: (format: number, known: number) => new Error(`newer: ${format} than ${known}`),
};
const read = (bytes: Uint8Array, place = 'a/b.json'): JsonObject =>
  parseStoredJson(place, bytes, refusal);
const CONTENT = fc.dictionary(fc.string({ minLength: 1 }), fc.oneof(fc.string(), fc.nat()));

describe('a stored JSON file', () => {
  it('has a format, and a digest over its place and the rest', () => {
    const covered = '{"$v":1,"b":2}';
    const digest = sha256Hex(`a/b.json\0${covered}`);
    expect(utf8ToString(formatStoredJson('a/b.json', { b: 2 }))).toBe(
      `{"$v":1,"b":2,"sha256":"${digest}"}`,
    );
  });

  it('round-trips', () => {
    fc.assert(
      fc.property(CONTENT, (content) => {
        const own = Object.fromEntries(
          Object.entries(content).filter(([name]) => !/^(?:\$v|sha256|__proto__)$/.test(name)),
        );
        expect(read(formatStoredJson('a/b.json', own))).toEqual(own);
      }),
    );
  });

  it('is refused when one byte is another, or it was cut', () => {
    const good = formatStoredJson('a/b.json', { name: 'a name', number: 17 });
    for (let at = 0; at < good.length; at++) {
      for (const bit of [1, 2, 16, 128])
        expect(() => read(good.map((byte, place) => (place === at ? byte ^ bit : byte)))).toThrow(
          /^(?:damaged|newer)/,
        );
      expect(() => read(good.subarray(0, at))).toThrow('damaged');
    }
  });

  it('is refused in another place', () => {
    const good = formatStoredJson('a/b.json', { name: 'a name' });
    expect(() => read(good, 'a/c.json')).toThrow('its digest does not match');
  });

  it('of a newer format is told from a damaged one, whatever else it holds', () => {
    expect(() => read(utf8('{"$v":2,"other":[]}'))).toThrow('newer: 2 than 1');
    for (const text of ['{}', '{"$v":0}', '{"$v":"1"}', '{"$v":1}', '[]', 'null', ''])
      expect(() => read(utf8(text))).toThrow('damaged');
  });
});
