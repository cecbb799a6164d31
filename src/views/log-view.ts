/**
 * Reading the view of one log: entries by what they are about, up to a size. Holding it gives no way to
 * write. What is asked of a size that the view has not reached waits for it, but not for ever.
 */
import type { TreeSize, UnixMillis } from '../base/brand.js';
import { digestFromHex, type HexDigest } from '../base/hex-digest.js';
import type { LogReader } from '../ledger/log-reader.js';
import type { ListItem } from '../tlog/person-list.js';
import type { MapProof } from '../tlog/sparse-map-proof.js';
import { type EntryRow, unpackRows, type ViewedEntry } from './internal/entry-row.js';
import type { SharedQuery, SharedValue, SubjectPage, SubjectQuery } from './search-query.js';
import type { Engine, MadeMap, MapEntryAt, ViewPosition } from './view-engine.js';
import type { ViewCount, ViewPage, ViewQuery } from './view-query.js';
import { ViewsError } from './views-error.js';

export type { ViewedEntry } from './internal/entry-row.js';

/** Long enough for what was written just now, while nothing much is written. */
const A_MOMENT_MILLIS = 250;

/** Whoever brings the view up to its log. */
export interface ViewProgress {
  /** How far it has come. */
  readonly position: ViewPosition;
  /** Resolves when entries below `size` are in the view. @throws ViewsError VIEW_BEHIND, VIEW_FAILED. */
  reached(size: TreeSize, patienceMillis?: number): Promise<void>;
}

/** Whoever brings the search index up to the view. */
export interface SearchProgress {
  /** @throws ViewsError VIEW_BEHIND, VIEW_FAILED. */
  reached(size: TreeSize): Promise<void>;
  /** @throws ViewsError VIEW_BEHIND, VIEW_FAILED. */
  key(size: TreeSize): Promise<SearchKey>;
}

/** What search tags are made with now. */
export interface SearchKey {
  /** Of the vault that it comes from. */
  readonly generation: number;
  /** 32 bytes, secret. */
  readonly key: Uint8Array;
}

export class LogView {
  readonly reader: LogReader;
  readonly #engine: Engine;
  readonly #progress: ViewProgress;
  readonly #search: SearchProgress | null;

  /** @param search null where nothing is indexed for it. */
  constructor(
    reader: LogReader,
    engine: Engine,
    progress: ViewProgress,
    search: SearchProgress | null,
  ) {
    this.reader = reader;
    this.#engine = engine;
    this.#progress = progress;
    this.#search = search;
  }

  /** Entries below it are in the view. */
  get size(): TreeSize {
    return this.#progress.position.size;
  }

  /** The newest map entry in the view. */
  get mapEntry(): MapEntryAt | null {
    return this.#progress.position.mapEntry;
  }

  /** @throws ViewsError VIEW_BEHIND, VIEW_FAILED. */
  reached(size: TreeSize): Promise<void> {
    return this.#progress.reached(size);
  }

  /** As `reached`, of what is found by search tags. @throws ViewsError VIEW_BEHIND, VIEW_FAILED. */
  async indexed(size: TreeSize): Promise<void> {
    await this.reached(size);
    await this.#search?.reached(size);
  }

  /** The key for one question, when entries below `size` can be found. @throws as `indexed`. */
  async searchKey(size: TreeSize): Promise<SearchKey> {
    await this.reached(size);
    if (this.#search === null)
      throw new ViewsError('VIEW_FAILED', 'these views have no search index: nothing is found');
    return this.#search.key(size);
  }

  /** @throws ViewsError VIEW_BEHIND where a secret has been destroyed since the key was asked for. */
  async searchSubjects(query: SubjectQuery): Promise<SubjectPage> {
    return whileKeyIsGood(await this.#engine.searchSubjects(this.reader.number, query));
  }

  /** @throws as `searchSubjects`. */
  async sharedValues(query: SharedQuery): Promise<readonly SharedValue[]> {
    return whileKeyIsGood(await this.#engine.sharedValues(this.reader.number, query));
  }

  /** Waits a moment for the log's head, and makes do with what is there. @throws ViewsError VIEW_FAILED. */
  async newest(): Promise<TreeSize> {
    const { size } = this.reader.head;
    try {
      await this.#progress.reached(size, A_MOMENT_MILLIS);
      return size;
    } catch (cause) {
      if (cause instanceof ViewsError && cause.code === 'VIEW_BEHIND') return this.size;
      throw cause;
    }
  }

  /** How many entries of the view had been recorded at or before an instant. */
  sizeAt(instant: UnixMillis): Promise<TreeSize> {
    return this.#engine.sizeAt(this.reader.number, instant);
  }

  async find(query: ViewQuery): Promise<ViewPage<ViewedEntry>> {
    const { rows, next, examined } = await this.#engine.find(this.reader.number, query);
    const entries = await Promise.all(unpackRows(rows).map((row) => this.#complete(row)));
    return { entries, next, examined };
  }

  count(query: Omit<ViewQuery, 'limit' | 'isReversed'>): Promise<ViewCount> {
    return this.#engine.count(this.reader.number, query);
  }

  /** The newest map that was made, whether the log says so yet or not. */
  madeMap(): Promise<MadeMap | null> {
    return this.#engine.madeMap(this.reader.number);
  }

  /** Whether an entry below `size` is about somebody and in no map. */
  isMapBehind(size: TreeSize): Promise<boolean> {
    return this.#engine.isMapBehind(this.reader.number, size);
  }

  /** The map of all entries below `size`, which must be in the view. */
  makeMap(size: TreeSize): Promise<MadeMap> {
    return this.#engine.makeMap(this.reader.number, size);
  }

  /** What the newest map says of a tag. */
  person(tag: HexDigest): Promise<{ made: MadeMap; map: MapProof; list: readonly ListItem[] }> {
    return this.#engine.person(this.reader.number, digestFromHex(tag));
  }

  async #complete({ hasParts, ...entry }: EntryRow): Promise<ViewedEntry> {
    return hasParts ? entry : this.reader.entry(entry.index);
  }
}

function whileKeyIsGood<T>(answer: T | null): T {
  if (answer === null)
    throw new ViewsError(
      'VIEW_BEHIND',
      'the search index is made again, because something was forgotten: try again in a moment',
    );
  return answer;
}
