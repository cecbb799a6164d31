/**
 * Small files that must be whole: written aside, synced, renamed into place, and the directory
 * synced. After a crash the old content is there or the new, never a mixture.
 */
import { constants } from 'node:fs';
import { open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The steps, as a port: tests fail each of them, before and after. */
export interface DurableFileSystem {
  /** Makes or empties the file and writes all of `bytes`; not durable yet. */
  write(path: string, bytes: Uint8Array, mode: number): Promise<void>;
  sync(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  syncDirectory(path: string): Promise<void>;
}

export const durableFileSystem: DurableFileSystem = {
  write: async (path, bytes, mode) => {
    const handle = await open(path, 'w', mode);
    try {
      // The mode of `open` is narrowed by the umask, and not applied to a file that was there.
      await handle.chmod(mode);
      await handle.writeFile(bytes);
    } finally {
      await handle.close();
    }
  },
  sync: (path) => withHandle(path, constants.O_RDWR, (handle) => handle.sync()),
  rename,
  unlink,
  syncDirectory: (path) =>
    withHandle(path, constants.O_RDONLY | constants.O_DIRECTORY, (handle) => handle.sync()),
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

/** Gone, durably, when it returns. */
export async function removeFileDurably(
  path: string,
  files: DurableFileSystem = durableFileSystem,
): Promise<void> {
  await files.unlink(path);
  await files.syncDirectory(dirname(path));
}

async function withHandle(
  path: string,
  flags: number,
  use: (handle: { sync(): Promise<void> }) => Promise<void>,
): Promise<void> {
  const handle = await open(path, flags);
  try {
    await use(handle);
  } finally {
    await handle.close();
  }
}
