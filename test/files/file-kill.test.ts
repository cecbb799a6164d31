/** `kill -9` of the process that has the drives, again and again: the first ten rounds; all in test/interop/files-kill.test.ts. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { caseNumbers, timeLimit } from '../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { startDrivesProcess } from './kill/file-server.js';
import { killRounds } from './kill/kill-rounds.js';

let root: string;
beforeAll(async () => {
  root = await temporaryDirectory();
});
afterAll(() => removeDirectory(root));

test(
  'no kill leaves half a file, or takes one that was acknowledged',
  async () => {
    const { problems, acknowledged } = await killRounds(
      root,
      caseNumbers(10, 100),
      startDrivesProcess,
    );
    expect(problems).toEqual([]);
    expect(acknowledged).toBeGreaterThan(20);
  },
  Math.max(timeLimit, 240_000),
);
