/**
 * A directory of small files, one a record, each named after what it is about. What rests on them must not be forgotten, so
 * what cannot be read is an error and never a fresh start.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '../base/canonical-json.js';
import { JsonMembers } from '../base/json-members.js';
import { formatStoredJson, parseStoredJson } from '../base/stored-json.js';
import {
  type DurableFileSystem,
  makeDirectoryDurably,
  removeFileDurably,
  writeFileDurably,
} from './durable-file.js';

export interface RecordShape<T> {
  /** Of the directory, in the data directory. */
  readonly place: string;
  /** Name of its file, lower-case hex without the ending. */
  readonly nameOf: (record: T) => string;
  readonly toJson: (record: T) => JsonObject;
  /** Whatever is left over is refused. */
  readonly read: (members: JsonMembers) => T;
  /** Of a file that is not what was written: its place, and why. */
  readonly damaged: (place: string, reason: string) => Error;
  readonly newer: (place: string, format: number, known: number) => Error;
}

const MODE = 0o600;
const NAME = /^[0-9a-f]{16,64}\.json$/;

export class RecordFiles<T> {
  readonly #directory: string;
  readonly #shape: RecordShape<T>;
  readonly #files: DurableFileSystem;

  private constructor(directory: string, shape: RecordShape<T>, files: DurableFileSystem) {
    this.#directory = directory;
    this.#shape = shape;
    this.#files = files;
  }

  /** @param directory made if it is not there. */
  static async open<T>(
    directory: string,
    shape: RecordShape<T>,
    files: DurableFileSystem,
  ): Promise<RecordFiles<T>> {
    await makeDirectoryDurably(directory, files);
    return new RecordFiles(directory, shape, files);
  }

  /** By name. @throws what the shape makes of a file that cannot be taken. */
  async all(): Promise<readonly T[]> {
    const names = (await readdir(this.#directory)).filter((name) => NAME.test(name)).sort();
    return Promise.all(names.map((name) => this.#read(name)));
  }

  /** Durable when it returns. A crash before leaves what was there before. */
  async put(record: T): Promise<void> {
    const name = `${this.#shape.nameOf(record)}.json`;
    const bytes = formatStoredJson(this.#placeOf(name), this.#shape.toJson(record));
    await writeFileDurably(join(this.#directory, name), bytes, MODE, this.#files);
  }

  /** Durable when it returns; nothing where there is none. @param name without the ending. */
  async remove(name: string): Promise<void> {
    await removeFileDurably(join(this.#directory, `${name}.json`), this.#files);
  }

  async #read(name: string): Promise<T> {
    let bytes: Uint8Array;
    try {
      bytes = await readFile(join(this.#directory, name));
    } catch {
      throw this.#damaged(name, 'it cannot be read');
    }
    const content = parseStoredJson(this.#placeOf(name), bytes, {
      damaged: (reason) => this.#damaged(name, reason),
      newer: (format, known) => this.#shape.newer(this.#placeOf(name), format, known),
    });
    const members = new JsonMembers(content, (reason) => this.#damaged(name, reason));
    const record = this.#shape.read(members);
    members.end();
    if (`${this.#shape.nameOf(record)}.json` !== name)
      throw this.#damaged(name, 'it is of another one');
    return record;
  }

  #placeOf(name: string): string {
    return `${this.#shape.place}/${name}`;
  }

  #damaged(name: string, reason: string): Error {
    return this.#shape.damaged(this.#placeOf(name), reason);
  }
}
