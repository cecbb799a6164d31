/** What is missing or altered on disk is named, version by version; what is whole is found sound. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RandomPool } from '../../src/base/random.js';
import type { DrivePort, PutOptions, Written } from '../../src/files/drive-port.js';
import { parseFilePath } from '../../src/files/file-path.js';
import type { StoredContent } from '../../src/files/stored-content.js';
import type { DriveFinding, DriveSummary } from '../../src/files/verify/verify-drive.js';
import { DirectoryKeyStore } from '../../src/keys/directory-key-store.js';
import { unobserved } from '../../src/ledger/commit-observer.js';
import { LedgerStore } from '../../src/ledger/ledger-store.js';
import { filesProblems, verifyFiles } from '../../src/verify-files.js';
import { FakeClock } from '../support/fake-clock.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import {
  ANNA,
  bytesOf,
  inPieces,
  openTestDrives,
  TENANT,
  type TestDrives,
} from '../support/test-drives.js';

const PLAIN: PutOptions = { mediaType: 'text/plain' };
const path = parseFilePath;

let root: string;
let node: TestDrives | null;

beforeEach(async () => {
  root = await temporaryDirectory();
  node = await openTestDrives(root);
});

afterEach(async () => {
  await node?.close();
  await removeDirectory(root);
});

function opened(): TestDrives {
  if (node === null) throw new Error('the node is closed');
  return node;
}

async function put(
  drive: DrivePort,
  name: string,
  bytes: Uint8Array,
  change: (content: StoredContent) => StoredContent = (content) => content,
  options = PLAIN,
): Promise<Written> {
  const content = await drive.store(inPieces(bytes), { sums: ['crc64nvme', 'sha1'] });
  return drive.put(ANNA, path(name), change(content), {
    ...options,
    checksums: { ...content.sums, type: 'FULL_OBJECT' },
  });
}

interface Verified {
  readonly findings: readonly DriveFinding[];
  readonly summary: DriveSummary;
}

async function verified(drive = 'passports'): Promise<Verified> {
  await node?.close();
  node = null;
  const findings: DriveFinding[] = [];
  const all = verifyFiles({
    ...(await closed()),
    tenant: TENANT,
    drive,
    progress: () => undefined,
  });
  for (;;) {
    const { done, value } = await all.next();
    if (done === true) return { findings, summary: value };
    findings.push(value);
  }
}

async function closed() {
  const random = new RandomPool();
  const dataDirectory = join(root, 'data');
  const directory = join(root, 'data.keys');
  const keyStore = await DirectoryKeyStore.open({ directory, dataDirectory, random });
  return { dataDirectory, keyStore, random, clock: new FakeClock() };
}

async function fsckProblems(): Promise<string[]> {
  await node?.close();
  node = null;
  const options = await closed();
  const quiet = { observer: unobserved, onFailure: () => undefined };
  const store = await LedgerStore.open({ ...options, ...quiet });
  try {
    const problems: string[] = [];
    for await (const { problem } of filesProblems(options, store)) problems.push(problem);
    return problems;
  } finally {
    await store.close();
  }
}

/** In tables: one byte of a chunk. */
async function flipAByte(): Promise<void> {
  const directory = join(root, 'data', 'files', 'blobs', 'db');
  const [name] = (await readdir(directory)).filter((one) => one.endsWith('.blob'));
  if (name === undefined) throw new Error('nothing lies in tables');
  const bytes = await readFile(join(directory, name));
  const at = bytes.length >> 1;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await writeFile(join(directory, name), bytes);
}

describe('a drive that is verified', () => {
  test('is sound in all its versions, those of parts too', async () => {
    const drive = await opened().drives.make(TENANT, ANNA, 'passports', { versioning: 'on' });
    const one = await put(drive, 'a', bytesOf(300_000));
    await put(drive, 'a', bytesOf(300_001));
    await put(drive, 'empty', new Uint8Array(0));
    await put(drive, 'small', bytesOf(17));
    await put(drive, 'large', bytesOf(20_000_000));
    await drive.remove(ANNA, path('a'), one.version.id);
    await drive.delete(ANNA, path('small'));
    for (const sumType of ['COMPOSITE', 'FULL_OBJECT'] as const) {
      const upload = await drive.uploads.begin(ANNA, path(`parts/${sumType}`), {
        ...{ ...PLAIN, sum: 'crc32c', sumType },
      });
      const lengths = [5_000_000, 5_000_000, 12];
      const parts = [];
      for (const [n, length] of lengths.entries()) {
        const content = await drive.store(inPieces(bytesOf(length, n)), { sums: ['crc32c'] });
        parts.push(await drive.uploads.addPart(upload.id, n + 1, content));
      }
      await drive.uploads.complete(ANNA, upload.id, parts);
    }
    await drive.move(ANNA, path('parts/COMPOSITE'), path('moved'));
    const { findings, summary } = await verified();
    expect(findings).toEqual([]);
    expect(summary).toMatchObject({ versions: 8, erased: 0 });
    expect(summary.bytes).toBe(600_001 + 17 + 20_000_000 + 3 * 10_000_012);
    expect(await fsckProblems()).toEqual([]);
  });

  test('names what somebody removed from the disk, locked or not, also what nobody sees any more', async () => {
    const drive = await opened().drives.make(TENANT, ANNA, 'passports', { lock: {} });
    const one = await put(drive, 'a', bytesOf(100_000));
    const lock = { mode: 'compliance', until: opened().clock.now() + 86_400_000 } as const;
    const other = await put(drive, 'a', bytesOf(100_001), undefined, {
      ...PLAIN,
      lock: lock as never,
    });
    const third = await put(drive, 'b', bytesOf(50_000));
    await put(drive, 'small', bytesOf(17));
    await drive.remove(ANNA, path('b'), third.version.id);
    await opened().close();
    node = null;
    await rm(join(root, 'data', 'files', 'blobs'), { recursive: true });
    const { findings, summary } = await verified();
    expect(summary.versions).toBe(4);
    expect(
      findings.map(({ path: name, version, state, isLocked, missing }) => [
        ...[name, version, state, isLocked, missing],
      ]),
    ).toEqual([
      ['a', one.version.id, 'older', false, 2],
      ['a', other.version.id, 'newest', true, 2],
      ['b', third.version.id, 'removed', false, 1],
    ]);
    const problems = await fsckProblems();
    expect(problems).toHaveLength(3);
    expect(problems.join('\n')).toMatch(/chunks are missing.*it is locked/s);
    expect(problems.join('\n')).not.toMatch(/passports/);
  });

  test('names what cannot be read any more', async () => {
    const drive = await opened().drives.make(TENANT, ANNA, 'passports');
    const { version } = await put(drive, 'a', bytesOf(1_000_000));
    await opened().close();
    node = null;
    await flipAByte();
    const { findings } = await verified();
    expect(findings).toMatchObject([{ path: 'a', version: version.id, missing: 1, altered: 0 }]);
    expect(await fsckProblems()).toHaveLength(1);
  });

  test('names what is another content than the ledger says', async () => {
    const drive = await opened().drives.make(TENANT, ANNA, 'passports');
    await put(drive, 'a', bytesOf(100_000));
    await put(drive, 'sha256', bytesOf(7), (content) => ({
      ...content,
      sha256: new Uint8Array(32),
    }));
    await put(drive, 'md5', bytesOf(7), (content) => ({ ...content, md5: new Uint8Array(16) }));
    await put(drive, 'size', bytesOf(7), (content) => ({ ...content, size: 8 }));
    await put(drive, 'crc', bytesOf(7), (content) => {
      Object.assign(content.sums, { crc64nvme: 'AAAAAAAAAAA=' });
      return content;
    });
    const { findings } = await verified();
    expect(findings.map(({ path: name, differing }) => [name, differing])).toEqual([
      ['sha256', ['sha256']],
      ['md5', ['etag']],
      ['size', ['size']],
      ['crc', ['crc64nvme']],
    ]);
  });

  test('names chunks that somebody put in the place of others', async () => {
    const { drives } = opened();
    const drive = await drives.make(TENANT, ANNA, 'passports');
    const { version } = await put(drive, 'a', bytesOf(100_000));
    const { content } = await drive.open(version);
    if (!('refs' in content) || content.refs[0] === undefined) throw new Error('no references');
    const { address } = content.refs[0];
    const stored = await drives.chunks.get(address);
    if (stored === null) throw new Error('no chunk');
    const altered = Buffer.from(stored);
    altered[100] = (altered[100] ?? 0) ^ 1;
    const { tenant, handle: ledger } = drive.ledger.identity;
    await drives.chunks.put({ tenant, ledger }, [{ address, block: () => altered }]);
    // Whoever sends the same content again puts it right, for the versions before too.
    const before = await verified();
    expect(before.findings).toMatchObject([{ path: 'a', missing: 0, altered: 1 }]);
    node = await openTestDrives(root);
    await put(await node.drives.find(TENANT, 'passports'), 'again', bytesOf(100_000));
    expect((await verified()).findings).toEqual([]);
  });

  test('is one that there is', async () => {
    await opened().drives.make(TENANT, ANNA, 'passports');
    await expect(verified('others')).rejects.toMatchObject({ code: 'DRIVE_UNKNOWN' });
  });
});
