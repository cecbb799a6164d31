/**
 * Which targets a node has backups in (docs/formats/data-directory.md): an empty directory where there was one is
 * a disk that is not mounted, and must not pass for a target that holds no vault.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JsonMembers, textLike } from '../base/json-members.js';
import { formatStoredJson, parseStoredJson } from '../base/stored-json.js';
import { systemErrorCode } from '../base/system-error.js';
import { Turns } from '../base/turns.js';
import { type DurableFileSystem, writeFileDurably } from '../keys/durable-file.js';
import { BackupError } from './backup-error.js';
import { TARGET_ID } from './target.js';

const FILE = 'backup-targets.json';
const MAX_TARGETS = 1_000;
const DIRECTORY = textLike(/^\//, 'an absolute path');

export class KnownTargets {
  readonly #path: string;
  readonly #files: DurableFileSystem;
  /** Directory by id. */
  readonly #directories: Map<string, string>;
  readonly #turns = new Turns();

  private constructor(path: string, files: DurableFileSystem, known: Map<string, string>) {
    this.#path = path;
    this.#files = files;
    this.#directories = known;
  }

  /** @throws BackupError BACKUP_DAMAGED, BACKUP_FORMAT_NEWER. */
  static async open(dataDirectory: string, files: DurableFileSystem): Promise<KnownTargets> {
    const path = join(dataDirectory, FILE);
    return new KnownTargets(path, files, await read(path));
  }

  /** Id and directory of each. */
  all(): readonly { readonly id: string; readonly directory: string }[] {
    return [...this.#directories].map(([id, directory]) => ({ id, directory }));
  }

  /** Id of the one in a directory; undefined if there was none yet. */
  in(directory: string): string | undefined {
    return this.all().findLast((one) => one.directory === directory)?.id;
  }

  /** Durable when it returns. A crash before leaves a target that is got to know with the next backup. */
  async learn(id: string, directory: string): Promise<void> {
    await this.#turns.take(async () => {
      if (this.#directories.get(id) === directory) return;
      // The last one of a directory is the one that is in use there.
      this.#directories.delete(id);
      this.#directories.set(id, directory);
      const targets = this.all().map((one) => ({ ...one }));
      await writeFileDurably(this.#path, formatStoredJson(FILE, { targets }), 0o600, this.#files);
    });
  }
}

async function read(path: string): Promise<Map<string, string>> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    if (systemErrorCode(cause) === 'ENOENT') return new Map();
    throw cause;
  }
  const damaged = (): BackupError =>
    new BackupError(
      'BACKUP_DAMAGED',
      `${FILE} of the data directory is not what was written: remove it, and make a backup to each target`,
    );
  const stored = parseStoredJson(FILE, bytes, {
    damaged,
    newer: (format, known) =>
      new BackupError(
        'BACKUP_FORMAT_NEWER',
        `${FILE} has format ${format}; this version reads up to ${known}`,
      ),
  });
  const members = new JsonMembers(stored, damaged);
  const targets = members.objects('targets', MAX_TARGETS).map((one): [string, string] => {
    const target: [string, string] = [
      one.required('id', TARGET_ID),
      one.required('directory', DIRECTORY),
    ];
    one.end();
    return target;
  });
  members.end();
  return new Map(targets);
}
