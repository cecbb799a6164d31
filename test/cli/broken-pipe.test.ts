/** Whoever reads what a command prints may go away before its end. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

const run = promisify(execFile);

it('ends a command without a word, as the signal would', async () => {
  // More than a pipe holds.
  const command = '"$0" bin/chirograph.js simulate --seed 1 --trace; echo "$?" >&2';
  const { stdout, stderr } = await run('sh', [
    '-c',
    `{ ${command}; } | head -n 1`,
    process.execPath,
  ]);
  expect(stdout.split('\n')).toHaveLength(2);
  expect(stderr).toBe('141\n');
});
