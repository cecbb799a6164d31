/** Reading and writing at a target: a disk that is gone, full or read-only is told from a fault of the program. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ChirographError } from '../../base/errors.js';
import type { HexDigest } from '../../base/hex-digest.js';
import { digestToHex } from '../../base/hex-digest.js';
import { systemErrorCode } from '../../base/system-error.js';
import {
  type DurableFileSystem,
  removeFileDurably,
  writeFileDurably,
} from '../../keys/durable-file.js';
import { BackupError, damagedBackup } from '../backup-error.js';

/** Names of a directory of the target, sorted; none if it is not there. */
export async function names(directory: string, place: string): Promise<string[]> {
  return atTarget(async () => {
    try {
      return (await readdir(join(directory, place))).sort();
    } catch (cause) {
      if (systemErrorCode(cause) === 'ENOENT') return [];
      throw cause;
    }
  });
}

/** Null if it is not there. */
export async function readIfThere(directory: string, place: string): Promise<Uint8Array | null> {
  return atTarget(async () => {
    try {
      return await readFile(join(directory, place));
    } catch (cause) {
      if (systemErrorCode(cause) === 'ENOENT') return null;
      throw cause;
    }
  });
}

/** Makes a directory of the target, and durably so. */
export async function makeDirectory(
  directory: string,
  place: string,
  files: DurableFileSystem,
): Promise<void> {
  const path = join(directory, place);
  await atTarget(async () => {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await files.syncDirectory(dirname(path));
  });
}

/** Whole or not at all, and what is read afterwards is what was written. @throws BackupError. */
export async function putFile(
  directory: string,
  place: string,
  bytes: Uint8Array,
  files: DurableFileSystem,
): Promise<void> {
  await atTarget(() => writeFileDurably(join(directory, place), bytes, 0o600, files));
  const read = await readIfThere(directory, place);
  if (read === null || Buffer.compare(read, bytes) !== 0)
    throw damagedBackup(place, 'was read back otherwise than it was written');
}

export async function removeFile(
  directory: string,
  place: string,
  files: DurableFileSystem,
): Promise<void> {
  await atTarget(() => removeFileDurably(join(directory, place), files));
}

/** Of a whole file, without keeping it. @throws BackupError BACKUP_DAMAGED if it is not there. */
export async function digestOf(
  directory: string,
  place: string,
): Promise<{ length: number; sha256: HexDigest }> {
  return atTarget(async () => {
    const hash = createHash('sha256');
    let length = 0;
    try {
      for await (const chunk of createReadStream(join(directory, place))) {
        const bytes = chunk as Uint8Array;
        hash.update(bytes);
        length += bytes.length;
      }
    } catch (cause) {
      if (systemErrorCode(cause) === 'ENOENT') throw damagedBackup(place, 'is missing');
      throw cause;
    }
    return { length, sha256: digestToHex(hash.digest()) };
  });
}

/** @throws BackupError BACKUP_TARGET_UNUSABLE in the place of what the system says. */
export async function atTarget<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (code === null || cause instanceof ChirographError) throw cause;
    throw new BackupError(
      'BACKUP_TARGET_UNUSABLE',
      `the target cannot be used (${code}): see that it is mounted, has room, and is the node's to write to`,
      { cause },
    );
  }
}
