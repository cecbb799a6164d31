/** Files that people name on the command line. Whatever goes wrong becomes one line. */
import { createReadStream } from 'node:fs';
import { lstat, mkdir, open, stat, writeFile } from 'node:fs/promises';
import { assert } from '../base/errors.js';
import { systemErrorCode } from '../base/system-error.js';
import { CliError } from './cli-error.js';
import { oneLine, type Terminal } from './terminal.js';

/** @throws CliError CLI_FILE for what is no file, cannot be read or is larger than `maximum` bytes. */
export async function readFileUpTo(path: string, maximum: number): Promise<Uint8Array> {
  return refusing(path, 'read', async () => {
    const file = await open(path);
    try {
      const stats = await file.stat();
      if (stats.isDirectory()) throw unusable(path, 'it is a directory');
      // Not by its size alone: that of a pipe is 0.
      const bytes = new Uint8Array(Math.min(Math.max(stats.size, 4096), maximum) + 1);
      return await readWhole(path, file, bytes, maximum);
    } finally {
      await file.close();
    }
  });
}

/** A file's bytes as they come; standard input's without a path or for `-`. @throws CliError CLI_FILE. */
export async function* inputBytes(
  path: string | undefined,
  { stdin }: Pick<Terminal, 'stdin'>,
): AsyncGenerator<Uint8Array> {
  if (path === undefined || path === '-') {
    yield* stdin;
    return;
  }
  try {
    // An iterator of Node's own, whose values are bytes as long as no encoding is set.
    yield* createReadStream(path) as AsyncIterable<Uint8Array>;
  } catch (cause) {
    throw unusable(path, `it cannot be read (${systemErrorCode(cause) ?? 'error'})`, cause);
  }
}

/** For its owner alone: what is exported may be about persons. @throws CliError CLI_FILE. */
export async function writeOwnFile(path: string, bytes: Uint8Array): Promise<void> {
  await refusing(path, 'written', () => writeFile(path, bytes, { mode: 0o600 }));
}

/** For its owner alone, if it is not there yet. @throws CliError CLI_FILE. */
export async function makeOwnDirectory(path: string): Promise<void> {
  await refusing(path, 'made', () => mkdir(path, { recursive: true, mode: 0o700 }));
}

/** Also of a link that leads nowhere. @throws CliError CLI_FILE. */
export async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (cause) {
    if (systemErrorCode(cause) === 'ENOENT') return false;
    throw unusable(path, `it cannot be read (${systemErrorCode(cause) ?? 'error'})`, cause);
  }
}

/** @throws CliError CLI_FILE. */
export async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw unusable(path, `it cannot be read (${code ?? 'unknown cause'})`, cause);
  }
}

interface Readable {
  read(buffer: Uint8Array, offset: number, length: number): Promise<{ bytesRead: number }>;
}

async function readWhole(
  path: string,
  file: Readable,
  first: Uint8Array,
  maximum: number,
): Promise<Uint8Array> {
  let bytes = first;
  let length = 0;
  for (;;) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length);
    if (bytesRead === 0) return bytes.subarray(0, length);
    length += bytesRead;
    if (length > maximum) throw unusable(path, `it is larger than ${maximum} bytes`);
    if (length === bytes.length) bytes = grown(bytes, maximum + 1);
  }
}

function grown(bytes: Uint8Array, maximum: number): Uint8Array {
  assert(bytes.length < maximum, 'a file that fills the largest buffer is too large');
  const larger = new Uint8Array(Math.min(bytes.length * 2, maximum));
  larger.set(bytes);
  return larger;
}

async function refusing<T>(path: string, verb: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw unusable(path, `it cannot be ${verb} (${systemErrorCode(cause) ?? 'error'})`, cause);
  }
}

function unusable(path: string, reason: string, cause?: unknown): CliError {
  return new CliError('CLI_FILE', `${oneLine(path)}: ${reason}`, { cause });
}
