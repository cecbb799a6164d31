/**
 * The heads and maps of all epochs of one epoch log, found by log, tenant and epoch: what proofs are made from
 * years later. All of it follows from the epoch log (and, for format 1, from the files of heads), so it is made
 * again where it is missing or damaged, and nothing in it is synced.
 */
import { ByteReader, ByteWriter } from '../base/byte-codec.js';
import { asBuffer } from '../base/bytes.js';
import type { RecordTable } from '../base/record-table.js';
import { HANDLE_BYTES } from '../evidence/epoch-map.js';
import { type Row, RowDb } from '../ledger/row-db.js';
import type { EpochChange } from './epoch-changes.js';
import type { AppliedEpoch } from './epoch-state.js';
import {
  formatTenants,
  LOG_ITEM_BYTES,
  parseLog,
  parseTenant,
  TENANT_ITEM_BYTES,
  type TenantRoot,
} from './internal/epoch-items.js';
import { writeHandle } from './internal/handle-bytes.js';
import { MapHistory, type WholeMap } from './internal/map-history.js';
import type { MappedLog } from './mapped-log.js';

/** A statement that an epoch took of a log. */
export interface TakenAt {
  /** That took it, at or before the one asked for. */
  readonly epoch: number;
  /** Head or closing statement. */
  readonly statement: Uint8Array;
}

const KIND = {
  position: 0x00,
  head: 0x01,
  logs: 0x02,
  allLogs: 0x03,
  tenants: 0x04,
  allTenants: 0x05,
};
const FORMAT = 1;
const POSITION_KEY = Uint8Array.of(KIND.position);
/** The map of tenants has no handle of its own. */
const TENANTS = '0'.repeat(2 * HANDLE_BYTES);
/** Larger writes stay with the allocator of each of RocksDB's threads. */
const WRITE_BYTES = 256 * 1024;
/** Of whole maps that one epoch writes, but for the last of them. */
const WHOLE_BYTES_AT_ONCE = 2 ** 20;
const HEAD_KEY_BYTES = 1 + HANDLE_BYTES + 8;

export class EpochIndex {
  readonly #db: RowDb;
  readonly #logs: MapHistory;
  readonly #tenants: MapHistory;
  #position: number;

  private constructor(db: RowDb, position: number) {
    this.#db = db;
    this.#position = position;
    const { logs, allLogs, tenants, allTenants } = KIND;
    this.#logs = new MapHistory(db, { changes: logs, whole: allLogs, itemBytes: LOG_ITEM_BYTES });
    this.#tenants = new MapHistory(db, {
      changes: tenants,
      whole: allTenants,
      itemBytes: TENANT_ITEM_BYTES,
    });
  }

  /** @throws what RocksDB says of files that are not what it wrote. */
  static async open(directory: string): Promise<EpochIndex> {
    const db = await RowDb.open(directory, { isFrugal: true });
    try {
      return new EpochIndex(db, await readPosition(db));
    } catch (cause) {
      await db.close();
      throw cause;
    }
  }

  /** The newest epoch that is in it; 0 before the first. */
  get position(): number {
    return this.#position;
  }

  /** Takes the next epoch in, whole or not at all: what an epoch changed is not asked for before the index has it. */
  async add(applied: AppliedEpoch, changes: readonly EpochChange[]): Promise<void> {
    const { epoch } = applied;
    const maps = await this.#mapRows(applied);
    for (const rows of [headRows(changes, epoch), maps.changes])
      for (const put of inWrites(rows)) await this.#db.write({ put });
    // A crash here leaves rows that are written again, as they are, when the epoch is taken in again.
    await this.#db.write({ put: [...maps.whole, [POSITION_KEY, formatPosition(epoch)]] });
    this.#position = epoch;
  }

  /** What was the newest of a log when an epoch had been made; null where it was in none. */
  async takenAt(log: string, epoch: number): Promise<TakenAt | null> {
    const range = { gte: headKey(log, 0), lt: headKey(log, epoch + 1) };
    for await (const [key, statement] of this.#db.rows(range, { limit: 1, reverse: true }))
      return { epoch: Number(asBuffer(key).readBigUInt64BE(1 + HANDLE_BYTES)), statement };
    return null;
  }

  /** The map of a tenant when an epoch had been made; each log is made an object as it is asked for. */
  async logsAt(tenant: string, epoch: number): Promise<Iterable<MappedLog>> {
    return parsed(await this.#logs.at(tenant, epoch), parseLog);
  }

  /** Roots of the maps of all tenants when an epoch had been made. */
  async tenantsAt(epoch: number): Promise<Iterable<TenantRoot>> {
    return parsed(await this.#tenants.at(TENANTS, epoch), parseTenant);
  }

  /** Whole maps want one write, with the position: none may be there with a part missing. */
  async #mapRows({ epoch, format, changed }: AppliedEpoch): Promise<MapRows> {
    const found: MapRows = { changes: [], whole: [] };
    let wholeBytes = 0;
    const when = (): WholeMap => {
      if (format === 1) return 'these';
      return wholeBytes < WHOLE_BYTES_AT_ONCE ? 'when-due' : 'later';
    };
    const take = (rows: readonly Row[]): void => {
      for (const row of rows)
        if (row[0][0] === KIND.logs || row[0][0] === KIND.tenants) found.changes.push(row);
        else {
          found.whole.push(row);
          wholeBytes += row[1].length;
        }
    };
    for (const { tenant, items } of changed)
      take(await this.#logs.rows(tenant, epoch, items, when()));
    take(await this.#tenants.rows(TENANTS, epoch, formatTenants(changed), when()));
    return found;
  }

  async close(): Promise<void> {
    await this.#db.close();
  }
}

interface MapRows {
  readonly changes: Row[];
  readonly whole: Row[];
}

/** Rows in writes that are not large. */
function* inWrites(rows: Iterable<Row>): Generator<Row[]> {
  let [put, bytes]: [Row[], number] = [[], 0];
  for (const row of rows) {
    put.push(row);
    bytes += row[0].length + row[1].length;
    if (bytes < WRITE_BYTES) continue;
    yield put;
    [put, bytes] = [[], 0];
  }
  if (put.length > 0) yield put;
}

function* parsed<T>(items: RecordTable, parse: (item: Buffer) => T): Generator<T> {
  for (const item of items.records()) yield parse(item);
}

/** Of another format it is made again: position 0. */
async function readPosition(db: RowDb): Promise<number> {
  const value = await db.get(POSITION_KEY);
  if (value === null) return 0;
  const reader = new ByteReader(value);
  if (reader.u8() !== FORMAT) throw new Error('the index of epochs has another format');
  const position = reader.u64();
  reader.end();
  return position;
}

function formatPosition(epoch: number): Uint8Array {
  const writer = new ByteWriter(9);
  writer.u8(FORMAT);
  writer.u64(epoch);
  return writer.finish();
}

/** Each is made as it is written: of 40,000 none need outlive its write. */
function* headRows(changes: readonly EpochChange[], epoch: number): Generator<Row> {
  for (const { log, statement } of changes) yield [headKey(log, epoch), statement];
}

function headKey(log: string, epoch: number): Uint8Array {
  const key = Buffer.allocUnsafe(HEAD_KEY_BYTES);
  key[0] = KIND.head;
  writeHandle(key, 1, log);
  key.writeBigUInt64BE(BigInt(epoch), 1 + HANDLE_BYTES);
  return key;
}
