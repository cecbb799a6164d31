/** docs/threats.md names a test for each threat, and each is there. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const rows = readFileSync('docs/threats.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .slice(2)
  .map((line) => line.split('|').map((cell) => cell.trim()));

/** Each file with the names that follow it. */
function named(cell: string): [string, string[]][] {
  return [...cell.matchAll(/`(test\/[^`]+)`((?:(?!`).)*)/g)].map(([, file = '', text = '']) => [
    file,
    [...text.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name),
  ]);
}

describe('docs/threats.md', () => {
  it('has the thirteen threats, each with what shows it, how soon, and a test', () => {
    expect(rows).toHaveLength(13);
    for (const [, ...cells] of rows)
      expect(cells.slice(0, 4).every((cell) => cell !== '')).toBe(true);
  });

  it.each(rows.map(([, threat = '', , , tests = '']) => [threat, tests]))(
    'is played: %s',
    (_threat, tests) => {
      const found = named(tests);
      expect(found.length).toBeGreaterThan(0);
      for (const [file, names] of found) {
        const text = readFileSync(file, 'utf8');
        expect(names.length).toBeGreaterThan(0);
        for (const name of names) expect(text).toContain(name);
      }
    },
  );
});
