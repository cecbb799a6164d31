/** `kill -9` × 100 of the process that has the drives, during uploads, files of parts and deletes (test/files/kill). */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startDrivesProcess } from '../files/kill/file-server.js';
import { killRounds } from '../files/kill/kill-rounds.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';

/** In one directory: what is checked after each grows with it. */
const ROUNDS_PER_DIRECTORY = 10;

let root: string;
beforeAll(async () => {
  root = await temporaryDirectory();
});
afterAll(() => removeDirectory(root));

test.each(Array.from({ length: 10 }, (_, n) => n))(
  'no kill leaves half a file, or takes one that was acknowledged: rounds from %i0 on',
  async (n) => {
    const first = n * ROUNDS_PER_DIRECTORY;
    const rounds = Array.from({ length: ROUNDS_PER_DIRECTORY }, (_, at) => first + at);
    const { problems, acknowledged } = await killRounds(`${root}/${n}`, rounds, startDrivesProcess);
    expect(problems).toEqual([]);
    expect(acknowledged).toBeGreaterThan(20);
  },
);
