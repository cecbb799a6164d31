/**
 * Subjects by search tags. Rows of one tag are in the order of (subject, index), so that a walk over one
 * tag's rows meets each subject once, and whether another tag has the same (subject, index) is one look.
 */
import type { LeafIndex, TreeSize } from '../../base/brand.js';
import { toHex } from '../../base/bytes.js';
import { assert } from '../../base/errors.js';
import { digestFromHex, digestToHex } from '../../base/hex-digest.js';
import type { RowDb } from '../../ledger/row-db.js';
import type {
  FoundSubject,
  MatchedBy,
  SearchPosition,
  SharedQuery,
  SharedValue,
  SubjectPage,
  SubjectQuery,
} from '../search-query.js';
import {
  beyond,
  bothRange,
  firstRange,
  indexOf,
  type KeyRange,
  searchRowKey,
  type SearchPlace,
  secondOf,
} from './view-keys.js';

/** Rows looked at for one page: then it ends, and says where to go on. */
const BUDGET = 20_000;
/** Rows looked at for the newest entries of one subject. */
const BUDGET_OF_SUBJECT = 4_096;
const READ_AT_ONCE = 256;
/** To tell which of several words is the rarest, as far as that matters. */
const COUNTED = 1_024;
/** Identifying values of one subject, and rows of them, that are looked at. */
const MAX_IDENTITIES = 64;
const IDENTITY_ROWS = 1_024;

export async function searchSubjects(
  db: RowDb,
  log: number,
  query: SubjectQuery,
): Promise<SubjectPage> {
  const place: SearchPlace = { log, by: 'term', keyId: query.keyId };
  const subjects: FoundSubject[] = [];
  let examined = 0;
  let last = query.after;
  for (const by of matchesFrom(query.after)) {
    const tags = by === 'whole' ? [query.whole] : await rarestFirst(db, place, query.words);
    const wanted = { place, tags, to: query.to };
    for await (const step of walk(db, wanted, query.after?.by === by ? query.after : null)) {
      if (step.kind === 'examined') {
        examined += step.rows;
        if (examined < BUDGET) continue;
        return { subjects, next: { by, subject: digestToHex(step.subject), index: step.index } };
      }
      // It has been found already.
      if (by === 'words' && (await hasWhole(db, place, query, step.subject))) continue;
      if (subjects.length >= query.limit) return { subjects, next: last };
      const found = await foundSubject(db, wanted, step.subject, by, query.entries);
      subjects.push(found);
      last = { by, subject: found.subject, index: null };
    }
  }
  return { subjects, next: null };
}

/** Other subjects with an identifying value of this one's, in the order of their tags. */
export async function sharedValues(
  db: RowDb,
  log: number,
  { keyId, subject, to, limit }: SharedQuery,
): Promise<SharedValue[]> {
  const found = new Map<string, SharedValue>();
  const place: SearchPlace = { log, by: 'term', keyId };
  for (const tag of await identitiesOf(db, { log, by: 'identity', keyId }, subject, to)) {
    let examined = 0;
    for await (const step of walk(db, { place, tags: [tag], to }, null)) {
      if (step.kind === 'examined') {
        examined += step.rows;
        if (examined >= BUDGET_OF_SUBJECT) break;
        continue;
      }
      const other = digestToHex(step.subject);
      if (other === subject || found.has(other)) continue;
      found.set(other, { subject: other, index: step.index });
      if (found.size >= limit) return [...found.values()];
    }
  }
  return [...found.values()];
}

interface Wanted {
  readonly place: SearchPlace;
  /** Each of them must be in the same entry. */
  readonly tags: readonly Uint8Array[];
  readonly to: TreeSize;
}

type Step =
  | { readonly kind: 'hit'; readonly subject: Uint8Array; readonly index: LeafIndex }
  | {
      readonly kind: 'examined';
      readonly rows: number;
      /** All before this subject, and of it all up to this index or, if null, all. */
      readonly subject: Uint8Array;
      readonly index: LeafIndex | null;
    };

function matchesFrom(after: SearchPosition | null): readonly MatchedBy[] {
  return after?.by === 'words' ? ['words'] : ['whole', 'words'];
}

/** Each subject that has an entry with all tags, once, with the first such entry. */
async function* walk(
  db: RowDb,
  { place, tags, to }: Wanted,
  after: SearchPosition | null,
): AsyncGenerator<Step> {
  const [first] = tags;
  if (first === undefined) return;
  const { gte, lt } = firstRange(place, first);
  let from = after === null ? gte : behind(place, first, digestFromHex(after.subject), after.index);
  let hit = '';
  for (;;) {
    const rows = await keysOf(db, { gte: from, lt }, { limit: READ_AT_ONCE });
    for (const row of await withAll(db, { place, tags, to }, rows)) {
      const subject = secondOf(row);
      if (toHex(subject) === hit) continue;
      hit = toHex(subject);
      yield { kind: 'hit', subject, index: indexOf(row) as LeafIndex };
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < READ_AT_ONCE) return;
    const subject = secondOf(last);
    // What else a subject has that was found already is not looked at.
    const index = toHex(subject) === hit ? null : (indexOf(last) as LeafIndex);
    yield { kind: 'examined', rows: rows.length, subject, index };
    from = behind(place, first, subject, index);
  }
}

function behind(
  place: SearchPlace,
  first: Uint8Array,
  subject: Uint8Array,
  index: LeafIndex | null,
): Uint8Array {
  return index === null
    ? beyond(place, first, subject)
    : searchRowKey(place, first, subject, index + 1);
}

/** Those rows of the first tag whose entry is below `to` and has the other tags as well. */
async function withAll(
  db: RowDb,
  { place, tags, to }: Wanted,
  rows: readonly Uint8Array[],
): Promise<Uint8Array[]> {
  let left = rows.filter((row) => indexOf(row) < to);
  for (const tag of tags.slice(1)) {
    const keys = left.map((row) => searchRowKey(place, tag, secondOf(row), indexOf(row)));
    const values = await db.getMany(keys);
    left = left.filter((_, at) => (values[at] ?? null) !== null);
  }
  return left;
}

async function rarestFirst(
  db: RowDb,
  place: SearchPlace,
  tags: readonly Uint8Array[],
): Promise<readonly Uint8Array[]> {
  if (tags.length < 2) return tags;
  const counted: { tag: Uint8Array; count: number }[] = [];
  for (const tag of tags) {
    const { length } = await keysOf(db, firstRange(place, tag), { limit: COUNTED });
    counted.push({ tag, count: length });
  }
  return counted.sort((a, b) => a.count - b.count).map(({ tag }) => tag);
}

async function hasWhole(
  db: RowDb,
  place: SearchPlace,
  { whole, to }: SubjectQuery,
  subject: Uint8Array,
): Promise<boolean> {
  return (await keysOf(db, bothRange(place, whole, subject, to), { limit: 1 })).length > 0;
}

async function foundSubject(
  db: RowDb,
  wanted: Wanted,
  subject: Uint8Array,
  by: MatchedBy,
  entries: number,
): Promise<FoundSubject> {
  const { place, tags, to } = wanted;
  const [first] = tags;
  assert(first !== undefined, 'nothing is found by no tag');
  const indices: LeafIndex[] = [];
  let [looked, end] = [0, to as number];
  while (indices.length <= entries && looked < BUDGET_OF_SUBJECT) {
    const range = bothRange(place, first, subject, end);
    const rows = await keysOf(db, range, { limit: READ_AT_ONCE, reverse: true });
    for (const row of await withAll(db, wanted, rows)) indices.push(indexOf(row) as LeafIndex);
    looked += rows.length;
    const last = rows.at(-1);
    if (last === undefined || rows.length < READ_AT_ONCE)
      return named(subject, by, indices, entries, false);
    end = indexOf(last);
  }
  return named(subject, by, indices, entries, true);
}

function named(
  subject: Uint8Array,
  by: MatchedBy,
  indices: readonly LeafIndex[],
  entries: number,
  isCut: boolean,
): FoundSubject {
  return {
    subject: digestToHex(subject),
    by,
    indices: indices.slice(0, entries),
    hasMore: isCut || indices.length > entries,
  };
}

async function identitiesOf(
  db: RowDb,
  place: SearchPlace,
  subject: SharedQuery['subject'],
  to: TreeSize,
): Promise<Uint8Array[]> {
  const tags = new Map<string, Uint8Array>();
  const range = firstRange(place, digestFromHex(subject));
  for (const key of await keysOf(db, range, { limit: IDENTITY_ROWS })) {
    if (indexOf(key) >= to) continue;
    tags.set(toHex(secondOf(key)), secondOf(key));
    if (tags.size >= MAX_IDENTITIES) break;
  }
  return [...tags.values()];
}

async function keysOf(
  db: RowDb,
  range: KeyRange,
  options: { readonly limit: number; readonly reverse?: boolean },
): Promise<Uint8Array[]> {
  const keys: Uint8Array[] = [];
  const atOnce = Math.min(options.limit, READ_AT_ONCE);
  for await (const [key] of db.rows(range, { ...options, atOnce })) keys.push(key);
  return keys;
}
