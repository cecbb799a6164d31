/** A RocksDB of what can be made again from the logs: views, and the index of epochs. Nothing in it is synced. */
import RocksDB from 'rocksdb-native';

export type Row = readonly [key: Uint8Array, value: Uint8Array];

export interface KeyRange {
  readonly gte: Uint8Array;
  readonly lt: Uint8Array;
}

export interface RowChanges {
  readonly put: readonly Row[];
  readonly remove?: readonly Uint8Array[];
}

interface RowsOptions {
  readonly limit?: number;
  readonly reverse?: boolean;
  /** Read in one round trip: no more than are wanted, where that is known. */
  readonly atOnce?: number;
}

interface RowDbOptions {
  /** Takes little memory, for what is seldom read: RocksDB's own defaults take 160 MiB and six threads. */
  readonly isFrugal?: boolean;
}

const FRUGAL = {
  writeBufferSize: 4 * 2 ** 20,
  blockCache: false,
  // RocksDB does not open without a cache what is to be in it.
  tableCacheIndexAndFilterBlocks: false,
  // Each has an allocator of its own, which keeps what it once had.
  maxBackgroundJobs: 2,
  maxFileOpeningThreads: 2,
};

/** Each time costs a round trip to another thread; eight, as RocksDB's binding has it, make a walk slow. */
const ROWS_AT_ONCE = 256;

export class RowDb {
  readonly #db: RocksDB;

  private constructor(db: RocksDB) {
    this.#db = db;
  }

  /** @throws what RocksDB says of files that are not what it wrote, or that are in use. */
  static async open(directory: string, { isFrugal = false }: RowDbOptions = {}): Promise<RowDb> {
    const db = new RocksDB(directory, isFrugal ? FRUGAL : {});
    await db.ready();
    return new RowDb(db);
  }

  async get(key: Uint8Array): Promise<Uint8Array | null> {
    const [value] = await this.getMany([key]);
    return value ?? null;
  }

  /** One round trip for any number of keys, values in the order of the keys. */
  async getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | null)[]> {
    if (keys.length === 0) return [];
    const batch = this.#db.read({ capacity: keys.length });
    try {
      const values = keys.map((key) => batch.get(key));
      batch.tryFlush();
      return await Promise.all(values);
    } finally {
      batch.destroy();
    }
  }

  /** All or nothing. */
  async write({ put, remove = [] }: RowChanges): Promise<void> {
    const capacity = put.length + remove.length;
    if (capacity === 0) return;
    const batch = this.#db.write({ capacity });
    try {
      for (const [key, value] of put) batch.tryPut(key, value);
      for (const key of remove) batch.tryDelete(key);
      await batch.flush();
    } finally {
      batch.destroy();
    }
  }

  /** Rows of a range in key order; at most `limit`. */
  async *rows(
    range: KeyRange,
    { limit = Infinity, reverse = false, atOnce = ROWS_AT_ONCE }: RowsOptions = {},
  ): AsyncGenerator<Row> {
    const capacity = Math.min(limit, atOnce);
    const rows = this.#db.iterator(range, { limit, reverse, capacity });
    for await (const { key, value } of rows) yield [key, value];
  }

  async isEmpty(): Promise<boolean> {
    const keys: Uint8Array[] = [];
    for await (const { key } of this.#db.iterator({}, { limit: 1 })) keys.push(key);
    return keys.length === 0;
  }

  async clear({ gte, lt }: KeyRange): Promise<void> {
    const batch = this.#db.write();
    try {
      batch.tryDeleteRange(gte, lt);
      await batch.flush();
    } finally {
      batch.destroy();
    }
  }

  async close(): Promise<void> {
    await this.#db.close();
  }
}
