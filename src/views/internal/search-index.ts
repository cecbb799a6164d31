/**
 * The search index of one log (docs/decisions/0020-search.md): which records have which search tags. It is
 * made with one key, which is destroyed together with any secret; then it is forgotten and made again.
 */
import type { LeafIndex, TreeSize } from '../../base/brand.js';
import { ByteReader, ByteWriter } from '../../base/byte-codec.js';
import { equalBytes } from '../../base/bytes.js';
import { assert, ChirographError } from '../../base/errors.js';
import type { RowDb } from '../../ledger/row-db.js';
import { parseStatement } from '../../records/parse-statement.js';
import { rowIdOf } from '../../records/sealing.js';
import type { RecordStatement } from '../../records/statement.js';
import { searchKeyId } from '../../schemas/search-tag.js';
import type {
  IndexedRecords,
  OpenableRecord,
  RecordsToIndex,
  RecordsToOpen,
  RecordToIndex,
} from '../search-query.js';
import { decodeEntryRow, type EntryRow } from './entry-row.js';
import { searchRows } from './record-terms.js';
import {
  entryKey,
  indexOf,
  indexRange,
  searchedKey,
  searchRange,
  typeTerm,
  type ViewRow,
} from './view-keys.js';

/** Records that are opened in one go: the thread answers others in between. */
const BATCH = 256;
const HEADER = 0;
const PAYLOAD = 1;

export class SearchIndex {
  readonly #db: RowDb;
  readonly #log: number;
  #key: Uint8Array | null = null;
  #keyId: Uint8Array = new Uint8Array(0);
  #size = 0 as TreeSize;

  constructor(db: RowDb, log: number) {
    this.#db = db;
    this.#log = log;
  }

  /** What was made with another key means nothing any more, and is removed. */
  async attach(key: Uint8Array): Promise<TreeSize> {
    this.forget();
    const keyId = searchKeyId(key);
    const row = await this.#db.get(searchedKey(this.#log));
    const known = row === null ? null : decodeSearched(row);
    const isOfKey = known !== null && equalBytes(known.keyId, keyId);
    if (!isOfKey) {
      await this.#db.clear(searchRange(this.#log));
      // A crash before this leaves an index that is of no key that there is: it is begun again.
      await this.#db.write({ put: [this.#searched(keyId, 0 as TreeSize)] });
    }
    this.#size = isOfKey ? known.size : (0 as TreeSize);
    this.#key = key;
    this.#keyId = keyId;
    return this.#size;
  }

  /** Until it is attached again it has nothing. */
  forget(): void {
    this.#key = null;
    this.#size = 0 as TreeSize;
  }

  /** Whether it is made with this key, and has all that is below `size`. */
  covers(keyId: Uint8Array, size: TreeSize): boolean {
    return this.#key !== null && equalBytes(this.#keyId, keyId) && this.#size >= size;
  }

  /** The next records of these types, below `to`. */
  async wanted(types: readonly string[], to: TreeSize): Promise<RecordsToIndex> {
    const indices: LeafIndex[] = [];
    for (const type of types) {
      const range = indexRange(this.#log, 'type', typeTerm(type), this.#size, to);
      // One more, which tells whether there are more.
      for await (const [key] of this.#db.rows(range, { limit: BATCH + 1 }))
        indices.push(indexOf(key) as LeafIndex);
    }
    indices.sort((a, b) => a - b);
    const records: RecordToIndex[] = [];
    for (const { index, row, statement } of await this.#records(indices.slice(0, BATCH))) {
      records.push(toIndex(index, row, statement));
      // One that is large is opened alone, or with what is small before it.
      if (!row.hasParts) break;
    }
    const last = records.at(-1);
    const isAll = last === undefined || records.length === indices.length;
    return { records, size: isAll ? to : ((last.index + 1) as TreeSize) };
  }

  /** Those of `wanted` that can be opened: with them, all below `size` is in the index. */
  async add({ records, size, fields }: RecordsToOpen): Promise<IndexedRecords> {
    const key = this.#key;
    assert(key !== null, 'an index is attached before it is added to');
    const maker = { log: this.#log, key, keyId: this.#keyId };
    const rows: ViewRow[] = [];
    const refused: LeafIndex[] = [];
    const stored = await this.#records(records.map(({ index }) => index));
    for (const [at, { index, row, statement }] of stored.entries()) {
      const openable = records[at];
      assert(openable !== undefined, 'there is a row for every record');
      try {
        rows.push(...searchRows(maker, { index, statement, ...sealedOf(openable, row) }, fields));
      } catch (cause) {
        if (!isOfRecord(cause)) throw cause;
        refused.push(index);
      }
    }
    rows.push(this.#searched(this.#keyId, size));
    // One batch: a crash leaves an index of a smaller size.
    await this.#db.write({ put: rows });
    this.#size = size;
    return { size, refused };
  }

  async #records(
    indices: readonly LeafIndex[],
  ): Promise<{ index: LeafIndex; row: EntryRow; statement: RecordStatement }[]> {
    const values = await this.#db.getMany(indices.map((index) => entryKey(this.#log, index)));
    return indices.map((index, at) => {
      const value = values[at] ?? null;
      if (value === null) throw new Error('an index of a view leads to no entry');
      const row = decodeEntryRow(index, value);
      const statement = parseStatement(row.statement);
      assert(statement.kind === 'record', 'only records have a type');
      return { index, row, statement };
    });
  }

  #searched(keyId: Uint8Array, size: TreeSize): ViewRow {
    const writer = new ByteWriter(16);
    writer.bytes(keyId);
    writer.u64(size);
    return [searchedKey(this.#log), writer.finish()];
  }
}

/** @throws BaseError BYTES_MALFORMED. */
function decodeSearched(row: Uint8Array): { keyId: Uint8Array; size: TreeSize } {
  const reader = new ByteReader(row);
  const searched = { keyId: reader.bytes(8), size: reader.u64() as TreeSize };
  reader.end();
  return searched;
}

/** A copy each: what is handed to another thread takes the whole buffer along that it lies in. */
function toIndex(index: LeafIndex, row: EntryRow, { type }: RecordStatement): RecordToIndex {
  const { hasParts, sealedParts } = row;
  const rowAt = (at: number): Uint8Array => {
    const part = sealedParts[at];
    return part === undefined ? new Uint8Array(0) : new Uint8Array(rowIdOf(part));
  };
  return { index, type, hasParts, headerRow: rowAt(HEADER), payloadRow: rowAt(PAYLOAD) };
}

function sealedOf(
  { headerSecret, payloadSecret, parts }: OpenableRecord,
  { sealedParts }: EntryRow,
): {
  header: Uint8Array;
  payload: Uint8Array;
  headerSecret: Uint8Array;
  payloadSecret: Uint8Array;
} {
  const [header = EMPTY, payload = EMPTY] = parts ?? sealedParts;
  return { header, payload, headerSecret, payloadSecret };
}

const EMPTY = new Uint8Array(0);

/** What is wrong with one record must not keep the others from being found. */
function isOfRecord(cause: unknown): boolean {
  return cause instanceof ChirographError || cause instanceof SyntaxError;
}
