/**
 * The views of all logs of a node, in the thread that owns their store: takes sealed blocks in the order
 * of each log, and answers from what it has made of them. See `worker-views.ts` for the other side.
 */
import type { LeafIndex, TreeSize, UnixMillis } from '../base/brand.js';
import { ByteReader, ByteWriter } from '../base/byte-codec.js';
import { assert } from '../base/errors.js';
import { Turns } from '../base/turns.js';
import { RowDb } from '../ledger/row-db.js';
import { openBlock } from '../records/block.js';
import { packRows } from './internal/entry-row.js';
import { type MadeMap, PersonMap, type PersonInMap } from './internal/person-maps.js';
import {
  decodePosition,
  encodePosition,
  NOTHING_VIEWED,
  project,
  type ViewPosition,
} from './internal/projection.js';
import { SearchIndex } from './internal/search-index.js';
import { countEntries, findEntries } from './internal/search.js';
import { searchSubjects, sharedValues } from './internal/subject-search.js';
import {
  FORMAT_KEY,
  indexOf,
  logRange,
  positionKey,
  timeRange,
  type ViewRow,
} from './internal/view-keys.js';
import type {
  IndexedRecords,
  RecordsToIndex,
  RecordsToOpen,
  SharedQuery,
  SharedValue,
  SubjectPage,
  SubjectQuery,
} from './search-query.js';
import type { ViewCount, ViewQuery } from './view-query.js';

export type { MadeMap, PersonInMap } from './internal/person-maps.js';
export type { MapEntryAt, ViewPosition } from './internal/projection.js';

/** A log that a view is of. */
export interface ViewSource {
  readonly log: number;
  /** Hypercore key and the tenant's block key, 32 bytes each. */
  readonly coreKey: Uint8Array;
  readonly blockKey: Uint8Array;
}

export interface FoundRows {
  /** As `unpackRows` reads them. */
  readonly rows: Uint8Array;
  readonly next: LeafIndex | null;
  readonly examined: number;
}

/** Everything that can be asked of the engine, from its own thread or from another. */
export interface Engine {
  /** @returns how far the view of the log has come. */
  attach(source: ViewSource): Promise<ViewPosition>;
  /** The next blocks of a log, in order; those before may still be on the way. */
  apply(log: number, blocks: readonly Uint8Array[]): Promise<ViewPosition>;
  /** Forgets the view of a log, so that it can be made again. */
  clear(log: number): Promise<void>;
  /** How many entries had been recorded at or before an instant. */
  sizeAt(log: number, instant: UnixMillis): Promise<TreeSize>;
  find(log: number, query: ViewQuery): Promise<FoundRows>;
  count(log: number, query: Omit<ViewQuery, 'limit' | 'isReversed'>): Promise<ViewCount>;
  madeMap(log: number): Promise<MadeMap | null>;
  isMapBehind(log: number, size: TreeSize): Promise<boolean>;
  /** The map of all entries below `size`, which must be in the view. */
  makeMap(log: number, size: TreeSize): Promise<MadeMap>;
  person(log: number, tag: Uint8Array): Promise<PersonInMap & { readonly made: MadeMap }>;
  /** The search index of a log, made with this key. @returns how far it has come. */
  attachSearch(log: number, key: Uint8Array): Promise<TreeSize>;
  /** The next records of these types that are below `to`, and not in the search index. */
  toIndex(log: number, types: readonly string[], to: TreeSize): Promise<RecordsToIndex>;
  /** Indexes what `toIndex` gave; without those whose secrets have been destroyed. */
  index(log: number, records: RecordsToOpen): Promise<IndexedRecords>;
  /** Null where the index is made with another key, or has not come so far. */
  searchSubjects(log: number, query: SubjectQuery): Promise<SubjectPage | null>;
  /** As `searchSubjects`. */
  sharedValues(log: number, query: SharedQuery): Promise<readonly SharedValue[] | null>;
  close(): Promise<void>;
}

/** Of the rows. Another format is made again, never read. */
export const VIEW_FORMAT = 2;

interface ViewedLog {
  readonly source: ViewSource;
  /** What is in the store. */
  position: ViewPosition;
  /** Where the last blocks that were given end: their rows may still be on the way into the store. */
  given: ViewPosition;
  readonly map: PersonMap;
  readonly search: SearchIndex;
  /** What writes, and what must not see half of it. */
  readonly turns: Turns;
}

export class ViewEngine implements Engine {
  readonly #db: RowDb;
  readonly #logs = new Map<number, ViewedLog>();

  private constructor(db: RowDb) {
    this.#db = db;
  }

  /** @throws what RocksDB says; then the directory can be removed, and the views made again. */
  static async open(directory: string): Promise<ViewEngine> {
    const db = await RowDb.open(directory);
    try {
      await claim(db);
    } catch (cause) {
      // Or the directory stays locked, and cannot be made again.
      await db.close();
      throw cause;
    }
    return new ViewEngine(db);
  }

  async attach(source: ViewSource): Promise<ViewPosition> {
    const known = this.#logs.get(source.log);
    if (known !== undefined) return known.position;
    const row = await this.#db.get(positionKey(source.log));
    const position = row === null ? NOTHING_VIEWED : decodePosition(row);
    const map = new PersonMap(this.#db, source.log);
    const search = new SearchIndex(this.#db, source.log);
    const viewed = { source, position, given: position, map, search, turns: new Turns() };
    this.#logs.set(source.log, viewed);
    return position;
  }

  async apply(log: number, blocks: readonly Uint8Array[]): Promise<ViewPosition> {
    const viewed = this.#log(log);
    // Outside the turn: rows are made while RocksDB takes those before.
    const before = viewed.given;
    const { rows, position } = rowsOf(viewed.source, before, blocks);
    viewed.given = position;
    return viewed.turns.take(async () => {
      if (viewed.position !== before) throw new Error('what came before is not in the view');
      // One batch: a crash leaves a view that is behind by whole blocks.
      await this.#db.write({ put: rows });
      viewed.position = position;
      return position;
    });
  }

  clear(log: number): Promise<void> {
    const viewed = this.#log(log);
    return viewed.turns.take(async () => {
      await this.#db.clear(logRange(log));
      viewed.map.forget();
      viewed.search.forget();
      viewed.position = NOTHING_VIEWED;
      viewed.given = NOTHING_VIEWED;
    });
  }

  async sizeAt(log: number, instant: UnixMillis): Promise<TreeSize> {
    // Nothing is recorded before 1970, and no key says so.
    if (instant < 0) return 0 as TreeSize;
    const last = this.#db.rows(timeRange(log, instant), { limit: 1, reverse: true });
    for await (const [key] of last) return indexOf(key) as TreeSize;
    return 0 as TreeSize;
  }

  async find(log: number, query: ViewQuery): Promise<FoundRows> {
    const { rows, ...page } = await findEntries(this.#db, log, query);
    return { ...page, rows: packRows(rows) };
  }

  count(log: number, query: Omit<ViewQuery, 'limit' | 'isReversed'>): Promise<ViewCount> {
    return countEntries(this.#db, log, query);
  }

  madeMap(log: number): Promise<MadeMap | null> {
    const { map, turns } = this.#log(log);
    return turns.take(() => map.made());
  }

  isMapBehind(log: number, size: TreeSize): Promise<boolean> {
    const { map, turns } = this.#log(log);
    return turns.take(() => map.isBehind(size));
  }

  makeMap(log: number, size: TreeSize): Promise<MadeMap> {
    const viewed = this.#log(log);
    return viewed.turns.take(() => {
      assert(size <= viewed.position.size, 'a map is made of entries that are in the view');
      return viewed.map.make(size);
    });
  }

  person(log: number, tag: Uint8Array): Promise<PersonInMap & { readonly made: MadeMap }> {
    const { map, turns } = this.#log(log);
    return turns.take(async () => {
      const made = await map.made();
      assert(made !== null, 'a map is made before it is asked');
      return { ...(await map.find(tag)), made };
    });
  }

  attachSearch(log: number, key: Uint8Array): Promise<TreeSize> {
    const { search, turns } = this.#log(log);
    return turns.take(() => search.attach(key));
  }

  toIndex(log: number, types: readonly string[], to: TreeSize): Promise<RecordsToIndex> {
    return this.#log(log).search.wanted(types, to);
  }

  index(log: number, records: RecordsToOpen): Promise<IndexedRecords> {
    const { search, turns } = this.#log(log);
    return turns.take(() => search.add(records));
  }

  async searchSubjects(log: number, query: SubjectQuery): Promise<SubjectPage | null> {
    const { search } = this.#log(log);
    if (!search.covers(query.keyId, query.to)) return null;
    const page = await searchSubjects(this.#db, log, query);
    // Or it was forgotten while it was asked.
    return search.covers(query.keyId, query.to) ? page : null;
  }

  async sharedValues(log: number, query: SharedQuery): Promise<readonly SharedValue[] | null> {
    const { search } = this.#log(log);
    if (!search.covers(query.keyId, query.to)) return null;
    const shared = await sharedValues(this.#db, log, query);
    return search.covers(query.keyId, query.to) ? shared : null;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#logs.values()].map(({ turns }) => turns.take(() => nothing())));
    await this.#db.close();
  }

  #log(log: number): ViewedLog {
    const viewed = this.#logs.get(log);
    assert(viewed !== undefined, 'a log is attached before it is asked for');
    return viewed;
  }
}

/** @throws as `openBlock`. */
function rowsOf(
  { log, coreKey, blockKey }: ViewSource,
  before: ViewPosition,
  blocks: readonly Uint8Array[],
): { rows: readonly ViewRow[]; position: ViewPosition } {
  const rows: ViewRow[] = [];
  let position = before;
  for (const block of blocks) {
    const bundle = openBlock(block, blockKey, { coreKey, blockNumber: position.blocks });
    assert(
      (bundle.firstIndex as number) === position.size,
      'a view is given the blocks of its log in order',
    );
    position = project(log, position, bundle, rows);
  }
  rows.push([positionKey(log), encodePosition(position)]);
  return { rows, position };
}

/** @throws Error for a store that this version did not make. */
async function claim(db: RowDb): Promise<void> {
  const format = await db.get(FORMAT_KEY);
  if (format !== null) {
    if (new ByteReader(format).u32() !== VIEW_FORMAT)
      throw new Error('the views have another format');
    return;
  }
  if (!(await db.isEmpty())) throw new Error('what lies in the place of the views is none');
  await db.write({ put: [[FORMAT_KEY, formatRow()]] });
}

function nothing(): Promise<void> {
  return Promise.resolve();
}

function formatRow(): Uint8Array {
  const writer = new ByteWriter(4);
  writer.u32(VIEW_FORMAT);
  return writer.finish();
}

/** In the thread that asks: for tests, and for hosts with a single core. */
export function openViewEngine(directory: string): Promise<Engine> {
  return ViewEngine.open(directory);
}
