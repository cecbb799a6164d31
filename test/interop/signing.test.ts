/** Signing with `openssl` from a shell, as the README shows it: every command as it stands there. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { freePort } from '../support/free-port.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';

const readme = readFileSync('README.md', 'utf8');
const [, script = '', shown = ''] =
  /^```sh sign\n(.*?)^```\n.*?^```\n(.*?)^```$/ms.exec(readme) ?? [];

it('the README’s way of signing runs as it stands, and prints what the README shows', async () => {
  const directory = await temporaryDirectory();
  try {
    const guarded = `set -eu\ntrap 'kill "\${node:-}" 2>/dev/null || true' EXIT\n${script}`;
    const { stdout } = await promisify(execFile)(
      'bash',
      ['-c', guarded.replaceAll('8789', String(await freePort()))],
      {
        env: { PATH: process.env['PATH'], TMPDIR: directory, HOME: directory },
        timeout: 120_000,
      },
    );
    const lines = stdout.trimEnd().split('\n');
    const wanted = shown.trimEnd().split('\n');
    expect(lines).toHaveLength(wanted.length);
    for (const [at, line] of wanted.entries()) {
      const [start = '', ...rest] = line.split('…');
      if (rest.length === 0) expect(lines[at]).toBe(line);
      else expect(lines[at]?.startsWith(start)).toBe(true);
    }
  } finally {
    await removeDirectory(directory);
  }
}, 150_000);
