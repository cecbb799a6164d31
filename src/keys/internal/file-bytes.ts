/** Reading and writing of exact numbers of bytes, which one call of POSIX does not promise. */
import type { Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

const CHUNK_LENGTH = 1024 * 1024;

/** As many of the bytes as there are. */
export async function readUpTo(
  handle: FileHandle,
  at: number,
  length: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await handle.read(bytes, read, length - read, at + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return bytes.subarray(0, read);
}

export async function writeFully(handle: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const left = bytes.length - written;
    written += (await handle.write(bytes, written, left, at + written)).bytesWritten;
  }
}

/** Feeds the first `length` bytes to a hash, or all of a shorter file, which gives another digest. */
export async function hashUpTo(handle: FileHandle, length: number, hash: Hash): Promise<void> {
  const chunk = Buffer.allocUnsafe(CHUNK_LENGTH);
  for (let at = 0; at < length;) {
    const { bytesRead } = await handle.read(chunk, 0, Math.min(CHUNK_LENGTH, length - at), at);
    if (bytesRead === 0) return;
    hash.update(chunk.subarray(0, bytesRead));
    at += bytesRead;
  }
}
