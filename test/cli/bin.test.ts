import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';

const directory = await temporaryDirectory();

afterAll(() => removeDirectory(directory));

describe('bin/chirograph.js', () => {
  it('says what to do where the program has not been built', () => {
    mkdirSync(join(directory, 'bin'));
    cpSync('bin/chirograph.js', join(directory, 'bin/chirograph.js'));
    cpSync('package.json', join(directory, 'package.json'));
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(directory, 'bin/chirograph.js'), '--version'],
      { encoding: 'utf8' },
    );
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toBe('chirograph: not built yet: run "npm run build"\n');
  });
});
