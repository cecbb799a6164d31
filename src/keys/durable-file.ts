/**
 * Small files that must be whole: written aside, synced, renamed into place, and the directory
 * synced. After a crash the old content is there or the new, never a mixture.
 */
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemErrorCode } from '../base/system-error.js';

/** The steps, as a port: tests fail each of them, before and after. */
export interface DurableFileSystem {
  /** Makes or empties the file and writes all of `bytes`; not durable yet. */
  write(path: string, bytes: Uint8Array, mode: number): Promise<void>;
  /** Writes all of `bytes` behind what the file holds; not durable yet. */
  append(path: string, bytes: Uint8Array): Promise<void>;
  /** Writes `bytes` over the beginning of what the file holds, in place; durable when it returns. */
  overwrite(path: string, bytes: Uint8Array): Promise<void>;
  /** Cuts off what lies behind `length`; durable when it returns. */
  truncate(path: string, length: number): Promise<void>;
  sync(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  syncDirectory(path: string): Promise<void>;
}

export const durableFileSystem: DurableFileSystem = {
  write: (path, bytes, mode) =>
    withHandle(open(path, 'w', mode), async (handle) => {
      // The mode of `open` is narrowed by the umask, and not applied to a file that was there.
      await handle.chmod(mode);
      await handle.writeFile(bytes);
    }),
  append: (path, bytes) => withHandle(open(path, 'a'), (handle) => handle.writeFile(bytes)),
  overwrite: (path, bytes) =>
    withHandle(open(path, 'r+'), async (handle) => {
      await handle.writeFile(bytes);
      await handle.sync();
    }),
  truncate: (path, length) =>
    withHandle(open(path, 'r+'), async (handle) => {
      await handle.truncate(length);
      await handle.sync();
    }),
  sync: (path) => withHandle(open(path, 'r+'), (handle) => handle.sync()),
  rename,
  unlink,
  syncDirectory: (path) =>
    withHandle(open(path, constants.O_RDONLY | constants.O_DIRECTORY), (handle) => handle.sync()),
};

/** Durable when it returns. @param mode permission bits, such as 0o600. */
export async function writeFileDurably(
  path: string,
  bytes: Uint8Array,
  mode: number,
  files: DurableFileSystem = durableFileSystem,
): Promise<void> {
  const aside = `${path}.tmp`;
  // A crash up to the rename leaves the old file, and one aside that the next write begins anew.
  await files.write(aside, bytes, mode);
  await files.sync(aside);
  // A crash between rename and the directory's sync leaves the old file or the new one, whole.
  await files.rename(aside, path);
  await files.syncDirectory(dirname(path));
}

/** Gone, durably, when it returns; also if it was not there. */
export async function removeFileDurably(
  path: string,
  files: DurableFileSystem = durableFileSystem,
): Promise<void> {
  try {
    await files.unlink(path);
  } catch (cause) {
    if (systemErrorCode(cause) !== 'ENOENT') throw cause;
  }
  await files.syncDirectory(dirname(path));
}

/** Makes one directory, of mode 0700, in one that is there. Its name is durable when this returns. */
export async function makeDirectoryDurably(
  path: string,
  files: DurableFileSystem = durableFileSystem,
): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await files.syncDirectory(dirname(path));
}

async function withHandle(
  opening: Promise<FileHandle>,
  use: (handle: FileHandle) => Promise<void>,
): Promise<void> {
  const handle = await opening;
  try {
    await use(handle);
  } finally {
    await handle.close();
  }
}
