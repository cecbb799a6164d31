/**
 * The engine of the views in a thread of its own: opening blocks and indexing what is in them would else
 * hold up commits. Started with the first call; one that has ended fails every call that waits, and is
 * started again by who follows.
 */
import { Worker } from 'node:worker_threads';
import type { TreeSize, UnixMillis } from '../base/brand.js';
import { assert } from '../base/errors.js';
import { type EngineMethod, isAnswer, postCall } from './internal/engine-call.js';
import type {
  IndexedRecords,
  RecordsToIndex,
  RecordsToOpen,
  SharedQuery,
  SharedValue,
  SubjectPage,
  SubjectQuery,
} from './search-query.js';
import type {
  Engine,
  FoundRows,
  MadeMap,
  PersonInMap,
  ViewPosition,
  ViewSource,
} from './view-engine.js';
import type { ViewCount, ViewQuery } from './view-query.js';
import { ViewsError } from './views-error.js';

const ENTRY = new URL('./view-worker.js', import.meta.url);

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (cause: unknown) => void;
}

export class WorkerViews implements Engine {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #ended: ViewsError | null = null;

  /** @param entry the thread's program; tests, which run from source, name the built one. */
  constructor(directory: string, entry: URL = ENTRY) {
    this.#worker = new Worker(entry, { workerData: { directory } });
    let cause: unknown = new Error('the thread of the views ended');
    this.#worker.on('message', (message: unknown) => {
      assert(isAnswer(message), 'threads send each other answers');
      const waiting = this.#take(message.id);
      if ('failure' in message) waiting?.reject(failed(message.failure));
      else waiting?.resolve(message.result as never);
    });
    this.#worker.on('error', (error) => {
      cause = error;
    });
    this.#worker.once('exit', () => {
      this.#ended = failed('its thread ended', cause);
      for (const id of [...this.#waiting.keys()]) this.#take(id)?.reject(this.#ended);
    });
  }

  attach(source: ViewSource): Promise<ViewPosition> {
    return this.#call('attach', [source]);
  }

  apply(log: number, blocks: readonly Uint8Array[]): Promise<ViewPosition> {
    return this.#call('apply', [log, blocks]);
  }

  clear(log: number): Promise<void> {
    return this.#call('clear', [log]);
  }

  sizeAt(log: number, instant: UnixMillis): Promise<TreeSize> {
    return this.#call('sizeAt', [log, instant]);
  }

  find(log: number, query: ViewQuery): Promise<FoundRows> {
    return this.#call('find', [log, query]);
  }

  count(log: number, query: Omit<ViewQuery, 'limit' | 'isReversed'>): Promise<ViewCount> {
    return this.#call('count', [log, query]);
  }

  madeMap(log: number): Promise<MadeMap | null> {
    return this.#call('madeMap', [log]);
  }

  isMapBehind(log: number, size: TreeSize): Promise<boolean> {
    return this.#call('isMapBehind', [log, size]);
  }

  makeMap(log: number, size: TreeSize): Promise<MadeMap> {
    return this.#call('makeMap', [log, size]);
  }

  person(log: number, tag: Uint8Array): Promise<PersonInMap & { readonly made: MadeMap }> {
    return this.#call('person', [log, tag]);
  }

  attachSearch(log: number, key: Uint8Array): Promise<TreeSize> {
    return this.#call('attachSearch', [log, key]);
  }

  toIndex(log: number, types: readonly string[], to: TreeSize): Promise<RecordsToIndex> {
    return this.#call('toIndex', [log, types, to]);
  }

  index(log: number, records: RecordsToOpen): Promise<IndexedRecords> {
    return this.#call('index', [log, records]);
  }

  searchSubjects(log: number, query: SubjectQuery): Promise<SubjectPage | null> {
    return this.#call('searchSubjects', [log, query]);
  }

  sharedValues(log: number, query: SharedQuery): Promise<readonly SharedValue[] | null> {
    return this.#call('sharedValues', [log, query]);
  }

  async close(): Promise<void> {
    if (this.#ended === null) await this.#call('close', []);
    await this.#worker.terminate();
  }

  #call<T>(method: EngineMethod, args: readonly unknown[]): Promise<T> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    const id = ++this.#lastId;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      postCall(this.#worker, { id, method, args });
    });
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }
}

function failed(reason: string, cause?: unknown): ViewsError {
  return new ViewsError('VIEW_FAILED', `the views cannot be used: ${reason}`, { cause });
}
