import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { createCursorCodec } from '../../src/api/cursor.js';

const key = new Uint8Array(32).fill(1);
const codec = createCursorCodec(key);
const schema = z.strictObject({ after: z.number(), note: z.string() });
const list = ['records', 'bank', 'kyc'];
const refused = expect.objectContaining({ code: 'CURSOR_INVALID' });

describe('a cursor', () => {
  it('brings back what was put in it, also after a restart with the same key', () => {
    fc.assert(
      fc.property(fc.nat(), fc.string({ unit: 'grapheme' }), (after, note) => {
        const cursor = codec.encode(list, { after, note });
        expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(createCursorCodec(key).decode(list, cursor, schema)).toEqual({ after, note });
      }),
    );
  });

  it('is refused once any of its characters differs', () => {
    const cursor = codec.encode(list, { after: 17, note: 'x' });
    for (let at = 0; at < cursor.length; at++) {
      const other = cursor[at] === 'A' ? 'B' : 'A';
      const bad = cursor.slice(0, at) + other + cursor.slice(at + 1);
      expect(() => codec.decode(list, bad, schema)).toThrow(refused);
    }
  });

  it('is refused whatever text it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(() => codec.decode(list, text, schema)).toThrow(refused);
      }),
    );
    expect(() => codec.decode(list, 'A'.repeat(5000), schema)).toThrow(refused);
  });

  it('is good for its own list only', () => {
    const cursor = codec.encode(list, { after: 1, note: '' });
    for (const other of [['records', 'bank', 'kyc', ''], ['records', 'bankkyc'], ['records'], []])
      expect(() => codec.decode(other, cursor, schema)).toThrow(refused);
  });

  it('is good for its own node only', () => {
    const cursor = createCursorCodec(new Uint8Array(32)).encode(list, { after: 1, note: '' });
    expect(() => codec.decode(list, cursor, schema)).toThrow(refused);
  });
});
