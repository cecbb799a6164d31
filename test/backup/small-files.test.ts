/** What of a data directory a backup takes as small files, and what it leaves to those who have it too. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { readSmallFiles } from '../../src/backup/internal/small-files.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(() => removeDirectory(root));

async function put(...paths: string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(join(root, dirname(path)), { recursive: true });
    await writeFile(join(root, path), path);
  }
}

const taken = async (): Promise<string[]> => [...(await readSmallFiles(root)).keys()];

it('takes what nobody else has', async () => {
  await put(
    'run.json',
    'access.json',
    'keepers/0011223344556677.json',
    'calendars/a/pending.1.json',
  );
  await put('state/CURRENT', 'views/CURRENT', 'journal/1', 'logs/db/CURRENT', 'run.json.tmp');
  expect(await taken()).toEqual([
    ...['access.json', 'calendars/a/pending.1.json', 'keepers/0011223344556677.json', 'run.json'],
  ]);
});

it('leaves copies of logs to the nodes that have them, however they change meanwhile', async () => {
  await put('run.json', 'replicas/cores/db/000003.log', 'replicas/heads/a.json');
  await put('replicas/votes/b.json', 'kept/cores/db/CURRENT', 'kept/logs/c.json');
  const reading = { isDone: false };
  const changing = (async () => {
    for (let at = 0; !reading.isDone; at++)
      await writeFile(join(root, 'replicas/heads/a.json'), `${at}`);
  })();
  try {
    expect(await taken()).toEqual(['run.json']);
  } finally {
    reading.isDone = true;
    await changing;
  }
});
