/** Files of the anchors of one epoch log (docs/formats/data-directory.md): each replaced as a whole, durably. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { TreeSize } from '../../base/brand.js';
import type { JsonObject } from '../../base/canonical-json.js';
import { JsonMembers } from '../../base/json-members.js';
import { formatStoredJson, parseStoredJsonUpTo } from '../../base/stored-json.js';
import { systemErrorCode } from '../../base/system-error.js';
import {
  type DurableFileSystem,
  makeDirectoryDurably,
  removeFileDurably,
  writeFileDurably,
} from '../../keys/durable-file.js';
import { ANCHOR_FORMAT } from '../anchor-book-json.js';
import { AnchoringError } from '../errors.js';

/** A file's format, and what is to be taken out of it. */
export interface StoredAnchorFile {
  readonly format: number;
  readonly members: JsonMembers;
}

export const CHAIN_FILE = 'chain.json';
const SETTLED = /^settled\.(\d{12})\.json$/;

export class AnchorDirectory {
  readonly #directory: string;
  readonly #files: DurableFileSystem;

  private constructor(directory: string, files: DurableFileSystem) {
    this.#directory = directory;
    this.#files = files;
  }

  /** Makes it where it is missing. */
  static async open(directory: string, files: DurableFileSystem): Promise<AnchorDirectory> {
    await makeDirectoryDurably(directory, files);
    return new AnchorDirectory(directory, files);
  }

  /** Of the epoch log, that settled anchors are there of; ascending. */
  async settledSizes(): Promise<TreeSize[]> {
    const sizes = (await readdir(this.#directory)).flatMap((name) => {
      const size = SETTLED.exec(name)?.[1];
      return size === undefined ? [] : [Number(size) as TreeSize];
    });
    return sizes.sort((a, b) => a - b);
  }

  /** Null where there is none. @throws AnchoringError ANCHOR_STATE_INVALID if it is not what was written. */
  async read(name: string): Promise<StoredAnchorFile | null> {
    try {
      const bytes = await readFile(join(this.#directory, name));
      const { format, content } = parseStoredJsonUpTo(ANCHOR_FORMAT, this.#place(name), bytes, {
        damaged: (reason) => invalidAnchors(`${name} is not what was written: ${reason}`),
        newer: (newer, known) =>
          invalidAnchors(`${name} has format ${newer}; this version reads up to ${known}`),
      });
      return { format, members: new JsonMembers(content, invalidAnchors) };
    } catch (cause) {
      if (systemErrorCode(cause) === 'ENOENT') return null;
      throw cause;
    }
  }

  async write(name: string, content: JsonObject, format = ANCHOR_FORMAT): Promise<void> {
    const bytes = formatStoredJson(this.#place(name), content, format);
    await writeFileDurably(join(this.#directory, name), bytes, 0o600, this.#files);
  }

  async remove(name: string): Promise<void> {
    await removeFileDurably(join(this.#directory, name), this.#files);
  }

  #place(name: string): string {
    return `anchors/${basename(this.#directory)}/${name}`;
  }
}

/** File of a settled anchor. */
export function settledName(epochSize: TreeSize): string {
  return `settled.${String(epochSize).padStart(12, '0')}.json`;
}

export function invalidAnchors(reason: string, cause?: unknown): AnchoringError {
  const message = `the stored anchors are unusable: ${reason}`;
  return new AnchoringError('ANCHOR_STATE_INVALID', message, { cause });
}
