/**
 * A data directory as it is at one moment, to be opened without touching it: opening makes good what a
 * crash left, RocksDB writes whenever it opens, and whoever looks for damage must change nothing. It
 * takes little room: RocksDB's tables, most of the bytes, are never written again and are shared.
 */
import { constants } from 'node:fs';
import { copyFile, link, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemErrorCode } from '../base/system-error.js';
import { LedgerError } from './ledger-error.js';

export interface StoreSnapshot {
  readonly dataDirectory: string;
  readonly remove: () => Promise<void>;
}

/**
 * Lies beside the data directory, or where temporary files do if nothing can be written there.
 * Whoever opens it takes the data directory's own locks.
 *
 * @throws LedgerError LEDGER_LOCKED if the directory does not stand still.
 */
export async function takeSnapshot(dataDirectory: string): Promise<StoreSnapshot> {
  const place = await scratchFor(dataDirectory);
  const remove = (): Promise<void> => rm(place, { recursive: true, force: true });
  try {
    await copyAtOneMoment(dataDirectory, place);
  } catch (cause) {
    await remove();
    throw cause;
  }
  return { dataDirectory: place, remove };
}

const ATTEMPTS = 3;

async function scratchFor(dataDirectory: string): Promise<string> {
  try {
    return await mkdtemp(`${dataDirectory}.fsck-`);
  } catch (cause) {
    if (!NOT_WRITABLE.has(systemErrorCode(cause) ?? '')) throw cause;
    return mkdtemp(join(tmpdir(), 'chirograph-fsck-'));
  }
}

const NOT_WRITABLE: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS']);

async function copyAtOneMoment(from: string, to: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const before = await listing(from);
    for (const name of await readdir(to)) await rm(join(to, name), { recursive: true });
    try {
      await copyTree(from, to);
      if ((await listing(from)) === before) return;
    } catch (cause) {
      // A file that went away meanwhile: somebody writes here.
      if (systemErrorCode(cause) !== 'ENOENT') throw cause;
    }
  }
  throw new LedgerError(
    'LEDGER_LOCKED',
    'the data directory changes while it is read: stop the node first',
  );
}

async function copyTree(from: string, to: string): Promise<void> {
  for (const name of await readdir(from)) {
    if (UNRELIED.has(name)) continue;
    const [source, target] = [join(from, name), join(to, name)];
    if ((await stat(source)).isDirectory()) {
      await mkdir(target, { mode: 0o700 });
      await copyTree(source, target);
    } else if (!IS_SHARED.test(name) || !(await linked(source, target)))
      await copyFile(source, target, constants.COPYFILE_FICLONE);
  }
}

/** Nothing rests on the views and the index of epochs: they are made again from what is checked. */
const UNRELIED: ReadonlySet<string> = new Set(['views', 'epoch-index']);

/** Tables and the blobs beside them are written once. A lock must be the very same file, or it would lock nothing. */
const IS_SHARED = /^(?:.*\.(?:sst|blob)|LOCK)$/;

async function linked(source: string, target: string): Promise<boolean> {
  try {
    await link(source, target);
    return true;
  } catch (cause) {
    // Another file system, or one without links.
    if (systemErrorCode(cause) === 'ENOENT') throw cause;
    return false;
  }
}

async function listing(directory: string): Promise<string> {
  const lines: string[] = [];
  for (const name of (await readdir(directory, { recursive: true })).sort()) {
    const { size, mtimeMs, ino } = await stat(join(directory, name));
    lines.push(`${name} ${ino} ${size} ${mtimeMs}`);
  }
  return lines.join('\n');
}
