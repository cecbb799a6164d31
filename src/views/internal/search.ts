/**
 * Finding entries: the narrowest index that the question names is walked, and what it leads to is held
 * against the rest of the question. What is walked is bounded, so no question reads a whole ledger.
 */
import type { LeafIndex } from '../../base/brand.js';
import { assert } from '../../base/errors.js';
import { digestFromHex } from '../../base/hex-digest.js';
import { parseStatement } from '../../records/parse-statement.js';
import { personTagsOf } from '../../records/person-tags.js';
import { RecordsError } from '../../records/records-error.js';
import type { EntryFilter, ViewCount, ViewQuery } from '../view-query.js';
import { decodeEntryRow } from './entry-row.js';
import type { ViewDb } from './view-db.js';
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

export async function findEntries(
  db: ViewDb,
  log: number,
  query: ViewQuery,
): Promise<FoundEntries> {
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
  db: ViewDb,
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

type Term = keyof EntryFilter & IndexedBy;
/** Narrowest first. */
const TERMS: readonly Term[] = ['thing', 'person', 'type', 'author'];

async function* walk(
  db: ViewDb,
  log: number,
  { from, to, where, isReversed }: Pick<ViewQuery, 'from' | 'to' | 'where' | 'isReversed'>,
  atOnce: number,
): AsyncGenerator<number[]> {
  if (from >= to) return;
  let indices: number[] = [];
  for await (const [key] of db.rows(rangeOf(log, where, from, to), {
    reverse: isReversed,
    atOnce,
  })) {
    indices.push(indexOf(key));
    if (indices.length < atOnce) continue;
    yield indices;
    indices = [];
  }
  if (indices.length > 0) yield indices;
}

function rangeOf(log: number, where: EntryFilter, from: number, to: number): KeyRange {
  const by = TERMS.find((term) => where[term] !== undefined);
  if (by === undefined) return entryRange(log, from, to);
  return indexRange(log, by, termOf(by, where), from, to);
}

function termOf(by: Term, where: EntryFilter): Uint8Array {
  if (by === 'type') return typeTerm(where.type ?? '');
  const tag = where[by];
  assert(tag !== undefined, 'an index is chosen by what is asked');
  return digestFromHex(tag);
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
    if (where.type !== undefined)
      if (statement.kind !== 'record' || statement.type !== where.type) return false;
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
