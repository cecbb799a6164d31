/**
 * Finding entries: the narrowest index that the question names is walked, and what it leads to is held
 * against the rest of the question. What is walked is bounded, so no question reads a whole ledger.
 */
import type { LeafIndex } from '../../base/brand.js';
import { digestFromHex } from '../../base/hex-digest.js';
import type { RowDb } from '../../ledger/row-db.js';
import { parseStatement } from '../../records/parse-statement.js';
import { personTagsOf } from '../../records/person-tags.js';
import { RecordsError } from '../../records/records-error.js';
import type { EntryFilter, ViewCount, ViewQuery } from '../view-query.js';
import { decodeEntryRow } from './entry-row.js';
import { mergedRows } from './merged-rows.js';
import {
  entryKey,
  entryRange,
  indexOf,
  type IndexedBy,
  indexRange,
  type KeyRange,
  typeTerm,
} from './view-keys.js';

export interface FoundEntries {
  readonly rows: readonly { readonly index: number; readonly value: Uint8Array }[];
  readonly next: LeafIndex | null;
  readonly examined: number;
}

export async function findEntries(db: RowDb, log: number, query: ViewQuery): Promise<FoundEntries> {
  const { limit, budget, where, isReversed } = query;
  const isFiltered = !isAnsweredByIndex(where);
  const rows: { index: number; value: Uint8Array }[] = [];
  let [bytes, examined] = [0, 0];
  for await (const indices of walk(db, log, query, Math.min(READ_AT_ONCE, limit + 1))) {
    const values = await db.getMany(indices.map((index) => entryKey(log, index)));
    for (const [at, index] of indices.entries()) {
      if (rows.length >= limit || examined >= budget || bytes >= MAX_PAGE_BYTES)
        return { rows, next: (isReversed ? index + 1 : index) as LeafIndex, examined };
      examined++;
      const value = values[at] ?? null;
      if (value === null) throw new Error('an index of a view leads to no entry');
      if (isFiltered && !matches(value, where)) continue;
      rows.push({ index, value });
      bytes += value.length;
    }
  }
  return { rows, next: null, examined };
}

export async function countEntries(
  db: RowDb,
  log: number,
  query: Omit<ViewQuery, 'limit' | 'isReversed'>,
): Promise<ViewCount> {
  const { where, budget } = query;
  const isFiltered = !isAnsweredByIndex(where);
  let [count, examined] = [0, 0];
  for await (const indices of walk(db, log, { ...query, isReversed: false }, READ_AT_ONCE)) {
    if (examined + indices.length > budget) return { count, isComplete: false };
    examined += indices.length;
    if (!isFiltered) {
      count += indices.length;
      continue;
    }
    const values = await db.getMany(indices.map((index) => entryKey(log, index)));
    for (const value of values) if (value !== null && matches(value, where)) count++;
  }
  return { count, isComplete: true };
}

const READ_AT_ONCE = 256;
/** Of rows in one answer: a page ends early before it becomes a burden. */
const MAX_PAGE_BYTES = 16 * 1024 * 1024;

/** Of each of several ranges, where a page needs few of some. */
const LEAST_AT_ONCE = 16;

async function* walk(
  db: RowDb,
  log: number,
  { from, to, where, isReversed }: Pick<ViewQuery, 'from' | 'to' | 'where' | 'isReversed'>,
  atOnce: number,
): AsyncGenerator<number[]> {
  if (from >= to) return;
  const ranges = rangesOf(log, where, from, to);
  const some = Math.max(LEAST_AT_ONCE, Math.ceil(atOnce / ranges.length));
  const options = { reverse: isReversed, atOnce: ranges.length > 1 ? some : atOnce };
  const walks = ranges.map((range) => db.rows(range, options));
  const [only] = walks;
  const rows = walks.length === 1 && only !== undefined ? only : mergedRows(walks, isReversed);
  let indices: number[] = [];
  for await (const [key] of rows) {
    indices.push(indexOf(key));
    if (indices.length < atOnce) continue;
    yield indices;
    indices = [];
  }
  if (indices.length > 0) yield indices;
}

/** Of the narrowest index that is asked for. */
function rangesOf(log: number, where: EntryFilter, from: number, to: number): readonly KeyRange[] {
  const { thing, person, types, author } = where;
  const rangeBy = (by: IndexedBy, term: Uint8Array): KeyRange =>
    indexRange(log, by, term, from, to);
  if (thing !== undefined) return [rangeBy('thing', digestFromHex(thing))];
  if (person !== undefined) return [rangeBy('person', digestFromHex(person))];
  if (types !== undefined)
    return [...new Set(types)].map((type) => rangeBy('type', typeTerm(type)));
  if (author !== undefined) return [rangeBy('author', digestFromHex(author))];
  return [entryRange(log, from, to)];
}

function isAnsweredByIndex(where: EntryFilter): boolean {
  const asked = Object.values(where).filter((value) => value !== undefined).length;
  return asked === 0 || (asked === 1 && where.kind === undefined);
}

function matches(value: Uint8Array, where: EntryFilter): boolean {
  // The index of an entry is not in its row, and nothing here asks for it.
  const { statement: bytes } = decodeEntryRow(0 as LeafIndex, value);
  try {
    const statement = parseStatement(bytes);
    if (where.kind !== undefined && statement.kind !== where.kind) return false;
    if (where.types !== undefined)
      if (statement.kind !== 'record' || !where.types.includes(statement.type)) return false;
    if (where.thing !== undefined)
      if (statement.kind !== 'record' || statement.tags.key !== where.thing) return false;
    if (where.author !== undefined)
      if (!('tags' in statement) || statement.tags.author !== where.author) return false;
    return where.person === undefined || personTagsOf(statement).includes(where.person);
  } catch (cause) {
    // A kind that this version does not know is none of those that can be asked for.
    if (cause instanceof RecordsError && cause.code === 'STATEMENT_KIND_UNKNOWN') return false;
    throw cause;
  }
}
