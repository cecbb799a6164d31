import { describe, expect, it } from '@jest/globals';
import { parseStrictJson } from '../../src/base/canonical-json.js';
import { valueAt } from '../../src/base/json-pointer.js';

/** The document of RFC 6901 §5, less what JSON texts of ours cannot be. */
const DOCUMENT = parseStrictJson(
  '{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"k\\"l":6," ":7,"m~n":8}',
);

describe('a JSON pointer', () => {
  it.each([
    ['/foo', ['bar', 'baz']],
    ['/foo/0', 'bar'],
    ['/', 0],
    ['/a~1b', 1],
    ['/c%d', 2],
    ['/e^f', 3],
    ['/g|h', 4],
    ['/k"l', 6],
    ['/ ', 7],
    ['/m~0n', 8],
  ])('%s names what RFC 6901 says', (pointer, value) => {
    expect(valueAt(DOCUMENT, pointer)).toEqual(value);
    expect(valueAt(DOCUMENT, '')).toBe(DOCUMENT);
  });

  it.each(['/foo/2', '/foo/-', '/foo/00', '/foo/length', '/foo/0/0', '/toString', '/bar/baz'])(
    '%s names nothing',
    (pointer) => {
      expect(valueAt(DOCUMENT, pointer)).toBeUndefined();
    },
  );
});
