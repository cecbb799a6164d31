/**
 * The file of one log's lines (docs/formats/witness.md): appended to, read by offset, and searched by
 * size, because each line says the size that had been reached with it. No line is held in memory.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { TreeSize } from '../../base/brand.js';
import type { HexDigest } from '../../base/hex-digest.js';
import { systemErrorCode } from '../../base/system-error.js';
import type { DurableFileSystem } from '../../keys/durable-file.js';
import { CheckpointError } from '../checkpoint-error.js';
import { parseSeenLine, type SeenLine } from '../seen-line.js';

/** What lies between two newlines. */
export interface Piece {
  readonly offset: number;
  /** Where the next one begins. */
  readonly next: number;
  /** Null if no line is as long as that, or if no newline ends it. */
  readonly bytes: Uint8Array | null;
}

export interface SeenFileOptions {
  readonly path: string;
  readonly originHash: HexDigest;
  readonly files: DurableFileSystem;
}

/** Twice the longest checkpoint with all that JSON makes of it. */
const MAX_LINE_BYTES = 128 * 1024;
const CHUNK_BYTES = 16 * 1024;
const NEWLINE = 0x0a;
const FILE_MODE = 0o600;

export class SeenFile {
  readonly #path: string;
  readonly #originHash: HexDigest;
  readonly #files: DurableFileSystem;

  constructor({ path, originHash, files }: SeenFileOptions) {
    this.#path = path;
    this.#originHash = originHash;
    this.#files = files;
  }

  /** Its length, 0 if it has to be made first. */
  async prepare(): Promise<number> {
    try {
      return await this.#reading(async (handle) => (await handle.stat()).size);
    } catch (cause) {
      if (systemErrorCode(cause) !== 'ENOENT') throw cause;
    }
    // A crash in between leaves an empty file, or none: nothing was in it.
    await this.#files.write(this.#path, new Uint8Array(), FILE_MODE);
    await this.#files.sync(this.#path);
    await this.#files.syncDirectory(dirname(this.#path));
    return 0;
  }

  /** Durable when it returns. A crash before that leaves nothing, a part of the line, or all of it. */
  async append(line: Uint8Array): Promise<void> {
    await this.#files.append(this.#path, line);
    await this.#files.sync(this.#path);
  }

  /** Cuts off what was begun and not answered. */
  truncate(length: number): Promise<void> {
    return this.#files.truncate(this.#path, length);
  }

  /** From a place where a line begins. */
  async *pieces(from: number, end: number): AsyncGenerator<Piece> {
    const handle = await open(this.#path, 'r');
    try {
      for (let offset = from; offset < end;) {
        const piece = await pieceAt(handle, offset, end);
        yield piece;
        offset = piece.next;
      }
    } finally {
      await handle.close();
    }
  }

  /** Of a piece, verifying what the file alone can say. @throws CheckpointError WITNESS_DAMAGED. */
  lineOf({ offset, bytes }: Piece): SeenLine {
    if (bytes === null) throw damagedFile();
    return parseSeenLine(this.#originHash, offset, bytes);
  }

  /** @throws CheckpointError WITNESS_DAMAGED if no line begins at `offset`. */
  async lineAt(offset: number, end: number): Promise<SeenLine> {
    return this.#reading(async (handle) => this.lineOf(await pieceAt(handle, offset, end)));
  }

  /** Where the first line begins with which `size` was reached; `end` if there is none before it. */
  async find(size: TreeSize, end: number): Promise<number> {
    return this.#reading(async (handle) => {
      let found = end;
      let [low, high] = [0, end];
      while (low < high) {
        const middle = Math.floor((low + high) / 2);
        const offset = await lineStart(handle, middle, end);
        if (offset >= high) {
          high = middle;
          continue;
        }
        const piece = await pieceAt(handle, offset, end);
        if (this.lineOf(piece).newest < size) low = piece.next;
        else {
          found = offset;
          high = middle;
        }
      }
      return found;
    });
  }

  /** Whether a line begins there. */
  async isLineStart(offset: number, end: number): Promise<boolean> {
    return (
      offset < end && (await this.#reading((handle) => lineStart(handle, offset, end))) === offset
    );
  }

  async #reading<T>(use: (handle: FileHandle) => Promise<T>): Promise<T> {
    const handle = await open(this.#path, 'r');
    try {
      return await use(handle);
    } finally {
      await handle.close();
    }
  }
}

async function pieceAt(handle: FileHandle, offset: number, end: number): Promise<Piece> {
  const newline = await newlineFrom(handle, offset, end);
  if (newline === null) return { offset, next: end, bytes: null };
  const length = newline - offset;
  const bytes = length > MAX_LINE_BYTES ? null : await readAll(handle, offset, length);
  return { offset, next: newline + 1, bytes };
}

/** The first place at or behind `offset` where a line begins; `end` if none does. */
async function lineStart(handle: FileHandle, offset: number, end: number): Promise<number> {
  if (offset === 0) return 0;
  const newline = await newlineFrom(handle, offset - 1, end);
  return newline === null ? end : newline + 1;
}

async function newlineFrom(
  handle: FileHandle,
  offset: number,
  end: number,
): Promise<number | null> {
  for (let at = offset; at < end; at += CHUNK_BYTES) {
    const chunk = await readAll(handle, at, Math.min(CHUNK_BYTES, end - at));
    const found = chunk.indexOf(NEWLINE);
    if (found !== -1) return at + found;
  }
  return null;
}

async function readAll(handle: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const { bytesRead } = await handle.read(bytes, 0, length, offset);
  if (bytesRead !== length) throw damagedFile();
  return bytes;
}

function damagedFile(): CheckpointError {
  return new CheckpointError(
    'WITNESS_DAMAGED',
    'what is kept of a log is not what was written: restore the data directory',
  );
}
