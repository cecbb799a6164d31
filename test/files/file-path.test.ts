/** Paths in the order of their bytes in UTF-8, whatever the characters. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { comparePaths, keyOfPath, parseFilePath } from '../../src/files/file-path.js';

const text = fc.string({ unit: 'binary', maxLength: 12 });

describe('paths', () => {
  test('are ordered as their bytes are', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        const expected = Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)));
        expect(Math.sign(comparePaths(a, b))).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  test('are taken as they are, or refused', () => {
    fc.assert(
      fc.property(text, (path) => {
        const isRefused =
          path === '' ||
          path.includes('\0') ||
          path.split('/').some((segment) => segment === '.' || segment === '..');
        if (isRefused) expect(() => parseFilePath(path)).toThrow();
        else expect(parseFilePath(path)).toBe(path);
      }),
    );
    for (const path of ['\ud800', 'a/../b', '..', './a', 'a'.repeat(1025), 'é'.repeat(513)])
      expect(() => parseFilePath(path)).toThrow();
    expect(parseFilePath('...')).toBe('...');
    expect(parseFilePath('a'.repeat(1024))).toHaveLength(1024);
    expect(keyOfPath(parseFilePath('é'))).not.toBe(keyOfPath(parseFilePath('e\u0301')));
  });
});
