/**
 * The directory that keys lie in: one small RFC 8785 file a key, mode 0600, in a directory of mode
 * 0700 outside the data. Its state is checked, not assumed: modes change when directories are copied.
 */
import { lstat, mkdir, open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import type { JsonObject } from '../../base/canonical-json.js';
import type { JsonMembers } from '../../base/json-members.js';
import { randomBytes, type RandomSource } from '../../base/random.js';
import { systemErrorCode } from '../../base/system-error.js';
import {
  type DurableFileSystem,
  durableFileSystem,
  removeFileDurably,
  writeFileDurably,
} from '../durable-file.js';
import { KeysError } from '../keys-error.js';
import {
  checkKeyFile,
  damagedKeyFile,
  formatKeyFile,
  missingKeyFile,
  readKeyFile,
} from './key-file.js';

const FILE_MODE = 0o600;
/** A seal's chain of certificates is the largest thing in here. */
const MAX_FILE_LENGTH = 256 * 1024;

export class KeyDirectory {
  readonly #directory: string;
  readonly #files: DurableFileSystem;

  private constructor(directory: string, files: DurableFileSystem) {
    this.#directory = directory;
    this.#files = files;
  }

  /** Makes it if there is none. @throws KeysError KEYS_STORE_UNSAFE, saying what to change. */
  static async open(
    directory: string,
    dataDirectory: string,
    files: DurableFileSystem,
  ): Promise<KeyDirectory> {
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      await files.syncDirectory(dirname(resolve(directory)));
      await checkDirectory(directory, dataDirectory);
      for (const name of await readdir(directory)) await checkFile(directory, name, files);
    } catch (cause) {
      if (cause instanceof KeysError) throw cause;
      throw cannotOpen(cause);
    }
    return new KeyDirectory(directory, files);
  }

  /** One that is there, and is left as it is. @throws KeysError KEYS_STORE_UNSAFE. */
  static async openUnchanged(directory: string, dataDirectory: string): Promise<KeyDirectory> {
    try {
      await checkDirectory(directory, dataDirectory);
      for (const name of await readdir(directory))
        if (!name.endsWith('.tmp')) await checkMode(directory, name);
    } catch (cause) {
      if (cause instanceof KeysError) throw cause;
      throw cannotOpen(cause);
    }
    return new KeyDirectory(directory, durableFileSystem);
  }

  async names(): Promise<string[]> {
    return readdir(this.#directory);
  }

  /** @throws KeysError KEYS_FILE_DAMAGED, KEYS_FORMAT_NEWER. */
  async readIfThere<T>(file: string, readMembers: (members: JsonMembers) => T): Promise<T | null> {
    const bytes = await this.#bytesOf(file);
    if (bytes === null) return null;
    try {
      return readKeyFile(file, bytes, readMembers);
    } finally {
      bytes.fill(0);
    }
  }

  /** That a file is what was written, whatever it says. @throws as `read`. */
  async check(file: string): Promise<void> {
    const bytes = await this.#bytesOf(file);
    if (bytes === null) throw missingKeyFile(file);
    checkKeyFile(file, bytes);
    bytes.fill(0);
  }

  /** @throws KeysError KEYS_MISSING, KEYS_FILE_DAMAGED, KEYS_FORMAT_NEWER. */
  async read<T>(file: string, readMembers: (members: JsonMembers) => T): Promise<T> {
    const value = await this.readIfThere(file, readMembers);
    if (value === null) throw missingKeyFile(file);
    return value;
  }

  /** @throws KeysError KEYS_EXISTS. */
  async create(file: string, content: JsonObject): Promise<void> {
    if ((await this.names()).includes(file))
      throw new KeysError('KEYS_EXISTS', `${file} is in the key store already`);
    await this.write(file, content);
  }

  /** Whole and durable when it returns; before that the old content is there, or nothing. */
  async write(file: string, content: JsonObject): Promise<void> {
    const bytes = formatKeyFile(file, content);
    await writeFileDurably(join(this.#directory, file), bytes, FILE_MODE, this.#files);
    bytes.fill(0);
  }

  /**
   * Overwrites the file where it lies, then removes it: the best that can be done on media which
   * decide for themselves where they write.
   */
  async destroy(file: string, random: RandomSource): Promise<void> {
    const path = join(this.#directory, file);
    const { size } = await stat(path);
    // A crash from here on leaves a file that holds no key; it is still listed, and destroyed again.
    await this.#files.overwrite(path, randomBytes(random, size));
    await removeFileDurably(path, this.#files);
  }

  /**
   * As `destroy`, of a file that may be gone already. It is renamed first, so that what a crash leaves of it does not
   * look like damage; asked again, what is left of it is removed.
   */
  async retire(file: string, random: RandomSource): Promise<void> {
    const retired = `${file.replace(/\.json$/, '')}.retired`;
    const names = await this.names();
    if (names.includes(file)) {
      // A crash before this is durable leaves the file as it was.
      await this.#files.rename(join(this.#directory, file), join(this.#directory, retired));
      await this.#files.syncDirectory(this.#directory);
    } else if (!names.includes(retired)) return;
    await this.destroy(retired, random);
  }

  async #bytesOf(file: string): Promise<Uint8Array | null> {
    try {
      const handle = await open(join(this.#directory, file), 'r');
      try {
        if ((await handle.stat()).size > MAX_FILE_LENGTH) throw damagedKeyFile(file);
        return await handle.readFile();
      } finally {
        await handle.close();
      }
    } catch (cause) {
      if (systemErrorCode(cause) === 'ENOENT') return null;
      throw cause;
    }
  }
}

async function checkDirectory(directory: string, dataDirectory: string): Promise<void> {
  const { mode, uid } = await stat(directory);
  if ((mode & 0o077) !== 0)
    throw unsafe('the key store is open to others: set the mode of its directory to 0700');
  const self = process.geteuid?.();
  if (self !== undefined && uid !== self)
    throw unsafe(
      'the key store belongs to another user: give its directory to the one that serves',
    );
  const place = await realPathOf(directory);
  const data = await realPathOf(dataDirectory);
  if (place === data || place.startsWith(data + sep))
    throw unsafe(
      'the key store lies in the data directory, where every backup would take it along: move it',
    );
}

async function checkFile(directory: string, name: string, files: DurableFileSystem): Promise<void> {
  // What a crash left of a write; the file itself is as it was before.
  if (name.endsWith('.tmp')) await removeFileDurably(join(directory, name), files);
  else await checkMode(directory, name);
}

async function checkMode(directory: string, name: string): Promise<void> {
  const { mode } = await lstat(join(directory, name));
  if ((mode & 0o077) !== 0)
    throw unsafe(`${name} in the key store is open to others: set its mode to 0600`);
}

/** Of a path whose last parts may not be there yet. */
async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (cause) {
    if (systemErrorCode(cause) !== 'ENOENT') throw cause;
    const absolute = resolve(path);
    return join(await realPathOf(dirname(absolute)), basename(absolute));
  }
}

function cannotOpen(cause: unknown): KeysError {
  return unsafe(`the key store cannot be opened (${systemErrorCode(cause) ?? 'error'})`, cause);
}

function unsafe(message: string, cause?: unknown): KeysError {
  return new KeysError('KEYS_STORE_UNSAFE', message, { cause });
}
