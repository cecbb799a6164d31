/**
 * Where the chunks of a node are: in Hypercores of their own (`files/blobs/`), found by an index (`files/index/`) that is made
 * again from them where it is missing or behind. Chunks of one address are one chunk, whoever stored it.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { equalBytes, fromHex } from '../../base/bytes.js';
import { hmacSha256 } from '../../base/hash.js';
import type { RandomSource } from '../../base/random.js';
import { Turns } from '../../base/turns.js';
import type { DurableFileSystem } from '../../keys/durable-file.js';
import { keyPairOf } from '../../keys/key-pair.js';
import { type BlobCore, BlobCores, type TakenContent } from '../../ledger/blob-cores.js';
import { LedgerError } from '../../ledger/ledger-error.js';
import { type Row, RowDb } from '../../ledger/row-db.js';
import { FilesError } from '../files-error.js';
import type { Reference } from '../references.js';
import { type BlobLogRecord, BlobLogBook } from './blob-log-book.js';
import { chunkRow, reachedKey, reachedRow, readPlace, readReached } from './chunk-rows.js';
import { addressIn, isChunk } from './chunk.js';

/** A chunk that is to be stored. */
export interface NewChunk {
  readonly address: Uint8Array;
  /** The same bytes each time. */
  readonly block: () => Uint8Array;
  /** What leads to it, of a piece of content. */
  readonly reference?: Reference;
}

/** Whose Hypercore it goes to. Handles. */
export interface ChunkPlace {
  readonly tenant: string;
  readonly ledger: string;
}

export interface ChunkStoreOptions {
  /** `files/` of the data directory. */
  readonly directory: string;
  readonly random: RandomSource;
  readonly files: DurableFileSystem;
  /** Of a tenant, by its handle, 32 bytes: what the keys of Hypercores are made of. */
  readonly filesKey: (tenant: string) => Uint8Array;
}

export class ChunkStore {
  readonly #options: ChunkStoreOptions;
  readonly #cores: BlobCores;
  readonly #index: RowDb;
  readonly #book: BlobLogBook;
  /** Open Hypercores, by number. */
  readonly #open = new Map<number, Promise<BlobCore>>();
  /** Of each ledger: the one that is written. */
  readonly #writing = new Map<string, Promise<BlobLogRecord>>();
  readonly #appending = new Map<number, Turns>();
  #failure: FilesError | null = null;

  private constructor(
    options: ChunkStoreOptions,
    parts: { cores: BlobCores; index: RowDb; book: BlobLogBook },
  ) {
    this.#options = options;
    this.#cores = parts.cores;
    this.#index = parts.index;
    this.#book = parts.book;
  }

  /** @throws LedgerError LEDGER_LOCKED, LEDGER_DAMAGED; FilesError FILES_DAMAGED, FILES_FORMAT_NEWER. */
  static async open(options: ChunkStoreOptions): Promise<ChunkStore> {
    const { directory, random, files } = options;
    const cores = await BlobCores.open(join(directory, 'blobs'), files);
    try {
      const book = await BlobLogBook.open(directory, random, files);
      const index = await openIndex(join(directory, 'index'));
      const store = new ChunkStore(options, { cores, index, book });
      for (const record of book.all()) await store.#catchUp(record);
      return store;
    } catch (cause) {
      await cores.close();
      throw cause;
    }
  }

  /**
   * Stores those that are not there. Written when it returns, durable after `sync`.
   * @throws FilesError FILES_FAILED, then and ever after.
   */
  async put(place: ChunkPlace, chunks: readonly NewChunk[]): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    const lacking = await this.#lacking(chunks);
    if (lacking.length === 0) return;
    const blocks = lacking.map(({ block }) => block());
    try {
      const record = await this.#recordFor(place);
      const core = await this.#coreOf(record);
      await this.#turnsOf(record).take(async () => {
        // A crash before `sync` leaves some of them, of which nobody says anything.
        const first = await core.append(blocks);
        const rows = lacking.map(({ address }, n) => chunkRow(address, record.number, first + n));
        // A crash in between leaves an index that is behind: the next opening reads on from where it ends.
        await this.#index.write({ put: [...rows, reachedRow(record.number, core.length)] });
      });
    } catch (cause) {
      throw this.#fail(cause);
    }
  }

  /** All that was put before is on disk when it returns. @throws FilesError FILES_FAILED, then and ever after. */
  async sync(): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    try {
      await this.#cores.sync();
    } catch (cause) {
      throw this.#fail(cause);
    }
  }

  /**
   * The chunk of an address as it is stored; null if it is not there, cannot be read, or something else lies in its place.
   * @param tenant handle: those of others are not there.
   */
  async get(address: Uint8Array, tenant?: string): Promise<Uint8Array | null> {
    const place = await this.#placeOf(address);
    if (place === null || (tenant !== undefined && place.record.tenant !== tenant)) return null;
    const stored = await readOrNull(await this.#coreOf(place.record), place.block);
    return stored !== null && isChunk(stored, address) ? stored : null;
  }

  /** Whether it was stored: nothing is read. */
  async has(address: Uint8Array): Promise<boolean> {
    return (await this.#index.get(address)) !== null;
  }

  /** All that was put before, on disk, for a copy of it: what comes meanwhile is not in it. @throws FilesError FILES_FAILED. */
  async taken(): Promise<readonly TakenContent[]> {
    const taken: TakenContent[] = [];
    for (const record of this.#book.all()) {
      const { id, tenant, ledger } = record;
      // Most were closed, and need not be opened for it.
      const length = record.closedAt ?? (await this.#coreOf(record)).length;
      const block = async (number: number): Promise<Uint8Array | null> =>
        readOrNull(await this.#coreOf(record), number);
      if (length > 0) taken.push({ id, tenant, ledger, length, block });
    }
    // A power cut must not take from here what a copy has.
    await this.sync();
    return taken;
  }

  /** What is on disk then may be gone on with the next time. */
  async close(): Promise<void> {
    try {
      if (this.#failure === null) {
        await this.#cores.sync();
        // What is on disk up to here may be gone on with; a crash before leaves Hypercores that are not written again.
        for (const writing of this.#writing.values()) {
          const record = await writing;
          const core = await this.#coreOf(record);
          if (core.length > 0) await this.#book.close(record, core.length);
        }
      }
    } finally {
      await this.#index.close();
      await this.#cores.close();
    }
  }

  async #placeOf(address: Uint8Array): Promise<{ record: BlobLogRecord; block: number } | null> {
    const value = await this.#index.get(address);
    if (value === null) return null;
    const { number, block } = readPlace(value);
    const record = this.#book.numbered(number);
    return record === undefined ? null : { record, block };
  }

  /**
   * One that is named twice in a batch is stored once. One that is there is compared: what refers to it rests on it, and the
   * index may be ahead of what a power cut has left.
   */
  async #lacking(chunks: readonly NewChunk[]): Promise<NewChunk[]> {
    const distinct = [
      ...new Map(chunks.map((chunk) => [keyOf(chunk.address), chunk] as const)).values(),
    ];
    const there = await this.#index.getMany(distinct.map(({ address }) => address));
    const lacking: NewChunk[] = [];
    for (const [n, chunk] of distinct.entries()) {
      const stored = (there[n] ?? null) === null ? null : await this.get(chunk.address);
      if (stored === null || !equalBytes(stored, chunk.block())) lacking.push(chunk);
    }
    return lacking;
  }

  #recordFor({ tenant, ledger }: ChunkPlace): Promise<BlobLogRecord> {
    const known = this.#writing.get(ledger);
    if (known !== undefined) return known;
    const finding = this.#findOrBegin(tenant, ledger);
    this.#writing.set(ledger, finding);
    void finding.catch(() => this.#writing.delete(ledger));
    return finding;
  }

  async #findOrBegin(tenant: string, ledger: string): Promise<BlobLogRecord> {
    for (const record of this.#book.all()) {
      if (record.ledger !== ledger || record.closedAt === undefined) continue;
      const core = await this.#coreOf(record);
      if (core.length === record.closedAt) return this.#book.reopen(record);
    }
    return this.#book.begin(tenant, ledger);
  }

  #coreOf(record: BlobLogRecord): Promise<BlobCore> {
    const known = this.#open.get(record.number);
    if (known !== undefined) return known;
    const seed = hmacSha256(this.#options.filesKey(record.tenant), fromHex(record.id));
    const opening = this.#cores.core(keyPairOf(seed));
    this.#open.set(record.number, opening);
    void opening.catch(() => this.#open.delete(record.number));
    return opening;
  }

  #turnsOf({ number }: BlobLogRecord): Turns {
    let turns = this.#appending.get(number);
    if (turns === undefined) this.#appending.set(number, (turns = new Turns()));
    return turns;
  }

  /** The index has every block that is there. */
  async #catchUp(record: BlobLogRecord): Promise<void> {
    const value = await this.#index.get(reachedKey(record.number));
    const from = value === null ? 0 : readReached(value);
    // Most are like this, and need not be opened for it.
    if (from === record.closedAt) return;
    const core = await this.#coreOf(record);
    for (let at = from; at < core.length; at += CATCH_UP) {
      const end = Math.min(at + CATCH_UP, core.length);
      const rows: Row[] = [];
      for (let n = at; n < end; n++) {
        const block = await readOrNull(core, n);
        const address = block === null ? null : addressIn(block);
        // What a power cut tore out of the end: nobody refers to it, or `files verify` says who does.
        if (address !== null) rows.push(chunkRow(address.slice(), record.number, n));
      }
      await this.#index.write({ put: [...rows, reachedRow(record.number, end)] });
    }
  }

  #fail(cause: unknown): FilesError {
    this.#failure ??= new FilesError(
      'FILES_FAILED',
      'content of files could not be written or synced: stop the node, look at the disk, and start it again',
      { cause },
    );
    return this.#failure;
  }
}

/** One that cannot be opened is made again: nobody else has it open, who would have the Hypercores. */
async function openIndex(directory: string): Promise<RowDb> {
  try {
    return await RowDb.open(directory, { isFrugal: true });
  } catch {
    // A crash in it leaves an index without rows, which is filled from the Hypercores.
    await rm(directory, { recursive: true, force: true });
    return RowDb.open(directory, { isFrugal: true });
  }
}

const CATCH_UP = 256;

/** What cannot be read is as good as gone: whoever has it stores it again, and `files verify` says who needs it. */
async function readOrNull(core: BlobCore, number: number): Promise<Uint8Array | null> {
  try {
    return await core.block(number);
  } catch (cause) {
    if (cause instanceof LedgerError && cause.code === 'LEDGER_DAMAGED') return null;
    throw cause;
  }
}

function keyOf(address: Uint8Array): string {
  return Buffer.from(address.buffer, address.byteOffset, address.byteLength).toString('latin1');
}
