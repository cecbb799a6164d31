/** Whoever is forgotten is gone from drives at once: names, content and uploads; what is locked keeps them. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { UnixMillis } from '../../src/base/brand.js';
import { toHex } from '../../src/base/bytes.js';
import { type SecretScope, tagsScope } from '../../src/base/secret-scope.js';
import { filesSecretOf } from '../../src/files/chunks/chunk.js';
import type { DrivePort, PutOptions, Written } from '../../src/files/drive-port.js';
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
const DAY = 86_400_000;
const path = parseFilePath;
const code = (name: string): object => ({ code: name });

let root: string;
let node: TestDrives;
let drive: DrivePort;

beforeEach(async () => {
  root = await temporaryDirectory();
  node = await openTestDrives(root);
  drive = await node.drives.make(TENANT, ANNA, 'passports', { lock: {} });
});

afterEach(async () => {
  await node.close();
  await removeDirectory(root);
});

async function put(
  name: string,
  bytes: Uint8Array,
  { subject, ...options }: Partial<PutOptions> & { subject?: string } = {},
): Promise<Written> {
  const content = await drive.store(inPieces(bytes), { subject });
  return drive.put(ANNA, path(name), content, { ...PLAIN, ...options });
}

const until = (millis: number): UnixMillis => (node.clock.now() + millis) as UnixMillis;

function handle(): string {
  return drive.ledger.identity.tenant;
}

/** As an erasure does once it is approved: the secrets are destroyed, and the key with them. */
async function forget(person: string): Promise<void> {
  const { forgetter } = node.store;
  const { secrets } = await forgetter.survey(handle(), (scope) => scope.person === person);
  await forgetter.destroy(
    handle(),
    secrets.map(({ rowId }) => toHex(rowId)),
  );
}

async function secretOf(scope: SecretScope): Promise<Uint8Array> {
  const found = await node.store.vaultOf(handle()).find(scope);
  if (found === null) throw new Error('no secret');
  return Uint8Array.from(found.secret);
}

async function isOnDisk(bytes: Uint8Array): Promise<boolean> {
  for (const directory of ['data', 'data.keys'])
    for (const entry of await readdir(join(root, directory), {
      recursive: true,
      withFileTypes: true,
    }))
      if (entry.isFile()) {
        const file = await readFile(join(entry.parentPath, entry.name));
        if (file.includes(Buffer.from(bytes))) return true;
      }
  return false;
}

describe('a subject that is forgotten', () => {
  test('has no files any more, at once and after a restart, and others have theirs', async () => {
    await put('anna/passport', bytesOf(200_000), { subject: 'anna' });
    await put('anna/small', Buffer.from('small'), { subject: 'anna' });
    await put('bo/passport', bytesOf(200_000), { subject: 'bo' });
    await put('own', bytesOf(200_000));
    const before = drive.newest(path('anna/passport'));
    expect(drive.list({ limit: 10 }).items).toHaveLength(4);
    await forget('anna');
    for (const isAgain of [false, true]) {
      if (isAgain) {
        await node.close();
        node = await openTestDrives(root);
        drive = await node.drives.find(TENANT, 'passports');
      } else await drive.upToDate();
      expect(drive.list({ limit: 10 }).items.map((one) => one.path)).toEqual([
        'bo/passport',
        'own',
      ]);
      expect(drive.newest(path('anna/passport'))).toBeNull();
      expect(drive.usage().files).toBe(2);
      if (before === null) throw new Error('it was never there');
      await expect(drive.open(before)).rejects.toMatchObject(code('FILE_ERASED'));
      const bo = drive.newest(path('bo/passport'));
      if (bo === null) throw new Error('somebody else was forgotten');
      const said = await drive.open(bo);
      expect((await allOf(drive.read(said.content))).equals(bytesOf(200_000))).toBe(true);
    }
  });

  test('leaves neither names nor content in clear, nor any secret that opens its chunks', async () => {
    const name = 'a-name-that-only-anna-has';
    const text = Buffer.from('a passport that only anna has'.repeat(10_000));
    const { version } = await put(name, text, { subject: 'anna' });
    const { content } = await drive.open(version);
    if (!('refs' in content)) throw new Error('no references');
    const secrets = [
      await secretOf(tagsScope('anna')),
      filesSecretOf(await secretOf(tagsScope('anna'))),
      ...content.refs.map(({ key }) => key),
    ];
    await forget('anna');
    await node.close();
    for (const bytes of [Buffer.from(name), text.subarray(0, 64), ...secrets])
      expect(await isOnDisk(bytes)).toBe(false);
    node = await openTestDrives(root);
    // The chunks lie there still, and mean nothing to anybody.
    expect(
      await node.drives.chunks.get(content.refs[0]?.address ?? new Uint8Array(32)),
    ).not.toBeNull();
    drive = await node.drives.find(TENANT, 'passports');
    const again = await drive.store(inPieces(text), { subject: 'anna' });
    expect(again.place).not.toEqual(content);
  });

  test('has no uploads any more, and what came in for one before cannot be put', async () => {
    const options = { ...PLAIN, subject: 'anna' };
    const upload = await drive.uploads.begin(ANNA, path('anna/big'), options);
    const other = await drive.uploads.begin(ANNA, path('bo/big'), { ...PLAIN, subject: 'bo' });
    const content = await drive.store(inPieces(bytesOf(100_000)), { subject: 'anna' });
    await drive.uploads.addPart(upload.id, 1, content);
    await forget('anna');
    await expect(drive.uploads.find(upload.id)).rejects.toMatchObject(code('UPLOAD_UNKNOWN'));
    expect((await drive.uploads.list({ limit: 10 })).items.map(({ id }) => id)).toEqual([other.id]);
    await expect(drive.uploads.complete(ANNA, upload.id, [{ number: 1 }])).rejects.toMatchObject(
      code('UPLOAD_UNKNOWN'),
    );
    await expect(drive.put(ANNA, path('anna/late'), content, PLAIN)).rejects.toMatchObject(
      code('FILES_STALE'),
    );
  });

  test('may be a drive: then its files are gone that are of nobody else', async () => {
    await put('own', bytesOf(100_000));
    await put('anna/passport', bytesOf(100_000), { subject: 'anna' });
    await forget('drive:passports');
    await drive.upToDate();
    expect(drive.list({ limit: 10 }).items.map((one) => one.path)).toEqual(['anna/passport']);
    await put('new', bytesOf(100_000));
    expect(drive.list({ limit: 10 }).items).toHaveLength(2);
  });
});

describe('locks of a subject', () => {
  const locks = (person: string, at = node.clock.now()) => node.drives.locksOf(TENANT, person, at);

  test('are those in force, of versions that are there, by what they lie under', async () => {
    await put('bo/free', Buffer.from('free'), { subject: 'bo' });
    expect(await locks('anna')).toEqual([]);
    const lock = { mode: 'governance', until: until(2 * DAY) } as const;
    const { version } = await put('anna/a', Buffer.from('a'), { subject: 'anna', lock });
    expect(await locks('anna')).toMatchObject([{ drive: 'passports', until: lock.until }]);
    expect(await locks('bo')).toEqual([]);
    expect(await locks('anna', until(2 * DAY))).toEqual([]);
    // Later, in another month: that it was made longer lies under that month.
    node.clock.advance(DAY);
    const longer = { mode: 'governance', until: until(80 * DAY) } as const;
    node.clock.advance(0.5 * DAY);
    await drive.say(ANNA, path('anna/a'), version.id, { lock: longer });
    node.clock.advance(40 * DAY);
    await drive.say(ANNA, path('anna/a'), version.id, { hold: true });
    const held = await locks('anna');
    expect(held.map((one) => one.until)).toEqual([null, null]);
    expect(new Set(held.map(({ month }) => month)).size).toBe(2);
    await drive.say(ANNA, path('anna/a'), version.id, { hold: false });
    expect((await locks('anna')).every((one) => one.until === longer.until)).toBe(true);
    await drive.remove(ANNA, path('anna/a'), version.id, { bypass: true });
    expect(await locks('anna')).toEqual([]);
  });

  test('are not taken any more once an erasure has begun', async () => {
    const { version } = await put('anna/a', Buffer.from('a'), { subject: 'anna' });
    // In another month, so that the entry of the lock lies under a secret of its own.
    node.clock.advance(40 * DAY);
    await put('anna/b', Buffer.from('b'), { subject: 'anna' });
    const old = { use: 'data', person: 'anna', month: await monthOfFirst() } as const;
    await node.store.forgetter.survey(
      handle(),
      (scope) => scope.use === 'data' && scope.person === 'anna' && scope.month === old.month,
    );
    const hold = drive.say(ANNA, path('anna/a'), version.id, { hold: true });
    await expect(hold).rejects.toMatchObject(code('FILES_STALE'));
    node.store.forgetter.spare(handle());
    await drive.say(ANNA, path('anna/a'), version.id, { hold: true });
    expect(await locks('anna')).not.toEqual([]);
  });

  async function monthOfFirst(): Promise<string> {
    const rows = (await node.store.vaultOf(handle()).scopes(null)) ?? [];
    const months = rows.flatMap(({ scope }) =>
      scope.use === 'data' && scope.person === 'anna' ? [scope.month] : [],
    );
    return months.sort()[0] ?? '';
  }
});
