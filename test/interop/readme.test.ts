/** The five-minute tour of the README, as a reader would paste it, and what it says comes out. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freePort } from '../support/free-port.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';

const readme = readFileSync('README.md', 'utf8');
const blocks = [...readme.matchAll(/^```(sh tour|text)\n(.*?)^```$/gms)].map(
  ([, language, content = '']) => ({ language, content }),
);

let directory: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(async () => {
  await removeDirectory(directory);
});

/** A line as the README shows it, where `…` stands for what is left out. */
function pattern(line: string): RegExp {
  const parts = line.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}

describe('the tour of the README', () => {
  it('runs, and prints what the README shows, in that order', async () => {
    const port = await freePort();
    const witnessPort = await freePort();
    const commands = blocks.filter(({ language }) => language === 'sh tour');
    const script = commands.map(({ content }) => content).join('');
    // Whatever fails, no process must outlive the test.
    const guarded = `set -eu\ntrap 'kill "\${node:-}" "\${witness:-}" 2>/dev/null || true' EXIT\n${script}`;
    const { stdout } = await promisify(execFile)(
      'bash',
      ['-c', guarded.replaceAll('8787', String(port)).replaceAll('8790', String(witnessPort))],
      { env: { PATH: process.env['PATH'], TMPDIR: directory, HOME: directory }, timeout: 240_000 },
    );

    const printed = stdout.split('\n');
    const shown = blocks
      .filter(({ language }) => language === 'text')
      .flatMap(({ content }) => content.split('\n'))
      .filter((line) => line !== '');
    let from = 0;
    for (const line of shown) {
      const at = printed.findIndex((one, n) => n >= from && pattern(line).test(one));
      expect({ line, isPrinted: at >= 0 }).toEqual({ line, isPrinted: true });
      from = at + 1;
    }
    expect(shown.length).toBeGreaterThan(30);
  }, 300_000);
});
