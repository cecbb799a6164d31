import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';

describe('README.md', () => {
  // If this fails, the page has changed: put the digest that the build prints into the README.
  it('names the digest of verify.html as these sources give it', async () => {
    const directory = await temporaryDirectory();
    const file = join(directory, 'verify.html');
    const printed = execFileSync(process.execPath, ['scripts/build-verify-page.mjs', file], {
      encoding: 'utf8',
    });
    await removeDirectory(directory);
    const [, named] = /^`([0-9a-f]{64})`$/m.exec(readFileSync('README.md', 'utf8')) ?? [];
    expect(`${named ?? ''}  ${file}\n`).toBe(printed);
  });
});
