/**
 * One process at a time: an exclusive lock on a file, which the system takes back when the process
 * ends, however that is. Node has none of its own, and a file whose being there is the lock outlives
 * a crash.
 */
import { type FileHandle, open } from 'node:fs/promises';
import extensions from 'fs-native-extensions';

export interface FileLock {
  release(): Promise<void>;
}

/** Null if another has it, in this process or elsewhere. Makes the file, of mode 0600. */
export async function tryLock(path: string): Promise<FileLock | null> {
  const handle = await open(path, 'a', 0o600);
  if (isLocked(handle)) return { release: () => handle.close() };
  await handle.close();
  return null;
}

function isLocked(handle: FileHandle): boolean {
  return extensions.tryLock(handle.fd);
}
