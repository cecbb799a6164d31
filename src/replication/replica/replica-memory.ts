/**
 * What a replica remembers of the logs that it follows, one small file each, apart from the blocks: `replicas/heads/`
 * (docs/formats/replica.md). Whoever can make a replica forget can show it another history, so what cannot be
 * read is an error and never a fresh start.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from '../../base/hash.js';
import { formatStoredJson, parseStoredJsonUpTo } from '../../base/stored-json.js';
import { systemErrorCode } from '../../base/system-error.js';
import {
  type DurableFileSystem,
  durableFileSystem,
  makeDirectoryDurably,
  writeFileDurably,
} from '../../keys/durable-file.js';
import { type Remembered, readRemembered, rememberedToJson } from './remembered.js';
import { ReplicaError } from './replica-error.js';

/** Format 1 knew no groups, no blocks of one’s own and nothing that may be discarded. */
const FORMAT = 2;
const MODE = 0o600;

export class ReplicaMemory {
  readonly #directory: string;
  /** Path in the data directory. */
  readonly #place: string;
  readonly #files: DurableFileSystem;

  private constructor(directory: string, place: string, files: DurableFileSystem) {
    this.#directory = directory;
    this.#place = place;
    this.#files = files;
  }

  /**
   * @param replicas the directory of `ReplicaLogs`, which has been opened.
   * @param name of it in the data directory.
   */
  static async open(
    replicas: string,
    files: DurableFileSystem = durableFileSystem,
    name = 'replicas',
  ): Promise<ReplicaMemory> {
    const directory = join(replicas, 'heads');
    await makeDirectoryDurably(directory, files);
    return new ReplicaMemory(directory, `${name}/heads`, files);
  }

  /** Null of a log that was never followed. @throws ReplicaError REPLICA_MEMORY_DAMAGED, REPLICA_MEMORY_NEWER. */
  async of(origin: string): Promise<Remembered | null> {
    const name = nameOf(origin, HEAD);
    let bytes: Uint8Array;
    try {
      bytes = await readFile(join(this.#directory, name));
    } catch (cause) {
      if (systemErrorCode(cause) === 'ENOENT') return null;
      throw this.#damaged(name, 'it cannot be read');
    }
    const { content } = parseStoredJsonUpTo(FORMAT, this.#placeOf(name), bytes, {
      damaged: (reason) => this.#damaged(name, reason),
      newer: (format, known) =>
        new ReplicaError(
          'REPLICA_MEMORY_NEWER',
          `${this.#placeOf(name)} has format ${format}; this version reads up to ${known}`,
        ),
    });
    const remembered = readRemembered(content, (reason) => this.#damaged(name, reason));
    if (remembered.origin !== origin) throw this.#damaged(name, 'it is of another log');
    return remembered;
  }

  /** Durable when it returns. A crash before leaves what was remembered before. */
  async remember(remembered: Remembered): Promise<void> {
    const name = nameOf(remembered.origin, HEAD);
    const bytes = formatStoredJson(this.#placeOf(name), rememberedToJson(remembered), FORMAT);
    await writeFileDurably(join(this.#directory, name), bytes, MODE, this.#files);
  }

  /** Durable when it returns. @returns its path. */
  async keepProof(origin: string, proof: Uint8Array): Promise<string> {
    const path = join(this.#directory, nameOf(origin, PROOF));
    await writeFileDurably(path, proof, MODE, this.#files);
    return path;
  }

  /** The proof of a log, as it was kept; null if there is none. @throws the system's error where it cannot be read. */
  async proof(origin: string): Promise<Uint8Array | null> {
    try {
      return await readFile(this.proofPath(origin));
    } catch (cause) {
      if (systemErrorCode(cause) === 'ENOENT') return null;
      throw cause;
    }
  }

  /** Where the proof of a log is, if there is one. */
  proofPath(origin: string): string {
    return join(this.#directory, nameOf(origin, PROOF));
  }

  #placeOf(name: string): string {
    return `${this.#place}/${name}`;
  }

  #damaged(name: string, reason: string): ReplicaError {
    return new ReplicaError(
      'REPLICA_MEMORY_DAMAGED',
      `${this.#placeOf(name)} is not what was written: ${reason}; put it back, for without it another history could pass for the log`,
    );
  }
}

const HEAD = '.json';
const PROOF = '.misbehaviour.json';

function nameOf(origin: string, ending: string): string {
  return `${sha256Hex(origin)}${ending}`;
}
