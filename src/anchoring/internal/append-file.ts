/**
 * The file of the development chain as it sees it: a port, so that tests can fail, tear or forget
 * each step. Every method has returned only when it has done what its line says.
 */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AnchoringError } from '../errors.js';

export interface AppendFile {
  size(): Promise<number>;
  /** Exactly `length` bytes. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** At the end of the file; not durable yet. */
  append(bytes: Uint8Array): Promise<void>;
  /** Cuts the file to `length`; not durable yet. */
  truncate(length: number): Promise<void>;
  /** Durable once this returns (fdatasync). After an error nothing is known: stop. */
  datasync(): Promise<void>;
  close(): Promise<void>;
}

/** Opens or creates the file; its name is durable once this returns. */
export async function openAppendFile(path: string): Promise<AppendFile> {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND;
  const handle = await open(path, flags, 0o600);
  try {
    await syncDirectory(dirname(path));
  } catch (cause) {
    await handle.close();
    throw cause;
  }
  return appendFile(handle);
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function appendFile(handle: FileHandle): AppendFile {
  return {
    size: async () => (await handle.stat()).size,
    read: async (offset, length) => {
      const bytes = Buffer.alloc(length);
      for (let at = 0; at < length;) {
        const { bytesRead } = await handle.read(bytes, at, length - at, offset + at);
        if (bytesRead === 0)
          throw new AnchoringError('DEVCHAIN_DAMAGED', 'the development chain’s file has shrunk');
        at += bytesRead;
      }
      return new Uint8Array(bytes.buffer, bytes.byteOffset, length);
    },
    append: async (bytes) => {
      for (let at = 0; at < bytes.length;)
        at += (await handle.write(bytes, at, bytes.length - at)).bytesWritten;
    },
    truncate: (length) => handle.truncate(length),
    datasync: () => handle.datasync(),
    close: () => handle.close(),
  };
}
