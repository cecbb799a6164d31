/**
 * Cuts content into pieces, seals those that are not there, and makes the references that lead to them. Memory does not grow
 * with the content: a batch of pieces is written while the next one comes in, and references become chunks themselves.
 */
import { FilesError } from '../files-error.js';
import {
  encodeReferences,
  MAX_LEVEL,
  MAX_REFERENCES,
  type Reference,
  sizeOf,
} from '../references.js';
import type { ChecksumName, ContentPlace, StoredContent } from '../stored-content.js';
import type { ChunkPlace, ChunkStore, NewChunk } from './chunk-store.js';
import { nameChunk, PIECE_LENGTH, sealChunk } from './chunk.js';
import { ContentSealer, type ContentDigests, type SealedPieces } from './content-sealer.js';
import { inlineSealing, type Sealing, type SealingPort } from './sealing.js';

/** Content of so many bytes lies in the payload of its entry. */
export const INLINE_LENGTH = 4096;
/** Sealed together. */
const SLAB_LENGTH = 8 * PIECE_LENGTH;
const BATCH = 32;

/** Under whose secret. */
export interface ContentSecret {
  readonly subject: string;
  readonly filesSecret: Uint8Array;
  /** Row of the vault that it comes from. */
  readonly secretRow: Uint8Array;
}

export interface ContentWriterOptions {
  readonly chunks: Pick<ChunkStore, 'put'>;
  readonly place: ChunkPlace;
  readonly secret: ContentSecret;
  /** Where long content is sealed; in this thread without it. */
  readonly sealing?: SealingPort;
  readonly sums?: readonly ChecksumName[];
  readonly maxBytes?: number;
  /** MD5 of the content, of whoever has made it already. */
  readonly md5?: () => Uint8Array;
}

/** @throws FilesError FILE_TOO_LARGE, FILES_FAILED, FILES_BUSY; what `bytes` throws. */
export async function writeContent(
  bytes: AsyncIterable<Uint8Array>,
  options: ContentWriterOptions,
): Promise<StoredContent> {
  const { secret, sums = [], maxBytes = Infinity, md5 } = options;
  const { filesSecret, subject, secretRow } = secret;
  const how = { filesSecret, hasMd5: md5 === undefined, sums };
  const slabs = new Slabs();
  let long: LongContent | null = null;
  let size = 0;
  try {
    for await (const some of bytes) {
      size += some.length;
      if (size > maxBytes)
        throw new FilesError('FILE_TOO_LARGE', `it is more than ${maxBytes} bytes`);
      for (const slab of slabs.take(some)) {
        long ??= new LongContent(
          (options.sealing ?? inlineSealing).begin(how),
          new PieceSink(options),
        );
        await long.add(slab);
      }
    }
    const { place, digests } = await (long === null
      ? shortContent(slabs.rest(), new ContentSealer(how), new PieceSink(options))
      : long.finish(slabs.rest()));
    const hash = digests.md5 ?? md5?.() ?? new Uint8Array(0);
    return { ...digests, size, md5: hash, place, subject, secretRow };
  } finally {
    long?.drop();
  }
}

interface WrittenContent {
  readonly place: ContentPlace;
  readonly digests: ContentDigests;
}

/** Of one slab at the most: not worth another thread. */
async function shortContent(
  bytes: Uint8Array,
  sealer: ContentSealer,
  sink: PieceSink,
): Promise<WrittenContent> {
  if (bytes.length <= INLINE_LENGTH) {
    sealer.hash(bytes);
    return { place: { inline: bytes }, digests: sealer.digests() };
  }
  await sink.addSealed(bytes.length, sealer.seal(bytes));
  return { place: { refs: await sink.finish() }, digests: sealer.digests() };
}

/** One slab is sealed while the one before it is written, and the next one comes in. */
class LongContent {
  readonly #sealing: Sealing;
  readonly #sink: PieceSink;
  #written: Promise<void> = Promise.resolve();

  constructor(sealing: Sealing, sink: PieceSink) {
    this.#sealing = sealing;
    this.#sink = sink;
  }

  async add(slab: Uint8Array<ArrayBuffer>): Promise<void> {
    const { length } = slab;
    const before = this.#written;
    const sealed = this.#sealing.seal(slab);
    this.#written = before.then(async () => this.#sink.addSealed(length, await sealed));
    // They are waited for later, and may fail before.
    for (const one of [sealed, this.#written]) void one.catch(() => undefined);
    await before;
  }

  async finish(rest: Uint8Array<ArrayBuffer>): Promise<WrittenContent> {
    if (rest.length > 0) await this.add(rest);
    await this.#written;
    return { place: { refs: await this.#sink.finish() }, digests: await this.#sealing.digests() };
  }

  drop(): void {
    this.#sealing.drop();
  }
}

/** Contents that are there, one behind the other. @throws FilesError FILES_FAILED. */
export async function joinContents(
  places: readonly ContentPlace[],
  options: Pick<ContentWriterOptions, 'chunks' | 'place' | 'secret'>,
): Promise<ContentPlace> {
  const [only, ...others] = places;
  if (only !== undefined && others.length === 0) return only;
  const sink = new PieceSink(options);
  for (const place of places)
    if ('inline' in place) {
      if (place.inline.length > 0) await sink.add(0, place.inline);
    } else for (const reference of place.refs) await sink.refer(reference.level, reference);
  const refs = await sink.finish();
  return refs.length === 0 ? { inline: new Uint8Array(0) } : { refs };
}

/** Buffers of one length, whatever comes. */
class Slabs {
  #buffer = new Uint8Array(0);
  #length = 0;

  *take(bytes: Uint8Array): Generator<Uint8Array<ArrayBuffer>> {
    for (let at = 0; at < bytes.length;) {
      this.#grow(bytes.length - at);
      const some = bytes.subarray(at, at + this.#buffer.length - this.#length);
      this.#buffer.set(some, this.#length);
      this.#length += some.length;
      at += some.length;
      if (this.#length < SLAB_LENGTH) continue;
      const slab = this.#buffer;
      // A new one each time: the one before is given away.
      this.#buffer = new Uint8Array(SLAB_LENGTH);
      this.#length = 0;
      yield slab;
    }
  }

  rest(): Uint8Array<ArrayBuffer> {
    return this.#buffer.slice(0, this.#length);
  }

  /** Most content is small. */
  #grow(wanted: number): void {
    const needed = Math.min(SLAB_LENGTH, this.#length + wanted);
    if (needed <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.min(SLAB_LENGTH, Math.max(needed, 2 * this.#buffer.length)));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}

class PieceSink {
  readonly #options: Pick<ContentWriterOptions, 'chunks' | 'place' | 'secret'>;
  /** References that no chunk holds yet, by level. */
  readonly #levels: Reference[][] = Array.from({ length: MAX_LEVEL + 1 }, () => []);
  #batch: NewChunk[] = [];
  #writing: Promise<void> = Promise.resolve();

  constructor(options: Pick<ContentWriterOptions, 'chunks' | 'place' | 'secret'>) {
    this.#options = options;
  }

  /** Pieces of content, sealed; `length` bytes in all. */
  async addSealed(length: number, { names, blocks }: SealedPieces): Promise<void> {
    for (const [n, name] of names.entries()) {
      const block = blocks[n];
      if (block === undefined) throw new Error('a chunk without its block');
      const size = Math.min(PIECE_LENGTH, length - n * PIECE_LENGTH);
      const reference = { level: 0, size, ...name };
      await this.#put({ address: name.address, block: () => block, reference });
      await this.refer(0, reference);
    }
  }

  async add(level: number, piece: Uint8Array, size = piece.length): Promise<void> {
    const name = nameChunk(this.#options.secret.filesSecret, level, piece);
    const reference = { level, size, ...name };
    await this.#put({
      ...{ address: name.address, block: () => sealChunk(name, piece) },
      ...(level === 0 && { reference }),
    });
    await this.refer(level, reference);
  }

  async refer(level: number, reference: Reference): Promise<void> {
    // What waits below comes before it.
    for (let below = 0; below < level; below++) {
      const before = this.#levels[below] ?? [];
      this.#levels[below] = [];
      if (before.length > 0) await this.#fold(below, before);
    }
    const waiting = (this.#levels[level] ??= []);
    waiting.push(reference);
    if (waiting.length < MAX_REFERENCES) return;
    this.#levels[level] = [];
    await this.#fold(level, waiting);
  }

  /** Everything is written when it returns. */
  async finish(): Promise<readonly Reference[]> {
    const left = (): Reference[] => this.#levels.flat();
    // Of the highest level first: that is their order.
    for (let level = 0; left().length > MAX_REFERENCES; level++) {
      const waiting = this.#levels[level] ?? [];
      this.#levels[level] = [];
      if (waiting.length > 0) await this.#fold(level, waiting);
    }
    await this.#flush();
    await this.#writing;
    return this.#levels.toReversed().flat();
  }

  #fold(level: number, references: readonly Reference[]): Promise<void> {
    return this.add(level + 1, encodeReferences(references), sizeOf(references));
  }

  async #put(chunk: NewChunk): Promise<void> {
    this.#batch.push(chunk);
    if (this.#batch.length >= BATCH) await this.#flush();
  }

  /** One batch is written while the next is made. */
  async #flush(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    await this.#writing;
    this.#writing = this.#options.chunks.put(this.#options.place, batch);
    // It is waited for later, and may fail before.
    void this.#writing.catch(() => undefined);
  }
}
