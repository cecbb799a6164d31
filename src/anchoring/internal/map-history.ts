/**
 * What the maps were at every epoch, in rows: what changed in each, and now and then a whole map, so that the map
 * of an epoch is read in time that its size bounds, however long its history. Items begin with a handle, 8 bytes.
 */
import { ByteWriter } from '../../base/byte-codec.js';
import { asBuffer, fromHex, toHex } from '../../base/bytes.js';
import type { KeyRange, Row, RowDb } from '../../ledger/row-db.js';

export interface MapHistoryKind {
  /** First byte of the keys of changes, and of whole maps. */
  readonly changes: number;
  readonly whole: number;
  readonly itemBytes: number;
}

/** Items by handle. */
export type MapItems = ReadonlyMap<string, Uint8Array>;

interface Counted {
  /** Items of the map. */
  size: number;
  /** Items in the rows of changes since the last whole map. */
  since: number;
}

const HANDLE = 8;
/** Of a whole map, in one row. */
const ITEMS_PER_ROW = 8192;
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
   * @param map handle, 16 hex digits. @param isWhole the items are all that the map has from then on.
   */
  async rows(
    map: string,
    epoch: number,
    items: readonly Uint8Array[],
    isWhole: boolean,
  ): Promise<Row[]> {
    const counted = await this.#counted(map, epoch - 1);
    if (isWhole) {
      this.#counts.set(map, { size: items.length, since: 0 });
      return this.#wholeRows(map, epoch, items);
    }
    const { since, size } = counted;
    const row: Row = [this.#key(this.#kind.changes, map, epoch), joined(items)];
    if (since + items.length <= 2 * size + FEW) {
      // Counted as if all were new: whole maps are then written a little less often.
      this.#counts.set(map, { size: Math.max(size, items.length), since: since + items.length });
      return [row];
    }
    const all = new Map(await this.at(map, epoch - 1));
    for (const item of items) all.set(handleOf(item), item);
    this.#counts.set(map, { size: all.size, since: 0 });
    return [row, ...this.#wholeRows(map, epoch, [...all.values()])];
  }

  /** The map as it was when an epoch had been made; empty before its first. */
  async at(map: string, epoch: number): Promise<MapItems> {
    const items = new Map<string, Uint8Array>();
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

  async #read(into: Map<string, Uint8Array>, range: KeyRange): Promise<void> {
    const { itemBytes } = this.#kind;
    for await (const [, value] of this.#db.rows(range))
      for (let at = 0; at < value.length; at += itemBytes) {
        const item = value.subarray(at, at + itemBytes);
        into.set(handleOf(item), item);
      }
  }

  #wholeRows(map: string, epoch: number, items: readonly Uint8Array[]): Row[] {
    const rows: Row[] = [];
    for (let at = 0, part = 0; at < items.length || at === 0; at += ITEMS_PER_ROW, part++)
      rows.push([
        this.#key(this.#kind.whole, map, epoch, part),
        joined(items.slice(at, at + ITEMS_PER_ROW)),
      ]);
    return rows;
  }

  /** Rows of the epochs from … to, both included. */
  #range(kind: number, map: string, from: number, to: number): KeyRange {
    return { gte: this.#key(kind, map, from), lt: this.#key(kind, map, to + 1) };
  }

  #key(kind: number, map: string, epoch: number, part = 0): Uint8Array {
    const writer = new ByteWriter(1 + HANDLE + 12);
    writer.u8(kind);
    writer.bytes(fromHex(map));
    writer.u64(epoch);
    writer.u32(part);
    return writer.finish();
  }
}

function joined(items: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(items);
}

function handleOf(item: Uint8Array): string {
  return toHex(item.subarray(0, HANDLE));
}
