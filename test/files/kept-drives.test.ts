/** Drives that are let go of are read again, and whoever has one still takes turns with whoever has it anew. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { DrivePort } from '../../src/files/drive-port.js';
import { parseFilePath } from '../../src/files/file-path.js';
import { FilesError } from '../../src/files/files-error.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { ANNA, inPieces, openTestDrives, TENANT, type TestDrives } from '../support/test-drives.js';

const path = parseFilePath;
let root: string;
let node: TestDrives;
beforeEach(async () => {
  root = await temporaryDirectory();
  node = await openTestDrives(root, { maxChanges: 10 });
});
afterEach(async () => {
  await node.close();
  await removeDirectory(root);
});

/** Fails where the path is there already. */
async function putNew(drive: DrivePort, name: string): Promise<void> {
  const content = await drive.store(inPieces(Buffer.from(name)));
  await drive.put(ANNA, path(name), content, {
    mediaType: 'text/plain',
    condition: (newest) => {
      if (newest !== null) throw new FilesError('FILE_CHANGED', 'it is there');
    },
  });
}

async function made(name: string, files: number): Promise<DrivePort> {
  const drive = await node.drives.make(TENANT, ANNA, name);
  for (let n = 0; n < files; n++) await putNew(drive, `f${n}`);
  return drive;
}

const found = (name: string): Promise<DrivePort> => node.drives.find(TENANT, name);

test('those asked for longest ago are let go of, and are as they were when they are asked for again', async () => {
  const [first, second, third] = [await made('aaa', 6), await made('bbb', 6), await made('ccc', 2)];
  expect(await found('bbb')).toBe(second);
  expect(await found('ccc')).toBe(third);
  const again = await found('aaa');
  expect(again).not.toBe(first);
  expect(again.list({ limit: 10 }).items).toHaveLength(6);
  expect(await found('aaa')).toBe(again);
});

test('one path is changed once, though two have the drive', async () => {
  const first = await made('aaa', 6);
  await made('bbb', 6);
  await made('ccc', 6);
  const again = await found('aaa');
  expect(again).not.toBe(first);
  const outcomes = await Promise.allSettled(
    [first, again, first, again].map((drive) => putNew(drive, 'new')),
  );
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const drive of [first, again]) {
    await drive.upToDate();
    expect(drive.list({ limit: 10 }).items).toHaveLength(7);
  }
});
