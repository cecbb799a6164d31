/**
 * What the maps were at every epoch, in rows: what changed in each, and now and then a whole map, so that the map
 * of an epoch is read in time that its size bounds, however long its history. Items begin with a handle, 8 bytes.
 */
import { asBuffer } from '../../base/bytes.js';
import { RecordTable } from '../../base/record-table.js';
import type { KeyRange, Row, RowDb } from '../../ledger/row-db.js';
import { writeHandle } from './handle-bytes.js';

export interface MapHistoryKind {
  /** First byte of the keys of changes, and of whole maps. */
  readonly changes: number;
  readonly whole: number;
  readonly itemBytes: number;
}

/**
 * `these`: the items are all that the map has from then on. Otherwise a whole map is written `when-due`, or not
 * before a later epoch: many maps of one age are due at once, and each is as large as all its changes.
 */
export type WholeMap = 'these' | 'when-due' | 'later';

interface Counted {
  /** Items of the map. */
  size: number;
  /** Items in the rows of changes since the last whole map. */
  since: number;
}

const HANDLE = 8;
/** Of a whole map, in one row. */
const ITEMS_PER_ROW = 8192;
/** Each may be nearly a megabyte. */
const ROWS_AT_ONCE = 16;
/** A small map is written whole no more often than this many changes. */
const FEW = 256;

export class MapHistory {
  readonly #db: RowDb;
  readonly #kind: MapHistoryKind;
  readonly #counts = new Map<string, Counted>();

  constructor(db: RowDb, kind: MapHistoryKind) {
    this.#db = db;
    this.#kind = kind;
  }

  /**
   * Rows for the changes that an epoch makes to a map, to be written with it before the next are asked for.
   *
   * @param map handle, 16 hex digits. @param items one after the other, no handle twice.
   */
  async rows(map: string, epoch: number, items: Uint8Array, whole: WholeMap): Promise<Row[]> {
    const counted = await this.#counted(map, epoch - 1);
    const number = items.length / this.#kind.itemBytes;
    if (whole === 'these') {
      this.#counts.set(map, { size: number, since: 0 });
      return this.#wholeRows(map, epoch, items);
    }
    const { since, size } = counted;
    const row: Row = [this.#key(this.#kind.changes, map, epoch), items];
    if (whole === 'later' || since + number <= 2 * size + FEW) {
      // Counted as if all were new: whole maps are then written a little less often.
      this.#counts.set(map, { size: Math.max(size, number), since: since + number });
      return [row];
    }
    const all = await this.at(map, epoch - 1);
    this.#putAll(all, items);
    this.#counts.set(map, { size: all.size, since: 0 });
    return [row, ...this.#wholeRows(map, epoch, all.joined())];
  }

  /** The map as it was when an epoch had been made, items by handle; empty before its first. */
  async at(map: string, epoch: number): Promise<RecordTable> {
    const items = new RecordTable(HANDLE, this.#kind.itemBytes);
    const from = await this.#lastWhole(map, epoch);
    if (from !== null) await this.#read(items, this.#range(this.#kind.whole, map, from, from));
    await this.#read(items, this.#range(this.#kind.changes, map, (from ?? -1) + 1, epoch));
    return items;
  }

  async #counted(map: string, epoch: number): Promise<Counted> {
    const known = this.#counts.get(map);
    if (known !== undefined) return known;
    const from = (await this.#lastWhole(map, epoch)) ?? -1;
    let bytes = 0;
    for await (const [, value] of this.#db.rows(
      this.#range(this.#kind.changes, map, from + 1, epoch),
    ))
      bytes += value.length;
    const { size } = await this.at(map, epoch);
    return { size, since: bytes / this.#kind.itemBytes };
  }

  async #lastWhole(map: string, epoch: number): Promise<number | null> {
    const range = this.#range(this.#kind.whole, map, 0, epoch);
    for await (const [key] of this.#db.rows(range, { limit: 1, reverse: true }))
      return Number(asBuffer(key).readBigUInt64BE(1 + HANDLE));
    return null;
  }

  async #read(into: RecordTable, range: KeyRange): Promise<void> {
    for await (const [, value] of this.#db.rows(range, { atOnce: ROWS_AT_ONCE }))
      this.#putAll(into, value);
  }

  #putAll(into: RecordTable, items: Uint8Array): void {
    if (items.length % this.#kind.itemBytes !== 0)
      throw new Error('the index of epochs is damaged');
    for (let at = 0; at < items.length; at += this.#kind.itemBytes) into.put(items, at);
  }

  #wholeRows(map: string, epoch: number, items: Uint8Array): Row[] {
    const rows: Row[] = [];
    const bytes = ITEMS_PER_ROW * this.#kind.itemBytes;
    for (let at = 0, part = 0; at < items.length || at === 0; at += bytes, part++)
      rows.push([this.#key(this.#kind.whole, map, epoch, part), items.subarray(at, at + bytes)]);
    return rows;
  }

  /** Rows of the epochs from … to, both included. */
  #range(kind: number, map: string, from: number, to: number): KeyRange {
    return { gte: this.#key(kind, map, from), lt: this.#key(kind, map, to + 1) };
  }

  #key(kind: number, map: string, epoch: number, part = 0): Uint8Array {
    const key = Buffer.allocUnsafe(1 + HANDLE + 12);
    key[0] = kind;
    writeHandle(key, 1, map);
    key.writeBigUInt64BE(BigInt(epoch), 1 + HANDLE);
    key.writeUInt32BE(part, 1 + HANDLE + 8);
    return key;
  }
}
