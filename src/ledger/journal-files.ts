/**
 * The file system as the journal sees it: a port, so that tests can fail, tear or forget each step.
 * Every method has returned only when it has done what its line says.
 */
import { constants } from 'node:fs';
import { type FileHandle, open, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectoryDurably } from '../keys/durable-file.js';

export interface JournalFiles {
  /** Names of all segments, in order. */
  list(): Promise<string[]>;
  read(name: string): Promise<Uint8Array>;
  /** A new empty file; its name is durable only after `syncDirectory`. */
  create(name: string): Promise<JournalFile>;
  remove(name: string): Promise<void>;
  syncDirectory(): Promise<void>;
}

export interface JournalFile {
  /** One write at the end of the file; not durable yet. */
  append(bytes: Uint8Array): Promise<void>;
  /** Durable once this returns (fdatasync). After an error nothing is known: stop. */
  datasync(): Promise<void>;
  close(): Promise<void>;
}

const SEGMENT_NAME = /^[0-9a-f]{16}\.journal$/;

export async function openJournalFiles(directory: string): Promise<JournalFiles> {
  await makeDirectoryDurably(directory);
  return {
    list: async () => (await readdir(directory)).filter((name) => SEGMENT_NAME.test(name)).sort(),
    read: (name) => readFile(join(directory, name)),
    create: async (name) => {
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_APPEND;
      return journalFile(await open(join(directory, name), flags, 0o600));
    },
    remove: (name) => rm(join(directory, name)),
    syncDirectory: async () => {
      const handle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY);
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    },
  };
}

function journalFile(handle: FileHandle): JournalFile {
  return {
    append: async (bytes) => {
      // A short write is allowed by POSIX; the journal's digest would call it torn.
      for (let at = 0; at < bytes.length;)
        at += (await handle.write(bytes, at, bytes.length - at)).bytesWritten;
    },
    datasync: () => handle.datasync(),
    close: () => handle.close(),
  };
}
