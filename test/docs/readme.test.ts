import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { SETTING_NAMES } from '../../src/settings/settings-table.js';

const readme = readFileSync('README.md', 'utf8');

/** Every page that people read, but for those of packages. */
const pages = ['.', 'docs', 'docs/decisions', 'docs/formats'].flatMap((directory) =>
  readdirSync(directory)
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(directory, name)),
);

describe('README.md', () => {
  it('has one row for every setting there is, and for no other', () => {
    const [, table = ''] = /^\| setting .*\n\|[-| ]+\|\n((?:\|.*\n)+)/m.exec(readme) ?? [];
    const named = [...table.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
    expect(named.sort()).toEqual(['data', ...SETTING_NAMES].sort());
  });
});

describe('pages', () => {
  it('link to files that are there', () => {
    const broken = pages.flatMap((page) =>
      [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)]
        .map(([, target = '']) => normalize(join(dirname(page), target)))
        .filter((target) => !existsSync(target))
        .map((target) => `${page}: ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('say nothing of the machine that they were written on', () => {
    for (const page of pages)
      expect([page, /\/root\b|\/work\b|\/home\//.test(readFileSync(page, 'utf8'))]).toEqual([
        page,
        false,
      ]);
  });
});
