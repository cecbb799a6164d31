/**
 * An engine that tells when it fails. RocksDB finds some damage only when the rows are read, long after
 * opening; whoever asks then gets one operating error, and whoever owns the views hears of it.
 */
import type { TreeSize, UnixMillis } from '../../base/brand.js';
import type {
  IndexedRecords,
  RecordsToIndex,
  RecordsToOpen,
  SharedQuery,
  SharedValue,
  SubjectPage,
  SubjectQuery,
} from '../search-query.js';
import type {
  Engine,
  FoundRows,
  MadeMap,
  PersonInMap,
  ViewPosition,
  ViewSource,
} from '../view-engine.js';
import type { ViewCount, ViewQuery } from '../view-query.js';
import { ViewsError } from '../views-error.js';

export class WatchedEngine implements Engine {
  readonly #engine: Engine;
  readonly #onFailure: (cause: unknown) => void;
  #isClosing = false;

  constructor(engine: Engine, onFailure: (cause: unknown) => void) {
    this.#engine = engine;
    this.#onFailure = onFailure;
  }

  attach(source: ViewSource): Promise<ViewPosition> {
    return this.#watch((engine) => engine.attach(source));
  }

  apply(log: number, blocks: readonly Uint8Array[]): Promise<ViewPosition> {
    return this.#watch((engine) => engine.apply(log, blocks));
  }

  clear(log: number): Promise<void> {
    return this.#watch((engine) => engine.clear(log));
  }

  sizeAt(log: number, instant: UnixMillis): Promise<TreeSize> {
    return this.#watch((engine) => engine.sizeAt(log, instant));
  }

  find(log: number, query: ViewQuery): Promise<FoundRows> {
    return this.#watch((engine) => engine.find(log, query));
  }

  count(log: number, query: Omit<ViewQuery, 'limit' | 'isReversed'>): Promise<ViewCount> {
    return this.#watch((engine) => engine.count(log, query));
  }

  madeMap(log: number): Promise<MadeMap | null> {
    return this.#watch((engine) => engine.madeMap(log));
  }

  isMapBehind(log: number, size: TreeSize): Promise<boolean> {
    return this.#watch((engine) => engine.isMapBehind(log, size));
  }

  makeMap(log: number, size: TreeSize): Promise<MadeMap> {
    return this.#watch((engine) => engine.makeMap(log, size));
  }

  person(log: number, tag: Uint8Array): Promise<PersonInMap & { readonly made: MadeMap }> {
    return this.#watch((engine) => engine.person(log, tag));
  }

  attachSearch(log: number, key: Uint8Array): Promise<TreeSize> {
    return this.#watch((engine) => engine.attachSearch(log, key));
  }

  toIndex(log: number, types: readonly string[], to: TreeSize): Promise<RecordsToIndex> {
    return this.#watch((engine) => engine.toIndex(log, types, to));
  }

  index(log: number, records: RecordsToOpen): Promise<IndexedRecords> {
    return this.#watch((engine) => engine.index(log, records));
  }

  searchSubjects(log: number, query: SubjectQuery): Promise<SubjectPage | null> {
    return this.#watch((engine) => engine.searchSubjects(log, query));
  }

  sharedValues(log: number, query: SharedQuery): Promise<readonly SharedValue[] | null> {
    return this.#watch((engine) => engine.sharedValues(log, query));
  }

  close(): Promise<void> {
    // What is cut off by closing is no failure.
    this.#isClosing = true;
    return this.#engine.close();
  }

  async #watch<T>(ask: (engine: Engine) => Promise<T>): Promise<T> {
    try {
      return await ask(this.#engine);
    } catch (cause) {
      if (!this.#isClosing) this.#onFailure(cause);
      throw cause instanceof ViewsError
        ? cause
        : new ViewsError('VIEW_FAILED', 'the views cannot be read: they are made again', { cause });
    }
  }
}
