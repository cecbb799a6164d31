/**
 * What calendars said of roots of one epoch log, on disk (docs/formats/data-directory.md): whole files, replaced as a
 * whole. A stamp is pending until no promise of it is open; then it is never written again.
 */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { TreeSize } from '../base/brand.js';
import { toBase64 } from '../base/bytes.js';
import { ChirographError } from '../base/errors.js';
import { arrayOf, base64Of, COUNT, INSTANT, JsonMembers, textLike } from '../base/json-members.js';
import { formatStoredJson, parseStoredJson } from '../base/stored-json.js';
import { systemErrorCode } from '../base/system-error.js';
import { formatInstant } from '../base/time.js';
import { parseOtsFile } from '../evidence/opentimestamps/parse-ots-file.js';
import { writeOtsFile } from '../evidence/opentimestamps/write-ots-file.js';
import {
  type DurableFileSystem,
  durableFileSystem,
  makeDirectoryDurably,
  removeFileDurably,
  writeFileDurably,
} from '../keys/durable-file.js';
import type { CalendarStamp } from './calendar-stamp.js';
import { AnchoringError } from './errors.js';

export const CALENDAR_FILE = /^(pending\.)?(\d{12})\.json$/;
const CALENDAR_NAME = textLike(/^[\x21-\x7e]{1,2048}$/, 'the name of a calendar');
export const MAX_CALENDARS = 16;

export class CalendarStore {
  readonly #directory: string;
  readonly #files: DurableFileSystem;
  /** Ascending. */
  #settled: readonly TreeSize[];
  /** Pending when it was opened, ascending by size. */
  readonly opened: readonly CalendarStamp[];

  private constructor(
    directory: string,
    files: DurableFileSystem,
    settled: readonly TreeSize[],
    opened: readonly CalendarStamp[],
  ) {
    this.#directory = directory;
    this.#files = files;
    this.#settled = settled;
    this.opened = opened;
  }

  /** @throws AnchoringError ANCHOR_STATE_INVALID for a pending file that is not what was written. */
  static async open(
    directory: string,
    files: DurableFileSystem = durableFileSystem,
  ): Promise<CalendarStore> {
    await makeDirectoryDurably(directory, files);
    const found = await calendarFilesIn(directory);
    const sizesOf = (isPending: boolean): TreeSize[] =>
      found
        .filter((one) => one.isPending === isPending)
        .map(({ size }) => size)
        .sort((a, b) => a - b);
    const settled = sizesOf(false);
    const opened: CalendarStamp[] = [];
    for (const size of sizesOf(true)) {
      // A crash came between: the settled one has all that this has.
      if (settled.includes(size)) await removeFileDurably(pendingPath(directory, size), files);
      else opened.push(await readCalendarStamp(directory, { name: pendingName(size), size }));
    }
    return new CalendarStore(directory, files, settled, opened);
  }

  /** Sizes of the epoch log whose stamps are pending no more, ascending. */
  get settledSizes(): readonly TreeSize[] {
    return this.#settled;
  }

  async writePending(stamp: CalendarStamp): Promise<void> {
    // A crash before this leaves what was kept before: a calendar knows more than we do, and is asked again.
    await this.#write(pendingName(stamp.size), stamp);
  }

  /** No promise of it is open any more, or none is waited for. */
  async settle(stamp: CalendarStamp): Promise<void> {
    await this.#write(settledName(stamp.size), stamp);
    this.#settled = [...this.#settled, stamp.size].sort((a, b) => a - b);
    // A crash before this leaves both, and the next opening removes the pending one.
    await this.drop(stamp.size);
  }

  async drop(size: TreeSize): Promise<void> {
    // A crash before this leaves a pending stamp, which is asked about and dropped again.
    await removeFileDurably(pendingPath(this.#directory, size), this.#files);
  }

  /** @throws AnchoringError ANCHOR_STATE_INVALID if it is not there or not what was written. */
  readSettled(size: TreeSize): Promise<CalendarStamp> {
    return readCalendarStamp(this.#directory, { name: settledName(size), size });
  }

  async #write(name: string, { size, at, took, file }: CalendarStamp): Promise<void> {
    const content = {
      at: formatInstant(at),
      ots: toBase64(writeOtsFile(file)),
      size,
      took: [...took],
    };
    const bytes = formatStoredJson(placeIn(this.#directory, name), content);
    await writeFileDurably(join(this.#directory, name), bytes, 0o600, this.#files);
  }
}

export interface CalendarFile {
  readonly name: string;
  /** Of the epoch log. */
  readonly size: TreeSize;
  readonly isPending: boolean;
}

/** By name; none where the directory is not there. */
export async function calendarFilesIn(directory: string): Promise<readonly CalendarFile[]> {
  try {
    return (await readdir(directory)).sort().flatMap((name) => {
      const [, pending, digits] = CALENDAR_FILE.exec(name) ?? [];
      if (digits === undefined) return [];
      return [{ name, size: Number(digits) as TreeSize, isPending: pending !== undefined }];
    });
  } catch (cause) {
    if (systemErrorCode(cause) === 'ENOENT') return [];
    throw cause;
  }
}

/** @throws AnchoringError ANCHOR_STATE_INVALID if it is not there or not what was written. */
export async function readCalendarStamp(
  directory: string,
  { name, size }: Pick<CalendarFile, 'name' | 'size'>,
): Promise<CalendarStamp> {
  const place = placeIn(directory, name);
  try {
    const content = parseStoredJson(place, await readFile(join(directory, name)), {
      damaged: (reason) => invalid(place, reason),
      newer: (format, known) =>
        invalid(place, `it has format ${format}; this version reads up to ${known}`),
    });
    const members = new JsonMembers(content, (reason) => invalid(place, reason));
    const at = members.required('at', INSTANT);
    const ots = members.required('ots', base64Of());
    const isThis = members.required('size', COUNT) === size;
    const took = members.required('took', arrayOf(CALENDAR_NAME, MAX_CALENDARS));
    members.end();
    if (!isThis) throw invalid(place, 'it is of another size');
    return { size, at, took, file: parseOtsFile(ots) };
  } catch (cause) {
    if (cause instanceof AnchoringError) throw cause;
    if (cause instanceof ChirographError || systemErrorCode(cause) !== null)
      throw invalid(place, 'it cannot be read', cause);
    throw cause;
  }
}

function placeIn(directory: string, name: string): string {
  return `calendars/${basename(directory)}/${name}`;
}

function settledName(size: TreeSize): string {
  return `${String(size).padStart(12, '0')}.json`;
}

function pendingName(size: TreeSize): string {
  return `pending.${settledName(size)}`;
}

function pendingPath(directory: string, size: TreeSize): string {
  return join(directory, pendingName(size));
}

function invalid(place: string, reason: string, cause?: unknown): AnchoringError {
  const message = `what calendars said is not what was written: ${place}: ${reason}; without that file its promises are lost, and the next root is stamped`;
  return new AnchoringError('ANCHOR_STATE_INVALID', message, { cause });
}
