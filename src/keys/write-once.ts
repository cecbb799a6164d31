/**
 * Files that are made once and never replaced, in a directory that may be on write-once media: made under a name
 * that must not be there, synced, and then their directory.
 */
import { constants } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { equalBytes } from '../base/bytes.js';
import { systemErrorCode } from '../base/system-error.js';

/** The steps, as a port: tests fail each of them, before and after. */
export interface WriteOnceFiles {
  makeDirectory(path: string): Promise<void>;
  /** Makes the file with all of `bytes`; EEXIST if there is one. Not durable yet. */
  create(path: string, bytes: Uint8Array): Promise<void>;
  /** Writes `bytes` behind what the file holds; not durable yet. */
  append(path: string, bytes: Uint8Array): Promise<void>;
  sync(path: string): Promise<void>;
  syncDirectory(path: string): Promise<void>;
  /** At most one byte more than `length`; null if it is not there. */
  read(path: string, length: number): Promise<Uint8Array | null>;
}

export const writeOnceFiles: WriteOnceFiles = {
  makeDirectory: async (path) => {
    await mkdir(path, { recursive: true, mode: 0o700 });
  },
  create: (path, bytes) => writeWith(path, 'wx', bytes),
  append: (path, bytes) =>
    // Not O_CREAT: what is added to must be there.
    writeWith(path, constants.O_WRONLY | constants.O_APPEND, bytes),
  sync: (path) => syncWith(path, constants.O_RDONLY),
  syncDirectory: async (path) => {
    try {
      await syncWith(path, constants.O_RDONLY | constants.O_DIRECTORY);
    } catch (cause) {
      // Buckets that are mounted know no sync of a directory: there a name is durable with its file.
      if (!['EINVAL', 'ENOTSUP', 'ENOSYS'].includes(systemErrorCode(cause) ?? '')) throw cause;
    }
  },
  read: async (path, length) => {
    try {
      return await readUpTo(path, length + 1);
    } catch (cause) {
      if (systemErrorCode(cause) === 'ENOENT') return null;
      throw cause;
    }
  },
};

/**
 * Durable when it returns `written` or `there`; of one that `differs` nothing is touched.
 *
 * @returns `there` if it holds these bytes already.
 */
export async function writeOnce(
  path: string,
  bytes: Uint8Array,
  files: WriteOnceFiles = writeOnceFiles,
): Promise<'written' | 'there' | 'differs'> {
  const found = await files.read(path, bytes.length);
  if (found !== null && !equalBytes(found, bytes.subarray(0, found.length))) return 'differs';
  if (found === null) {
    await files.makeDirectory(dirname(path));
    // A crash from here on leaves the beginning of it, or all.
    await files.create(path, bytes);
  } else if (found.length < bytes.length) await files.append(path, bytes.subarray(found.length));
  // Also of one that is there: a crash may have come before its sync.
  await files.sync(path);
  await files.syncDirectory(dirname(path));
  await files.syncDirectory(dirname(dirname(path)));
  return found?.length === bytes.length ? 'there' : 'written';
}

/** However large the file is: others may write there. */
async function readUpTo(path: string, length: number): Promise<Uint8Array> {
  const handle = await open(path);
  try {
    const bytes = new Uint8Array(length);
    let size = 0;
    for (;;) {
      const { bytesRead } = await handle.read(bytes, size, length - size);
      size += bytesRead;
      if (bytesRead === 0 || size === length) return bytes.subarray(0, size);
    }
  } finally {
    await handle.close();
  }
}

async function writeWith(path: string, flags: string | number, bytes: Uint8Array): Promise<void> {
  const handle = await open(path, flags, 0o600);
  try {
    await handle.writeFile(bytes);
  } finally {
    await handle.close();
  }
}

async function syncWith(path: string, flags: number): Promise<void> {
  const handle = await open(path, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
