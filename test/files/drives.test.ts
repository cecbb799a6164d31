/** Drives over real ledgers and real Hypercores: what is put is read, as of any time, also by the next process. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { without } from '../../src/base/without.js';
import type { DrivePort, PutOptions } from '../../src/files/drive-port.js';
import { parseFilePath } from '../../src/files/file-path.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import {
  allOf,
  ANNA,
  bytesOf,
  inPieces,
  openTestDrives,
  TENANT,
  type TestDrives,
} from '../support/test-drives.js';

const PLAIN: PutOptions = { mediaType: 'text/plain' };
const code = (name: string): object => ({ code: name });
let directory: string;
let node: TestDrives;

beforeEach(async () => {
  directory = await temporaryDirectory();
  node = await openTestDrives(directory);
});

afterEach(async () => {
  await node.close();
  await removeDirectory(directory);
});

const path = parseFilePath;

async function put(drive: DrivePort, name: string, bytes: Uint8Array, options = PLAIN) {
  const content = await drive.store(inPieces(bytes));
  return drive.put(ANNA, path(name), content, options);
}

async function textOf(drive: DrivePort, name: string, at?: number): Promise<string> {
  const newest = drive.newest(path(name), at);
  if (newest === null) throw new Error('there is no such file');
  return (await allOf(drive.read((await drive.open(newest)).content))).toString();
}

async function reopened(): Promise<DrivePort> {
  await node.close();
  node = await openTestDrives(node.root);
  return node.drives.find(TENANT, 'passports');
}

describe('a drive', () => {
  test.each([0, 1, 4096, 4097, 65_536, 65_537, 3_000_000, 17_000_000])(
    'gives back %i bytes as they were put, whole and in part',
    async (length) => {
      const drive = await node.drives.make(TENANT, ANNA, 'passports');
      const bytes = bytesOf(length);
      const { version } = await put(drive, 'a/b.bin', bytes);
      expect(version).toMatchObject({
        size: length,
        etag: createHash('md5').update(bytes).digest('hex'),
      });
      const again = await reopened();
      const found = again.newest(path('a/b.bin'));
      expect(found?.id).toBe(version.id);
      const said = await again.open(version);
      expect(said.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
      expect(bytes.equals(await allOf(again.read(said.content)))).toBe(true);
      const [start, end] = [Math.floor(length / 3), Math.floor((2 * length) / 3)];
      expect(
        bytes.subarray(start, end).equals(await allOf(again.read(said.content, { start, end }))),
      ).toBe(true);
    },
  );

  test('keeps what was, as of every size', async () => {
    const drive = await node.drives.make(TENANT, ANNA, 'passports');
    await put(drive, 'a', Buffer.from('one'));
    const first = drive.size;
    await put(drive, 'a', Buffer.from('two'));
    await put(drive, 'b', Buffer.from('three'));
    const second = drive.size;
    await drive.delete(ANNA, path('a'));
    expect(drive.newest(path('a'))).toBeNull();
    expect(await textOf(drive, 'a', first)).toBe('one');
    expect(await textOf(drive, 'a', second)).toBe('two');
    expect(drive.list({ limit: 10, at: first }).items.map((one) => one.path)).toEqual(['a']);
    expect(drive.list({ limit: 10, at: second }).items.map((one) => one.path)).toEqual(['a', 'b']);
    expect(drive.list({ limit: 10 }).items.map((one) => one.path)).toEqual(['b']);
    const again = await reopened();
    expect(await textOf(again, 'a', first)).toBe('one');
    expect(again.usage()).toEqual({ files: 1, bytes: 5 });
  });

  test('keeps versions where it is told to, and delete markers', async () => {
    const drive = await node.drives.make(TENANT, ANNA, 'passports', { versioning: 'on' });
    const one = await put(drive, 'a', Buffer.from('one'));
    await put(drive, 'a', Buffer.from('two'));
    const marker = await drive.delete(ANNA, path('a'));
    expect(marker?.version.kind).toBe('delete-marker');
    expect(drive.list({ limit: 10 }).items).toEqual([]);
    expect(
      drive.listVersions({ limit: 10 }).items.map(({ kind, isLatest }) => [kind, isLatest]),
    ).toEqual([
      ['delete-marker', true],
      ['file', false],
      ['file', false],
    ]);
    await drive.remove(ANNA, path('a'), marker?.version.id ?? '');
    expect(await textOf(drive, 'a')).toBe('two');
    await drive.remove(ANNA, path('a'), drive.newest(path('a'))?.id ?? '');
    expect(drive.newest(path('a'))?.id).toBe(one.version.id);
  });

  test('lists by prefix and delimiter, page by page', async () => {
    const drive = await node.drives.make(TENANT, ANNA, 'passports');
    const names = ['a/1', 'a/2', 'b', 'c/x/1', 'c/y', 'd\u{1f600}', 'd\uffff', 'é'];
    for (const name of names) await put(drive, name, Buffer.from(name));
    const told: string[] = [];
    let after: string | undefined;
    for (;;) {
      const page = drive.list({ delimiter: '/', limit: 2, ...(after !== undefined && { after }) });
      told.push(...page.items.map((one) => one.path), ...page.prefixes);
      if (!page.isTruncated) break;
      after = page.last?.path;
    }
    expect(new Set(told)).toEqual(new Set(['a/', 'b', 'c/', 'd\uffff', 'd\u{1f600}', 'é']));
    expect(told).toHaveLength(6);
    expect(drive.list({ limit: 10 }).items.map((one) => one.path)).toEqual(
      names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
    expect(drive.list({ prefix: 'c/', delimiter: '/', limit: 10 })).toMatchObject({
      prefixes: ['c/x/'],
      items: [{ path: 'c/y' }],
    });
  });

  test('stores what is equal once', async () => {
    const drive = await node.drives.make(TENANT, ANNA, 'passports');
    const bytes = bytesOf(2_000_000);
    const one = await drive.store(inPieces(bytes));
    const other = await drive.store(inPieces(bytes, 77_777));
    expect(other.place).toEqual(one.place);
    const alien = await drive.store(inPieces(bytes), { subject: 'customer-4711' });
    expect(alien.place).not.toEqual(one.place);
  });

  test('locks versions, and lets nobody take them out', async () => {
    const drive = await node.drives.make(TENANT, ANNA, 'passports', {
      lock: { default: { mode: 'compliance', days: 1 } },
    });
    const { version } = await put(drive, 'a', Buffer.from('one'));
    expect(version.lock?.mode).toBe('compliance');
    await expect(drive.remove(ANNA, path('a'), version.id, { bypass: true })).rejects.toMatchObject(
      code('FILE_LOCKED'),
    );
    await expect(
      drive.say(ANNA, path('a'), version.id, { lock: null }, { bypass: true }),
    ).rejects.toMatchObject(code('FILE_LOCKED'));
    await expect(
      drive.configure(ANNA, (settings) => without(settings, 'lock')),
    ).rejects.toMatchObject(code('DRIVE_SETTINGS_REFUSED'));
    await drive.delete(ANNA, path('a'));
    node.clock.advance(2 * 86_400_000);
    await drive.remove(ANNA, path('a'), version.id);
    expect(() => drive.version(path('a'), version.id)).toThrow();
  });

  test('joins parts in order', async () => {
    const drive = await node.drives.make(TENANT, ANNA, 'passports');
    const bytes = bytesOf(20_000_000);
    const upload = await drive.uploads.begin(ANNA, path('big'), { ...PLAIN, sum: 'crc32c' });
    const cuts = [0, 7_000_001, 7_000_002, 12_500_000, 20_000_000];
    for (let n = 4; n >= 1; n--) {
      const part = bytes.subarray(cuts[n - 1], cuts[n]);
      await drive.uploads.addPart(
        upload.id,
        n,
        await drive.store(inPieces(part), { sums: ['crc32c'] }),
      );
    }
    const again = await reopened();
    const parts = await again.uploads.parts(upload.id, 0, 10);
    expect(parts.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
    const { version } = await again.uploads.complete(ANNA, upload.id, parts);
    expect(version.etag).toMatch(/^[0-9a-f]{32}-4$/);
    const said = await again.open(version);
    expect(said.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(bytes.equals(await allOf(again.read(said.content)))).toBe(true);
    expect(
      bytes
        .subarray(6_999_990, 7_000_010)
        .equals(await allOf(again.read(said.content, { start: 6_999_990, end: 7_000_010 }))),
    ).toBe(true);
    await expect(again.uploads.find(upload.id)).rejects.toMatchObject(code('UPLOAD_UNKNOWN'));
  });

  test('is not removed with files in it, and comes back empty', async () => {
    const drive = await node.drives.make(TENANT, ANNA, 'passports');
    await put(drive, 'a', Buffer.from('one'));
    await expect(node.drives.remove(TENANT, ANNA, 'passports')).rejects.toMatchObject(
      code('DRIVE_NOT_EMPTY'),
    );
    await expect(node.drives.make(TENANT, ANNA, 'passports')).rejects.toMatchObject(
      code('DRIVE_EXISTS'),
    );
    await drive.delete(ANNA, path('a'));
    await node.drives.remove(TENANT, ANNA, 'passports');
    await expect(node.drives.find(TENANT, 'passports')).rejects.toMatchObject(
      code('DRIVE_UNKNOWN'),
    );
    expect(await node.drives.list(TENANT)).toEqual([]);
    const again = await node.drives.make(TENANT, ANNA, 'passports');
    expect(again.list({ limit: 10 }).items).toEqual([]);
  });

  test('moves a file in one step', async () => {
    const drive = await node.drives.make(TENANT, ANNA, 'passports');
    await put(drive, 'a', bytesOf(100_000));
    const { version } = await drive.move(ANNA, path('a'), path('b/c'));
    expect(version.path).toBe('b/c');
    expect(drive.newest(path('a'))).toBeNull();
    expect(await textOf(drive, 'b/c')).toBe(bytesOf(100_000).toString());
  });
});
