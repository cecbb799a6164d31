/**
 * Uploads that go on after a cut: content that comes from an offset on, each stretch a part on disk before it is
 * acknowledged, and a version when all of it is there. For tus, over the parts that S3 has.
 */
import { types } from 'node:util';
import { LRUCache } from 'lru-cache';
import type { Condition, DrivePort, FileActor, Written } from './drive-port.js';
import { given } from './drive-settings.js';
import type { FilePath } from './file-path.js';
import { FilesError } from './files-error.js';
import type { ChecksumName, StoredContent } from './stored-content.js';
import type { Upload, UploadPart } from './uploads-port.js';

/** Of a stretch without a checksum: after a cut no more than this is sent again. */
const PART_BYTES = 64 * 1024 * 1024;
const PART_PAGE = 1000;
/** Ends that clients may not have heard of. */
const REMEMBERED = 1000;

export interface UploadPlace {
  readonly tenant: string;
  readonly drive: DrivePort;
  readonly path: FilePath;
  readonly id: string;
  /** Of the whole file. */
  readonly length: number;
}

export interface Stretch {
  readonly offset: number;
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Kept as a whole, or not at all. */
  readonly checked: {
    readonly sums: readonly ChecksumName[];
    /** @throws FilesError UPLOAD_CHECKSUM_DIFFERS. */
    readonly check: (content: StoredContent) => void;
  } | null;
}

export interface UploadState {
  readonly offset: number;
  /** Of the upload whose last byte is there; null too where only that it has ended is remembered. */
  readonly written: Written | null;
}

export class ResumableUploads {
  /** Ids that a request is sending to: offsets are of one at a time. */
  readonly #busy = new Set<string>();
  /** Lengths of files that were made of uploads, by id. */
  readonly #ended = new LRUCache<string, number>({ max: REMEMBERED });

  /** Where to go on; a file whose last part is there, but which a crash or a refusal kept from being made, is made now. @throws as `send`. */
  stateOf(place: UploadPlace, by: FileActor): Promise<UploadState> {
    return this.#alone(place, async () => {
      const ended = this.#ended.get(keyOf(place));
      if (ended !== undefined) return { offset: ended, written: null };
      await this.#find(place);
      const parts = await partsOf(place);
      return this.#finishIfWhole(place, by, parts);
    });
  }

  /**
   * What has come before the client went away is kept, but for what a checksum is of.
   * @throws FilesError UPLOAD_UNKNOWN, UPLOAD_OFFSET, UPLOAD_LIMIT, FILE_TOO_LARGE, FILES_STALE; what `stretch` throws; as `DrivePort.put`.
   */
  send(
    place: UploadPlace,
    by: FileActor,
    stretch: Stretch,
    condition?: Condition,
  ): Promise<UploadState> {
    return this.#alone(place, async () => {
      const { subject } = await this.#find(place);
      const parts = await partsOf(place);
      const offset = sizeOf(parts);
      if (offset !== stretch.offset)
        throw new FilesError('UPLOAD_OFFSET', `the upload has come to byte ${offset}: go on there`);
      const added = await this.#store(place, { subject, by }, parts.length, offset, stretch);
      return this.#finishIfWhole(place, by, [...parts, ...added], condition);
    });
  }

  /** @throws FilesError UPLOAD_UNKNOWN, UPLOAD_OFFSET while it is sent to. */
  abort(place: UploadPlace): Promise<void> {
    return this.#alone(place, async () => {
      await this.#find(place);
      await place.drive.uploads.abort(place.id);
    });
  }

  async #find({ drive, path, id }: UploadPlace): Promise<Upload> {
    const upload = await drive.uploads.find(id);
    // Whoever may write there may not go on with what is sent elsewhere.
    if (upload.path !== path)
      throw new FilesError('UPLOAD_UNKNOWN', 'this path has no such upload');
    return upload;
  }

  async #store(
    place: UploadPlace,
    whose: { readonly subject: string; readonly by: FileActor },
    before: number,
    offset: number,
    { bytes, checked }: Stretch,
  ): Promise<readonly UploadPart[]> {
    const { drive, id, length } = place;
    const room = length - offset;
    const source = new Source(bytes, room);
    const added: UploadPart[] = [];
    const add = async (content: StoredContent): Promise<void> => {
      // A crash here leaves chunks that nothing refers to, and the upload where it was.
      if (content.size > 0)
        added.push(await drive.uploads.addPart(id, before + added.length + 1, content));
    };
    try {
      if (checked === null) {
        while (!source.isOver) await add(await drive.store(source.next(PART_BYTES), whose));
      } else {
        const content = await drive.store(source.whole(), { ...whose, sums: checked.sums });
        checked.check(content);
        await add(content);
      }
    } finally {
      await source.close();
    }
    // Told when what came has been kept: the client asks how far it is.
    if (source.failure !== null) throw source.failure;
    return added;
  }

  async #finishIfWhole(
    place: UploadPlace,
    by: FileActor,
    parts: readonly UploadPart[],
    condition?: Condition,
  ): Promise<UploadState> {
    const { drive, id, length } = place;
    const offset = sizeOf(parts);
    if (offset < length) return { offset, written: null };
    const numbers = parts.length === 0 ? [1] : parts.map(({ number }) => number);
    if (parts.length === 0) await addEmptyPart(place, by);
    const all = numbers.map((number) => ({ number }));
    try {
      const written = await drive.uploads.complete(by, id, all, given('condition', condition));
      this.#ended.set(keyOf(place), length);
      return { offset, written };
    } catch (cause) {
      // What was stored can never become a file: the client begins again, and is not told for ever to go on.
      if (cause instanceof FilesError && cause.code === 'FILES_STALE')
        await drive.uploads.abort(id);
      throw cause;
    }
  }

  async #alone<T>(place: UploadPlace, act: () => Promise<T>): Promise<T> {
    const key = keyOf(place);
    if (this.#busy.has(key))
      throw new FilesError(
        'UPLOAD_OFFSET',
        'another request sends to this upload: ask how far it is',
      );
    this.#busy.add(key);
    try {
      return await act();
    } finally {
      this.#busy.delete(key);
    }
  }
}

function keyOf({ tenant, drive, id }: UploadPlace): string {
  return `${tenant}/${drive.name}/${id}`;
}

/** In order; they follow one another without gaps. */
async function partsOf({ drive, id }: UploadPlace): Promise<readonly UploadPart[]> {
  const parts: UploadPart[] = [];
  for (;;) {
    const some = await drive.uploads.parts(id, parts.at(-1)?.number ?? 0, PART_PAGE);
    parts.push(...some);
    if (some.length < PART_PAGE) return parts;
  }
}

/** A file has at least one part. */
async function addEmptyPart({ drive, id }: UploadPlace, by: FileActor): Promise<void> {
  const { subject } = await drive.uploads.find(id);
  await drive.uploads.addPart(id, 1, await drive.store(nothing(), { subject, by }));
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // No bytes.
}

function sizeOf(parts: readonly UploadPart[]): number {
  return parts.reduce((sum, { size }) => sum + size, 0);
}

/** Content taken a piece at a time. */
class Source {
  /** Why it ended before its end. */
  failure: Error | null = null;
  #isOver = false;
  readonly #bytes: AsyncIterator<Uint8Array>;
  #left: number;
  #rest: Uint8Array | null = null;

  /** @param room more bytes than these are refused. */
  constructor(bytes: AsyncIterable<Uint8Array>, room: number) {
    this.#bytes = bytes[Symbol.asyncIterator]();
    this.#left = room;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The rest is let go by. */
  async close(): Promise<void> {
    await this.#bytes.return?.();
  }

  /** All of it. @throws what the source throws; FilesError FILE_TOO_LARGE. */
  async *whole(): AsyncGenerator<Uint8Array> {
    for (let bytes = await this.#pull(); bytes !== null; bytes = await this.#pull()) yield bytes;
    if (this.failure !== null) throw this.failure;
  }

  /** So many bytes of it at most. A failure, FILE_TOO_LARGE too, ends it, for what came to be kept. */
  async *next(maximum: number): AsyncGenerator<Uint8Array> {
    for (let room = maximum; room > 0;) {
      const bytes = await this.#pull();
      if (bytes === null) return;
      const fit = bytes.subarray(0, room);
      if (fit.length < bytes.length) this.#rest = bytes.subarray(room);
      room -= fit.length;
      yield fit;
    }
  }

  async #pull(): Promise<Uint8Array | null> {
    const rest = this.#rest;
    this.#rest = null;
    if (rest !== null) return rest;
    if (this.#isOver) return null;
    try {
      const next = await this.#bytes.next();
      if (next.done !== true) return this.#counted(next.value);
    } catch (cause) {
      this.failure = types.isNativeError(cause) ? cause : new Error(String(cause));
    }
    this.#isOver = true;
    return null;
  }

  #counted(bytes: Uint8Array): Uint8Array {
    this.#left -= bytes.length;
    if (this.#left < 0)
      throw new FilesError('FILE_TOO_LARGE', 'more came than the upload was said to have');
    return bytes;
  }
}
