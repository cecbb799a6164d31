/** Content of files in backups: all that entries refer to, little that was there before, and put back to be read and written. */
import { createHash } from 'node:crypto';
import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BackupResult } from '../../src/backup/make-backup.js';
import { RandomPool } from '../../src/base/random.js';
import type { DrivePort } from '../../src/files/drive-port.js';
import type { Drives } from '../../src/files/drives.js';
import { parseFilePath } from '../../src/files/file-path.js';
import { goOnAsSuccessor } from '../../src/go-on.js';
import { fsckNode } from '../../src/node-fsck.js';
import { verifyFiles } from '../../src/verify-files.js';
import { FakeClock } from '../support/fake-clock.js';
import { openNodeDrives } from '../support/node-drives.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { allOf, ANNA, bytesOf, inPieces, TENANT } from '../support/test-drives.js';
import { openTestNode, type TestNode } from '../support/test-node.js';
import { backUp, backUpAtRest, bringBack, keysOf } from './backed-node.js';

const path = parseFilePath;
const LENGTH = 3_000_000;

let root: string;
let open: { readonly test: TestNode; readonly drives: Drives } | null;

beforeEach(async () => {
  root = await temporaryDirectory();
  open = await openAt(root);
});
afterEach(async () => {
  await stop();
  await removeDirectory(root);
});

async function openAt(place: string): Promise<NonNullable<typeof open>> {
  const test = await openTestNode(place);
  await test.node.ensureTenant(TENANT);
  return { test, drives: await openNodeDrives(test, place) };
}

async function stop(): Promise<void> {
  await open?.drives.close();
  await open?.test.close();
  open = null;
}

function opened(): NonNullable<typeof open> {
  if (open === null) throw new Error('the node is stopped');
  return open;
}

async function put(drive: DrivePort, name: string, seed: number, length = LENGTH): Promise<void> {
  const content = await drive.store(inPieces(bytesOf(length, seed)));
  await drive.put(ANNA, path(name), content, { mediaType: 'text/plain' });
}

function backedUp(): Promise<BackupResult> {
  const { test, drives } = opened();
  return backUp(test, root, 'target', undefined, () => drives.chunks.taken());
}

/** Names of files whose content is not what was put under them by `put`. */
async function wrongIn(drives: Drives): Promise<string[]> {
  const drive = await drives.find(TENANT, 'passports');
  const wrong: string[] = [];
  for (const version of drive.list({ limit: 1_000 }).items) {
    const seed = Number(version.path.slice(1));
    const bytes = await allOf(drive.read((await drive.open(version)).content));
    const expected = bytesOf(version.size, seed);
    if (hashOf(bytes) !== hashOf(expected)) wrong.push(version.path);
  }
  return wrong;
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function soundAt(place: string): Promise<string[]> {
  const options = {
    ...{ dataDirectory: join(place, 'data'), keyStore: await keysOf(place) },
    ...{ random: new RandomPool(), clock: new FakeClock(), progress: () => undefined },
  };
  const problems: string[] = [];
  for await (const { problem } of fsckNode(options)) problems.push(problem);
  const verifying = verifyFiles({ ...options, tenant: TENANT, drive: 'passports' });
  for await (const finding of verifying) problems.push(JSON.stringify(finding));
  return problems;
}

describe('files in a backup', () => {
  it('are all there that were durable when it began, while others come, and what was there is not written again', async () => {
    const { drives } = opened();
    const drive = await drives.make(TENANT, ANNA, 'passports');
    await put(drive, 'f1', 1);
    const first = await backedUp();
    expect(first.bytes).toBeGreaterThan(LENGTH);
    // A small change of a large file, and one that comes while the backup is made.
    await put(drive, 'f2', 2, 100_000);
    const coming = put(drive, 'f3', 3);
    const second = await backedUp();
    expect(second.bytes).toBeLessThan(LENGTH + 500_000);
    await coming;
    await backedUp();
    const { wentOn } = await bringBack(root, 'elsewhere');
    expect(wentOn).not.toBeNull();
    await stop();
    expect(await soundAt(join(root, 'elsewhere'))).toEqual([]);
    open = await openAt(join(root, 'elsewhere'));
    const again = await opened().drives.find(TENANT, 'passports');
    expect(again.list({ limit: 10 }).items.map((one) => one.path)).toEqual(['f1', 'f2', 'f3']);
    expect(await wrongIn(opened().drives)).toEqual([]);
    await put(again, 'f4', 4);
    expect(await wrongIn(opened().drives)).toEqual([]);
  });

  it('of a backup that was made while content came are those of its entries, each whole', async () => {
    const { drives } = opened();
    const drive = await drives.make(TENANT, ANNA, 'passports');
    const writing = (async () => {
      for (let n = 1; n <= 12; n++) await put(drive, `f${n}`, n, 400_000);
    })();
    const numbers: number[] = [];
    for (let n = 0; n < 3; n++) numbers.push((await backedUp()).number);
    await writing;
    await stop();
    for (const number of numbers) {
      const into = `of-${number}`;
      await bringBack(root, into, { number });
      expect(await soundAt(join(root, into))).toEqual([]);
    }
  });

  it('are in one of a stopped node, and where there are none there is nothing of them', async () => {
    const { drives } = opened();
    await put(await drives.make(TENANT, ANNA, 'passports'), 'f1', 1);
    await stop();
    await backUpAtRest(root);
    const { wentOn } = await bringBack(root, 'elsewhere');
    expect(wentOn).toBeNull();
    expect(await soundAt(join(root, 'elsewhere'))).toEqual([]);
    await rm(join(root, 'data', 'files'), { recursive: true });
    await backUpAtRest(root, 'empty');
    await bringBack(root, 'without', { from: join(root, 'empty') });
    expect(await readdir(join(root, 'without', 'data'))).not.toContain('files');
  });

  it('are gone on with in other Hypercores than those of the data that were copied', async () => {
    const { drives } = opened();
    await put(await drives.make(TENANT, ANNA, 'passports'), 'f1', 1);
    await stop();
    const copy = join(root, 'copy');
    await cp(join(root, 'data'), join(copy, 'data'), { recursive: true });
    await cp(join(root, 'data.keys'), join(copy, 'data.keys'), { recursive: true });
    const idsOf = async (place: string): Promise<string[]> =>
      (await readdir(join(place, 'data', 'files', 'logs'))).sort();
    const before = await idsOf(root);
    await goOnAsSuccessor({
      ...{ dataDirectory: join(copy, 'data'), keyStore: await keysOf(copy) },
      ...{ clock: new FakeClock(), random: new RandomPool(), cause: 'a copy' },
    });
    open = await openAt(copy);
    await put(await opened().drives.find(TENANT, 'passports'), 'f2', 2);
    expect(await wrongIn(opened().drives)).toEqual([]);
    await stop();
    expect((await idsOf(copy)).length).toBe(before.length + 1);
    expect(await soundAt(copy)).toEqual([]);
    // The node itself goes on in the one that it has.
    open = await openAt(root);
    await put(await opened().drives.find(TENANT, 'passports'), 'f3', 3);
    await stop();
    expect(await idsOf(root)).toEqual(before);
  });
});
