import { describe, expect, it } from '@jest/globals';
import type { JsonValue } from '../../src/base/canonical-json.js';
import {
  arrayOf,
  base64Of,
  BOOLEAN,
  COUNT,
  DIGEST,
  INSTANT,
  JSON_OBJECT,
  JsonMembers,
  oneOf,
  type Shape,
  textLike,
} from '../../src/base/json-members.js';

const refuse = (reason: string): Error => new Error(reason);
const members = (value: JsonValue): JsonMembers => new JsonMembers(value, refuse);

describe('JsonMembers', () => {
  it('reads required and optional members and then nothing is left', () => {
    const object = members({ a: 1, b: true });
    expect(object.required('a', COUNT)).toBe(1);
    expect(object.optional('b', BOOLEAN)).toBe(true);
    expect(object.optional('c', BOOLEAN)).toBeUndefined();
    object.end();
  });

  it('refuses an unknown member without naming it', () => {
    const object = members({ a: 1, hostile: 2 });
    object.required('a', COUNT);
    expect(() => {
      object.end();
    }).toThrow(/^the object has an unknown member$/);
  });

  it('refuses a missing member by name, and one that is only inherited', () => {
    expect(() => members({}).required('a', COUNT)).toThrow('the member a is missing');
    expect(members({}).optional('toString', JSON_OBJECT)).toBeUndefined();
  });

  it('says where in nested objects something is wrong', () => {
    const list = members({ list: [{ a: 1 }, { a: -1 }] }).objects('list', 2);
    expect(list).toHaveLength(2);
    expect(list[0]?.required('a', COUNT)).toBe(1);
    expect(() => list[1]?.required('a', COUNT)).toThrow('the member list/1/a is not a whole');
    expect(() => members({ list: [1] }).objects('list', 2)).toThrow('list/0 is not an object');
    expect(() => {
      members({ in: { x: 1 } })
        .object('in')
        .end();
    }).toThrow('in has an unknown member');
  });

  it('reads an object or null where both are meant', () => {
    const object = members({ a: null, b: { x: 1 } });
    expect(object.objectOrNull('a')).toBeNull();
    expect(object.objectOrNull('b')?.required('x', COUNT)).toBe(1);
    object.end();
    expect(() => members({}).objectOrNull('a')).toThrow('the member a is missing');
    expect(() => members({ a: 1 }).objectOrNull('a')).toThrow('a is not an object');
  });

  it('refuses arrays and null as objects', () => {
    for (const value of [[], null, 'x', 1]) expect(() => members(value)).toThrow('not an object');
  });
});

describe('a shape', () => {
  it.each<[string, Shape<unknown>, JsonValue[], JsonValue[]]>([
    ['COUNT', COUNT, [0, 1, 2 ** 53 - 1], [-1, 0.5, 2 ** 53, '1', null, true]],
    ['BOOLEAN', BOOLEAN, [true, false], [0, 'true', null]],
    ['DIGEST', DIGEST, ['a'.repeat(64)], ['A'.repeat(64), 'a'.repeat(63), 1]],
    ['INSTANT', INSTANT, ['2026-01-31T23:59:59.000Z'], ['2026-01-31', 0]],
    ['base64Of(2)', base64Of(2), ['AAA='], ['AA==', 'AAB=', 1]],
    ['base64Of()', base64Of(), ['', 'AA=='], ['A', 0]],
    ['oneOf', oneOf<string | number>('a', 1), ['a', 1], ['1', 'b', null]],
    ['textLike', textLike(/^x+$/, 'x'), ['x', 'xx'], ['', 'y', 1]],
    ['arrayOf', arrayOf(COUNT, 2), [[1], [1, 2]], [[], [1, 2, 3], [-1], {}, 1]],
    ['JSON_OBJECT', JSON_OBJECT, [{}, { a: 1 }], [[], null, '']],
  ])('%s takes its own and nothing else', (_, shape, good, bad) => {
    for (const value of good) expect(shape.read(value)).not.toBeNull();
    for (const value of bad) expect(shape.read(value)).toBeNull();
  });
});
