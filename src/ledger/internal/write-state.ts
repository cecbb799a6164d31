/**
 * The look-ups a write needs (tiles of the tree, where an entry lies, last versions, idempotency
 * keys), kept with the size they have reached. Never synced on the write path: RocksDB's log keeps a
 * prefix of the batches, each batch is one commit, and opening applies what the log has beyond it.
 */
import RocksDB, { type Range } from 'rocksdb-native';
import { ByteReader, ByteWriter } from '../../base/byte-codec.js';
import { damaged, LedgerError } from '../ledger-error.js';
import { type LogHead, readHead, writeHead } from '../log-head.js';
import { orDamaged } from './corruption.js';
import { isLockHeld } from './lock-held.js';
import {
  erasedRowRange,
  erasingLogOf,
  foundKey,
  headKey,
  logRange,
  type StateRow,
} from './state-keys.js';

const LAST = Number.MAX_SAFE_INTEGER;
const NOT_AS_WRITTEN =
  'the files in `state` are not what was written; rebuild it with `fsck --rebuild`';

/** Keys collected until the present turn of the event loop's microtasks is over. */
interface ReadTurn {
  readonly keys: Uint8Array[];
  readonly values: Promise<readonly (Uint8Array | null)[]>;
}

export class WriteState {
  readonly #db: RocksDB;
  #turn: ReadTurn | null = null;
  /** Of logs that were asked about: whether they have an `erasure` entry. */
  readonly #erasing = new Map<number, boolean>();

  private constructor(db: RocksDB) {
    this.#db = db;
  }

  static async open(directory: string): Promise<WriteState> {
    const db = new RocksDB(directory);
    try {
      await db.ready();
    } catch (cause) {
      if (isLockHeld(cause))
        throw new LedgerError('LEDGER_LOCKED', 'the write state is in use by another process', {
          cause,
        });
      throw damaged('the write state cannot be opened; rebuild it with `fsck --rebuild`', cause);
    }
    return new WriteState(db);
  }

  /** Keys that are asked for in one turn are read together: a round trip costs more than a read. */
  async get(key: Uint8Array): Promise<Uint8Array | null> {
    const turn = (this.#turn ??= this.#nextTurn());
    const at = turn.keys.push(key) - 1;
    return (await turn.values)[at] ?? null;
  }

  /** One round trip for any number of keys, values in the order of the keys. */
  async getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | null)[]> {
    if (keys.length === 0) return [];
    const batch = this.#db.read({ capacity: keys.length });
    try {
      const values = keys.map((key) => batch.get(key));
      batch.tryFlush();
      return await readable(Promise.all(values));
    } finally {
      batch.destroy();
    }
  }

  /** All or nothing; after a power cut a prefix of such writes is left. */
  async write(rows: readonly StateRow[]): Promise<void> {
    // A batch made for nothing never grows again: rocksdb-native doubles its capacity until it fits.
    if (rows.length === 0) return;
    for (const [key] of rows) {
      const log = erasingLogOf(key);
      if (log !== null) this.#erasing.set(log, true);
    }
    const batch = this.#db.write({ capacity: rows.length });
    try {
      for (const [key, value] of rows) batch.tryPut(key, value);
      await batch.flush();
    } finally {
      batch.destroy();
    }
  }

  /** Rows of a range in key order; at most `limit`. */
  async *rows(
    range: Range,
    options: { limit?: number; reverse?: boolean } = {},
  ): AsyncGenerator<StateRow> {
    const rows = this.#db.iterator(range, options)[Symbol.asyncIterator]();
    for (let next = await readable(rows.next()); next.done !== true;) {
      yield [next.value.key, next.value.value];
      next = await readable(rows.next());
    }
  }

  /** Whether a log has an `erasure` entry. Looked up once: what many logs of a tenant rest on is asked of each of them. */
  async hasErasures(log: number): Promise<boolean> {
    const known = this.#erasing.get(log);
    if (known !== undefined) return known;
    const all = { gte: foundKey(log, 'erasure', 0), lte: foundKey(log, 'erasure', LAST) };
    const has = (await this.rows(all, { limit: 1 }).next()).done !== true;
    // One may have been written meanwhile.
    if (!this.#erasing.has(log)) this.#erasing.set(log, has);
    return this.#erasing.get(log) ?? has;
  }

  /** Every row that is stored, for its checksum. @throws LedgerError LEDGER_DAMAGED. */
  async readThrough(): Promise<void> {
    const rows = this.rows({});
    while ((await rows.next()).done !== true);
  }

  /** Where the state of a log has got to; null before its first commit. */
  async head(log: number): Promise<LogHead | null> {
    const value = await this.get(headKey(log));
    if (value === null) return null;
    const reader = new ByteReader(value);
    const head = readHead(reader);
    reader.end();
    return head;
  }

  /** Forgets what follows from the blocks of a log, so that it can be built again. */
  async clear(log: number): Promise<void> {
    this.#erasing.delete(log);
    await this.clearRange(logRange(log));
    await this.clearRange(erasedRowRange(log));
  }

  async clearRange({ gte, lt }: { gte: Uint8Array; lt: Uint8Array }): Promise<void> {
    const batch = this.#db.write();
    try {
      batch.tryDeleteRange(gte, lt);
      await batch.flush();
    } finally {
      batch.destroy();
    }
  }

  /** Everything written so far is on disk when this returns. */
  async flush(): Promise<void> {
    await orDamaged(this.#db.flush(), NOT_AS_WRITTEN);
  }

  async close(): Promise<void> {
    await orDamaged(this.#db.close(), NOT_AS_WRITTEN);
  }

  #nextTurn(): ReadTurn {
    const keys: Uint8Array[] = [];
    const values = Promise.resolve().then(() => {
      this.#turn = null;
      return this.getMany(keys);
    });
    return { keys, values };
  }
}

/** What RocksDB says of bytes that are not what it wrote, in words of ours. */
async function readable<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (cause) {
    throw damaged('the write state cannot be read; rebuild it with `fsck --rebuild`', cause);
  }
}

export function headRow(log: number, head: LogHead): StateRow {
  const writer = new ByteWriter(96);
  writeHead(writer, head);
  return [headKey(log), writer.finish()];
}
