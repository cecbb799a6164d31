/**
 * Compares the write state with what a log makes of it: every row that the log asks for must be there
 * with that value, and beyond them there may be none. The state has been brought up to the log before.
 */
import type { TreeSize } from '../../base/brand.js';
import { equalBytes, fromHex, toHex } from '../../base/bytes.js';
import type { ChangedTile } from '../../tlog/tile-tree.js';
import type { LogHead } from '../log-head.js';
import { keptNote } from './kept-notes.js';
import { IDEMPOTENCY_RANGE, logRange, noteRange, type StateRow } from './state-keys.js';
import { blockRows, erasedBy, type PlacedEntry, tileRows } from './state-projection.js';
import { headRow, type WriteState } from './write-state.js';

const FULL_TILE_LENGTH = 256 * 32;
const COMPARED_AT_ONCE = 4096;

export class StateCheck {
  readonly #state: WriteState;
  readonly #log: number;
  /** Rows that later blocks write again, by key: tiles that are not full, last versions. */
  readonly #moving = new Map<string, Uint8Array>();
  #rows = 0;
  #notes = 0;
  #idempotencyKeys = 0;

  constructor(state: WriteState, log: number) {
    this.#state = state;
    this.#log = log;
  }

  /** Rows that repeats are known by, which all logs keep together. */
  get idempotencyKeys(): number {
    return this.#idempotencyKeys;
  }

  /** @returns whether all rows that this block alone makes are there. */
  async hasBlock(
    number: number,
    placed: readonly PlacedEntry[],
    tiles: readonly ChangedTile[],
  ): Promise<boolean> {
    const still = placed.map((entry) => ({ ...entry, thing: null }));
    const full = tiles.filter(({ hashes }) => hashes.length === FULL_TILE_LENGTH);
    const rows = [...blockRows(this.#log, number, still), ...tileRows(this.#log, full)];
    for (const [key] of rows) this.#moving.delete(toHex(key));
    // All rows of these entries, less those that stay as they are: the versions.
    const fixed = new Set(rows.map(([key]) => toHex(key)));
    for (const [key, value] of tileRows(this.#log, tiles))
      if (!fixed.has(toHex(key))) this.#moving.set(toHex(key), value);
    for (const [key, value] of blockRows(this.#log, number, placed)) {
      const name = toHex(key);
      if (!fixed.has(name)) this.#moving.set(name, value);
    }
    const repeats = placed.filter(({ idempotency }) => idempotency !== null).length;
    this.#idempotencyKeys += repeats;
    // One row of a vault may be named by several erasures: these are looked for, and not counted.
    const erased = erasedBy(placed).length;
    this.#rows += rows.length - repeats - erased;
    return this.#has(rows);
  }

  /** @returns whether the rows that move on are where the log's end has them. */
  async hasEnd(head: LogHead): Promise<boolean> {
    const moved = [...this.#moving].map(([key, value]): StateRow => [fromHex(key), value]);
    const rows = head.length === 0 ? moved : [...moved, headRow(this.#log, head)];
    this.#rows += rows.length;
    for (let at = 0; at < rows.length; at += COMPARED_AT_ONCE)
      if (!(await this.#has(rows.slice(at, at + COMPARED_AT_ONCE)))) return false;
    return true;
  }

  /** Rows of the log that nothing in it asks for, or that are missing; after `hasEnd`. */
  async surplus(): Promise<number> {
    return (await countRows(this.#state, logRange(this.#log))) - this.#rows;
  }

  /** The checkpoint that was kept of a size. */
  async note(size: TreeSize): Promise<string | null> {
    const note = await keptNote(this.#state, this.#log, size);
    if (note !== null) this.#notes++;
    return note;
  }

  /** How many were kept that nobody has asked for. */
  async surplusNotes(): Promise<number> {
    return (await countRows(this.#state, noteRange(this.#log))) - this.#notes;
  }

  async #has(rows: readonly StateRow[]): Promise<boolean> {
    const stored = await this.#state.getMany(rows.map(([key]) => key));
    return rows.every(([, value], at) => {
      const found = stored[at] ?? null;
      return found !== null && equalBytes(found, value);
    });
  }
}

/** How many repeats all logs together are to be known by. */
export async function countIdempotencyKeys(state: WriteState): Promise<number> {
  return countRows(state, IDEMPOTENCY_RANGE);
}

async function countRows(
  state: WriteState,
  range: { gte: Uint8Array; lt: Uint8Array },
): Promise<number> {
  const rows = state.rows(range);
  let count = 0;
  while ((await rows.next()).done !== true) count++;
  return count;
}
