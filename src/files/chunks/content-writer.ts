/**
 * Cuts content into pieces, seals those that are not there, and makes the references that lead to them. Memory does not grow
 * with the content: a batch of pieces is written while the next one comes in, and references become chunks themselves.
 */
import { createHash } from 'node:crypto';
import { toBase64 } from '../../base/bytes.js';
import { startChecksum } from '../checksum.js';
import { FilesError } from '../files-error.js';
import { encodeReferences, MAX_REFERENCES, type Reference, sizeOf } from '../references.js';
import type { ChecksumName, ContentPlace, StoredContent } from '../stored-content.js';
import { nameChunk, PIECE_LENGTH, sealChunk } from './chunk.js';
import type { ChunkPlace, ChunkStore, NewChunk } from './chunk-store.js';

/** Content of so many bytes lies in the payload of its entry. */
export const INLINE_LENGTH = 4096;
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
  readonly sums?: readonly ChecksumName[];
  readonly maxBytes?: number;
  /** MD5 of the content, of whoever has made it already. */
  readonly md5?: () => Uint8Array;
}

/** @throws FilesError FILE_TOO_LARGE, FILES_FAILED; what `bytes` throws. */
export async function writeContent(
  bytes: AsyncIterable<Uint8Array>,
  options: ContentWriterOptions,
): Promise<StoredContent> {
  const { secret, sums = [], maxBytes = Infinity, md5 } = options;
  const sha256 = createHash('sha256');
  const ownMd5 = md5 === undefined ? createHash('md5') : null;
  const checksums = sums.map((name) => [name, startChecksum(name)] as const);
  const sink = new PieceSink(options);
  const pieces = new Pieces();
  let size = 0;
  for await (const some of bytes) {
    size += some.length;
    if (size > maxBytes)
      throw new FilesError('FILE_TOO_LARGE', `it is more than ${maxBytes} bytes`);
    sha256.update(some);
    ownMd5?.update(some);
    for (const [, checksum] of checksums) checksum.update(some);
    for (const piece of pieces.take(some)) await sink.add(0, piece);
  }
  const rest = pieces.rest();
  const inline = size <= INLINE_LENGTH;
  if (!inline && rest.length > 0) await sink.add(0, rest);
  return {
    size,
    sha256: sha256.digest(),
    md5: ownMd5 === null ? (md5?.() ?? new Uint8Array(0)) : ownMd5.digest(),
    sums: Object.fromEntries(checksums.map(([name, sum]) => [name, toBase64(sum.digest())])),
    place: inline ? { inline: rest } : { refs: await sink.finish() },
    subject: secret.subject,
    secretRow: secret.secretRow,
  };
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

/** Pieces of one length, whatever comes. */
class Pieces {
  #buffer = Buffer.allocUnsafeSlow(PIECE_LENGTH);
  #length = 0;

  *take(bytes: Uint8Array): Generator<Uint8Array> {
    for (let at = 0; at < bytes.length;) {
      const some = bytes.subarray(at, at + PIECE_LENGTH - this.#length);
      this.#buffer.set(some, this.#length);
      this.#length += some.length;
      at += some.length;
      if (this.#length < PIECE_LENGTH) continue;
      const piece = this.#buffer;
      // A new one each time: the one before waits to be sealed.
      this.#buffer = Buffer.allocUnsafeSlow(PIECE_LENGTH);
      this.#length = 0;
      yield piece;
    }
  }

  rest(): Uint8Array {
    return new Uint8Array(this.#buffer.subarray(0, this.#length));
  }
}

class PieceSink {
  readonly #options: Pick<ContentWriterOptions, 'chunks' | 'place' | 'secret'>;
  /** References that no chunk holds yet, by level. */
  readonly #levels: Reference[][] = [];
  #batch: NewChunk[] = [];
  #writing: Promise<void> = Promise.resolve();

  constructor(options: Pick<ContentWriterOptions, 'chunks' | 'place' | 'secret'>) {
    this.#options = options;
  }

  async add(level: number, piece: Uint8Array, size = piece.length): Promise<void> {
    const name = nameChunk(this.#options.secret.filesSecret, level, piece);
    const reference = { level, size, ...name };
    this.#batch.push({
      ...{ address: name.address, block: () => sealChunk(name, piece) },
      ...(level === 0 && { reference }),
    });
    if (this.#batch.length >= BATCH) await this.#flush();
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
    const left = (): Reference[] => this.#levels.flatMap((references) => references ?? []);
    // Of the highest level first: that is their order.
    for (let level = 0; left().length > MAX_REFERENCES; level++) {
      const waiting = this.#levels[level] ?? [];
      this.#levels[level] = [];
      if (waiting.length > 0) await this.#fold(level, waiting);
    }
    await this.#flush();
    await this.#writing;
    return this.#levels.toReversed().flatMap((references) => references ?? []);
  }

  #fold(level: number, references: readonly Reference[]): Promise<void> {
    return this.add(level + 1, encodeReferences(references), sizeOf(references));
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
