/**
 * Time-stamps over the epoch log, one file each, written once (docs/formats/data-directory.md). All are kept: the
 * first that covers an entry says the earliest by when it was there.
 */
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { TreeSize, UnixMillis } from '../base/brand.js';
import { toBase64 } from '../base/bytes.js';
import { base64Of, COUNT, INSTANT, JsonMembers, textLike } from '../base/json-members.js';
import { formatStoredJson, parseStoredJson } from '../base/stored-json.js';
import { systemErrorCode } from '../base/system-error.js';
import { formatInstant } from '../base/time.js';
import {
  type DurableFileSystem,
  durableFileSystem,
  makeDirectoryDurably,
  writeFileDurably,
} from '../keys/durable-file.js';
import { AnchoringError } from './errors.js';

export interface EpochStamp {
  /** Of the epoch log. */
  readonly size: TreeSize;
  /** The signed note of that size, with the log's signature alone: what was stamped. */
  readonly note: string;
  /** DER. */
  readonly token: Uint8Array;
  /** The token's genTime. */
  readonly at: UnixMillis;
  /** Subject of the certificate that made it. */
  readonly authority: string;
}

export const EPOCH_STAMP_FILE = /^(\d{12})\.json$/;
const NOTE = textLike(/^[^\0]{1,16384}$/s, 'a note');
const AUTHORITY = textLike(/^[^\0]{0,4096}$/su, 'a name');

export class StampStore {
  readonly #directory: string;
  readonly #files: DurableFileSystem;
  #sizes: readonly TreeSize[];
  #newest: EpochStamp | null;

  private constructor(
    directory: string,
    files: DurableFileSystem,
    sizes: readonly TreeSize[],
    newest: EpochStamp | null,
  ) {
    this.#directory = directory;
    this.#files = files;
    this.#sizes = sizes;
    this.#newest = newest;
  }

  /**
   * @param directory of one epoch log; made with the first stamp.
   * @throws AnchoringError ANCHOR_STATE_INVALID if the newest is not what was written.
   */
  static async open(
    directory: string,
    files: DurableFileSystem = durableFileSystem,
  ): Promise<StampStore> {
    const sizes = await stampSizesIn(directory);
    const last = sizes.at(-1);
    const newest = last === undefined ? null : await readEpochStamp(directory, last);
    return new StampStore(directory, files, sizes, newest);
  }

  /** Sizes of the epoch log that are stamped, ascending. */
  get sizes(): readonly TreeSize[] {
    return this.#sizes;
  }

  get newest(): EpochStamp | null {
    return this.#newest;
  }

  /** @throws AnchoringError ANCHOR_STATE_INVALID if it is not there or not what was written. */
  async read(size: TreeSize): Promise<EpochStamp> {
    if (size === this.#newest?.size) return this.#newest;
    return readEpochStamp(this.#directory, size);
  }

  /** Durable when it returns. @param stamp of a larger size than all before. */
  async add(stamp: EpochStamp): Promise<void> {
    const { size, note, token, at, authority } = stamp;
    // A crash up to the last of these leaves what was there before: the next epoch is stamped then.
    await makeDirectoryDurably(dirname(this.#directory), this.#files);
    await makeDirectoryDurably(this.#directory, this.#files);
    const content = { at: formatInstant(at), authority, note, size, token: toBase64(token) };
    const bytes = formatStoredJson(placeOf(this.#directory, size), content);
    await writeFileDurably(join(this.#directory, stampFileName(size)), bytes, 0o600, this.#files);
    this.#sizes = [...this.#sizes, size];
    this.#newest = stamp;
  }
}

/** Ascending; none where the directory is not there. */
export async function stampSizesIn(directory: string): Promise<readonly TreeSize[]> {
  try {
    const sizes = (await readdir(directory)).flatMap((name) => {
      const size = EPOCH_STAMP_FILE.exec(name)?.[1];
      return size === undefined ? [] : [Number(size) as TreeSize];
    });
    return sizes.sort((a, b) => a - b);
  } catch (cause) {
    if (systemErrorCode(cause) === 'ENOENT') return [];
    throw cause;
  }
}

/** @throws AnchoringError ANCHOR_STATE_INVALID if it is not there or not what was written. */
export async function readEpochStamp(directory: string, size: TreeSize): Promise<EpochStamp> {
  const place = placeOf(directory, size);
  const refuse = (reason: string): AnchoringError => invalid(place, reason);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(join(directory, stampFileName(size)));
  } catch (cause) {
    if (systemErrorCode(cause) === 'ENOENT') throw refuse('it is missing');
    throw cause;
  }
  const content = parseStoredJson(place, bytes, {
    damaged: refuse,
    newer: (format, known) => refuse(`it has format ${format}; this version reads up to ${known}`),
  });
  const members = new JsonMembers(content, refuse);
  const isThis = members.required('size', COUNT) === size;
  const stamp = {
    size,
    note: members.required('note', NOTE),
    token: members.required('token', base64Of()),
    at: members.required('at', INSTANT),
    authority: members.required('authority', AUTHORITY),
  };
  members.end();
  if (!isThis) throw refuse('it is under another name');
  return stamp;
}

export function stampFileName(size: TreeSize): string {
  return `${String(size).padStart(12, '0')}.json`;
}

function placeOf(directory: string, size: TreeSize): string {
  return `stamps/${basename(directory)}/${stampFileName(size)}`;
}

function invalid(place: string, reason: string): AnchoringError {
  return new AnchoringError(
    'ANCHOR_STATE_INVALID',
    `${place} is not what was written: ${reason}; restore it from a copy, or remove it to go on without it`,
  );
}
