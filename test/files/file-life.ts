/** What a client does with a drive, what it was told of that, and whether a drive keeps it. */
import { createHash } from 'node:crypto';
import { digestToHex } from '../../src/base/hex-digest.js';
import type { DrivePort } from '../../src/files/drive-port.js';
import { type FilePath, parseFilePath } from '../../src/files/file-path.js';
import { verifyDrive } from '../../src/files/verify/verify-drive.js';
import { allOf, ANNA, bytesOf, inPieces, TENANT, type TestDrives } from '../support/test-drives.js';

const PLAIN = { mediaType: 'text/plain' };
const PART = 150_000;

/** Of one client: what may be in the drive, and what must be. */
export class FileMemory {
  /** Hex SHA-256 of contents that were sent for a path, whatever came of it. */
  readonly sent = new Map<string, Set<string>>();
  /** Of a path: the version that was acknowledged last; null where its removal was. */
  readonly told = new Map<string, string | null>();
  /** Paths with a change under way or of which nobody knows whether it was done. */
  readonly open = new Set<string>();
  /** Upload → parts that were acknowledged. */
  readonly parts = new Map<string, number[]>();

  send(path: string, bytes: Uint8Array): void {
    const all = this.sent.get(path) ?? new Set();
    this.sent.set(path, all.add(hashOf(bytes)));
  }
}

export interface Step {
  readonly name: string;
  readonly act: (drive: DrivePort, memory: FileMemory) => Promise<void>;
}

/** A put, a file of parts, a delete and a move, and content of which nothing is ever said. */
export const STEPS: readonly Step[] = [
  { name: 'put', act: (drive, memory) => put(drive, memory, 'a', bytesOf(400_000, 1)) },
  { name: 'put small', act: (drive, memory) => put(drive, memory, 'small', bytesOf(9, 2)) },
  { name: 'store', act: storeOnly },
  { name: 'begin and parts', act: beginParts },
  { name: 'complete', act: completeAll },
  // Equal to what is there, and to what came in before: neither is stored again.
  { name: 'put again', act: (drive, memory) => put(drive, memory, 'b', bytesOf(400_000, 1)) },
  { name: 'put stored', act: (drive, memory) => put(drive, memory, 'c', bytesOf(300_000, 3)) },
  {
    name: 'delete',
    act: (drive, memory) => change(memory, 'a', null, () => drive.delete(ANNA, parseFilePath('a'))),
  },
  { name: 'move', act: moveOne },
];

async function storeOnly(drive: DrivePort): Promise<void> {
  await drive.store(inPieces(bytesOf(300_000, 3)));
}

async function beginParts(drive: DrivePort, memory: FileMemory): Promise<void> {
  const { id } = await drive.uploads.begin(ANNA, parseFilePath('parts'), PLAIN);
  memory.parts.set(id, []);
  for (const number of [1, 2]) {
    const content = await drive.store(inPieces(bytesOf(PART, 10 + number)));
    await drive.uploads.addPart(id, number, content);
    memory.parts.get(id)?.push(number);
  }
}

async function moveOne(drive: DrivePort, memory: FileMemory): Promise<void> {
  const moved = bytesOf(400_000, 1);
  memory.send('d', moved);
  await change(memory, 'b', null, () =>
    change(memory, 'd', hashOf(moved), () =>
      drive.move(ANNA, parseFilePath('b'), parseFilePath('d')),
    ),
  );
}

export async function put(
  drive: DrivePort,
  memory: FileMemory,
  path: string,
  bytes: Uint8Array,
): Promise<void> {
  memory.send(path, bytes);
  await change(memory, path, hashOf(bytes), async () =>
    drive.put(ANNA, parseFilePath(path), await drive.store(inPieces(bytes)), PLAIN),
  );
}

/** All uploads that have parts. */
export async function completeAll(drive: DrivePort, memory: FileMemory): Promise<void> {
  for (const [id, numbers] of [...memory.parts]) {
    if (numbers.length < 2) continue;
    const bytes = Buffer.concat(numbers.map((number) => bytesOf(PART, 10 + number)));
    memory.send('parts', bytes);
    await change(memory, 'parts', hashOf(bytes), () =>
      drive.uploads.complete(
        ANNA,
        id,
        numbers.map((number) => ({ number })),
      ),
    );
    memory.parts.delete(id);
  }
}

async function change(
  memory: FileMemory,
  path: string,
  then: string | null,
  act: () => Promise<unknown>,
): Promise<void> {
  memory.open.add(path);
  await act();
  memory.open.delete(path);
  memory.told.set(path, then);
}

/** What a drive has not kept of what a client was told; and that it goes on. */
export async function brokenIn(
  { drives, store }: Pick<TestDrives, 'drives' | 'store'>,
  memory: FileMemory,
): Promise<string[]> {
  const drive = await drives.find(TENANT, 'passports');
  const broken: string[] = [];
  for (const version of drive.listVersions({ limit: 1_000 }).items) {
    if (version.kind !== 'file') continue;
    const bytes = await allOf(drive.read((await drive.open(version)).content)).catch(() => null);
    if (bytes === null) broken.push(`${version.path}: half a version`);
    else if (memory.sent.get(version.path)?.has(hashOf(bytes)) !== true)
      broken.push(`${version.path}: a version that nobody sent`);
  }
  for (const [path, expected] of memory.told) {
    if (memory.open.has(path)) continue;
    const found = await newestHash(drive, parseFilePath(path));
    if (found !== expected) broken.push(`${path}: not what was acknowledged`);
  }
  for (const [id, numbers] of memory.parts) {
    if (memory.open.has('parts') || numbers.length === 0) continue;
    const there = await drive.uploads.parts(id, 0, 10).catch(() => []);
    for (const number of numbers)
      if (!there.some((part) => part.number === number)) broken.push(`part ${number} is lost`);
  }
  const { tenant } = drive.ledger.identity;
  const vault = store.vaultOf(tenant);
  const options = { ledger: drive.ledger, vault, chunks: drives.chunks, depth: 'content' } as const;
  const progress = (): undefined => undefined;
  for await (const { path, version } of verifyDrive({ ...options, now: 0 as never, progress }))
    broken.push(`${path ?? '?'} ${version}: not sound`);
  return broken;
}

async function newestHash(drive: DrivePort, path: FilePath): Promise<string | null> {
  const newest = drive.newest(path);
  if (newest?.kind !== 'file') return null;
  const bytes = await allOf(drive.read((await drive.open(newest)).content)).catch(() => null);
  return bytes === null ? 'damaged' : hashOf(bytes);
}

export function hashOf(bytes: Uint8Array): string {
  return digestToHex(createHash('sha256').update(bytes).digest());
}
