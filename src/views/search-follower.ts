/**
 * Brings the search index of one log up to its view, and keeps it there. Records are opened in the thread
 * of the views; their secrets come from here, and are asked for only where a schema names what records of
 * the type are found by.
 */
import type { LeafIndex, TreeSize } from '../base/brand.js';
import type { Logger } from '../base/logger.js';
import type { LogReader } from '../ledger/log-reader.js';
import { rowIdOf } from '../records/sealing.js';
import type { OpenableRecord, RecordsToIndex } from './search-query.js';
import type { FindableTypes, SearchSource } from './search-source.js';
import { SizeWaiters } from './size-waiters.js';
import type { Engine } from './view-engine.js';
import { ViewsError } from './views-error.js';

export interface SearchFollowerOptions {
  readonly engine: Engine;
  readonly logger: Logger;
  readonly patienceMillis: number;
  /** How far the view has come. */
  readonly viewSize: () => TreeSize;
}

interface Attached {
  readonly generation: number;
  readonly key: Uint8Array;
}

export class SearchFollower {
  readonly #reader: LogReader;
  readonly #source: SearchSource;
  readonly #options: SearchFollowerOptions;
  readonly #stop = new AbortController();
  readonly #waiters = new SizeWaiters((size) => this.#behind(size));
  /** Null while nothing in the ledger is found by anything. */
  #attached: Attached | null = null;
  #size = 0 as TreeSize;
  #running: Promise<void> | null = null;
  #isAsked = false;
  #failure: ViewsError | null = null;

  constructor(reader: LogReader, source: SearchSource, options: SearchFollowerOptions) {
    this.#reader = reader;
    this.#source = source;
    this.#options = options;
  }

  /** There is more in the view, or something else may have changed. */
  wake(): void {
    this.#isAsked = true;
    if (this.#stop.signal.aborted || this.#failure !== null) return;
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
      // Asked for between the last look and here.
      if (this.#isAsked) this.wake();
    });
  }

  /**
   * Resolves when entries below `size` are in the index, or nothing is found by anything.
   * @throws ViewsError VIEW_BEHIND, VIEW_FAILED.
   */
  reached(size: TreeSize): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    if (this.#has(size)) return Promise.resolve();
    const reached = this.#waiters.wait(size, this.#options.patienceMillis);
    this.wake();
    return reached;
  }

  /**
   * The key that the index is made with, once entries below `size` are in it. It must be asked for anew
   * for each question: it changes when a secret is destroyed.
   *
   * @throws ViewsError VIEW_BEHIND, VIEW_FAILED.
   */
  async key(size: TreeSize): Promise<Attached> {
    await this.reached(size);
    if (this.#attached === null) {
      // What makes something findable may be newer than the last look.
      this.wake();
      await this.#running;
      await this.reached(size);
    }
    if (this.#attached === null) throw this.#behind(size);
    return this.#attached;
  }

  /** What is under way is finished. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    this.#waiters.stop();
  }

  #has(size: TreeSize): boolean {
    const isMeant =
      this.#attached === null || this.#attached.generation === this.#source.vault.generation;
    return isMeant && this.#size >= size;
  }

  async #run(): Promise<void> {
    try {
      while (this.#isAsked && !this.#stop.signal.aborted) {
        this.#isAsked = false;
        await this.#catchUp();
      }
    } catch (cause) {
      this.#isAsked = false;
      if (this.#stop.signal.aborted) return;
      this.#failure = new ViewsError(
        'VIEW_FAILED',
        'the search index of this ledger cannot go on: try later, restart the node, or rebuild the views',
        { cause },
      );
      this.#options.logger.error('search index failed', {
        log: this.#reader.origin,
        error: cause,
      });
      this.#waiters.fail(this.#failure);
    }
  }

  async #catchUp(): Promise<void> {
    // Before the fields: whatever is below it was entered under a schema that is known by now.
    const to = this.#options.viewSize();
    const types = await this.#source.findable();
    if (types.size === 0) {
      this.#moved(to);
      return;
    }
    while (!this.#stop.signal.aborted) {
      if (this.#attached?.generation !== this.#source.vault.generation) await this.#attach();
      if (this.#size >= to) return;
      await this.#add(types, to);
    }
  }

  async #attach(): Promise<void> {
    const { generation } = this.#source.vault;
    const key = this.#source.vault.searchKey();
    this.#size = await this.#options.engine.attachSearch(this.#reader.number, new Uint8Array(key));
    this.#attached = { generation, key };
    this.#moved(this.#size);
  }

  async #add(types: FindableTypes, to: TreeSize): Promise<void> {
    const { engine, logger } = this.#options;
    const { number, origin } = this.#reader;
    const wanted = await engine.toIndex(number, [...types.keys()], to);
    const records = await this.#openable(wanted);
    const met = [...new Set(wanted.records.map(({ type }) => type))];
    const fields = new Map(met.flatMap((type) => [...(types.get(type) ?? [])]));
    const { size, refused } = await engine.index(number, { records, size: wanted.size, fields });
    // `fsck` says what is wrong with them. Here nobody must miss the others.
    for (const index of refused) logger.error('record not indexed', { log: origin, index });
    this.#moved(size);
  }

  /** Without records whose secrets have been destroyed: they are not to be found. */
  async #openable({ records }: RecordsToIndex): Promise<OpenableRecord[]> {
    const openable: OpenableRecord[] = [];
    for (const { index, headerRow, payloadRow, hasParts } of records) {
      const parts = hasParts ? null : await this.#partsOf(index);
      const [header, payload] = parts === null ? [headerRow, payloadRow] : parts.map(rowIdOf);
      const [headerSecret, payloadSecret] = [
        await this.#secretOf(header),
        await this.#secretOf(payload),
      ];
      if (headerSecret === null || payloadSecret === null) continue;
      openable.push({ index, headerSecret, payloadSecret, parts });
    }
    return openable;
  }

  async #partsOf(index: LeafIndex): Promise<readonly Uint8Array[]> {
    const { sealedParts } = await this.#reader.entry(index);
    // Copies: another thread gets the whole buffer that they lie in.
    return sealedParts.slice(0, 2).map((part) => new Uint8Array(part));
  }

  async #secretOf(row: Uint8Array | undefined): Promise<Uint8Array | null> {
    if (row === undefined) return null;
    const found = await this.#source.vault.secretOfRow(row);
    return found === null ? null : new Uint8Array(found.secret);
  }

  #moved(size: TreeSize): void {
    this.#size = size;
    this.#waiters.release((wanted) => this.#has(wanted));
  }

  #behind(wanted: TreeSize): ViewsError {
    return new ViewsError(
      'VIEW_BEHIND',
      `the search index has come to ${this.#size} entries, ${wanted} are asked for: try again in a moment`,
    );
  }
}
