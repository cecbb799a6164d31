/**
 * Entries by what they are about: filters on subject, type, key, author, recorded time, finality, and the
 * versions that were valid at an instant. A page looks at a bounded number of entries; one that found
 * fewer than it may show says where to go on.
 */
import type { LeafIndex, TreeSize, UnixMillis } from '../base/brand.js';
import { digestToHex, type HexDigest } from '../base/hex-digest.js';
import { formatInstant } from '../base/time.js';
import { stateOf } from '../records/as-of-state.js';
import { parseStatement } from '../records/parse-statement.js';
import type { StatementKind } from '../records/statement.js';
import type { LogView, ViewedEntry } from '../views/log-view.js';
import type { EntryFilter, ViewPage } from '../views/view-query.js';
import type { AsOf } from './as-of.js';
import { type EntryView, entryView } from './entry-view.js';
import { openEntry } from './opened-entry.js';
import { personTag, thingTag } from './person-tags.js';
import { QueryError } from './query-error.js';
import type { MarkSizes } from './receipt.js';
import { type EntryRange, type RecordedPeriod, recordedRange } from './recorded-range.js';
import { versionsOf } from './subject-entries.js';
import { validInstant } from './subject-state.js';
import type { TenantLedger } from './tenant-ledgers.js';
import { type StateQuestion, type ViewState, viewState } from './view-state.js';

export interface Filters extends RecordedPeriod {
  readonly kind?: StatementKind | undefined;
  /** Records of any of these types. */
  readonly types?: readonly string[] | undefined;
  readonly subject?: string | undefined;
  /** Of a thing of this subject and type. */
  readonly key?: string | undefined;
  readonly author?: string | undefined;
  readonly validAt?: string | undefined;
  readonly finality?: FinalityFilter | undefined;
}

/** Of the entries that have, or have not, come that far. */
/** A mark, or that there is none yet. */
export type FinalityFilter = keyof MarkSizes | `un${keyof MarkSizes}`;
export const FINALITY_FILTERS = [
  'witnessed',
  'unwitnessed',
  'timestamped',
  'untimestamped',
  'anchored',
  'unanchored',
] as const satisfies readonly FinalityFilter[];

export interface FindQuestion extends StateQuestion {
  readonly filters: Filters;
  readonly limit: number;
  readonly from?: LeafIndex | undefined;
}

export interface FoundPage {
  readonly origin: string;
  readonly items: readonly EntryView[];
  /** Where the next page begins, or null after the last. */
  readonly next: LeafIndex | null;
  readonly asOf: AsOf;
  readonly validAt?: string;
}

/** Looked at for one page. With `validAt` each may mean reading all of its subject. */
const BUDGET = 20_000;
const BUDGET_VALID_AT = 2_000;
const COUNT_BUDGET = 1_000_000;

/** @throws QueryError QUERY_INCOMPLETE; as `viewState` and `openEntry`. */
export async function findEntries(
  ledger: TenantLedger,
  question: FindQuestion,
): Promise<FoundPage> {
  const search = await searchOf(ledger, question);
  const { reader, asOf } = search.state;
  const { entries, next } = await search.page(question.from ?? (0 as LeafIndex), question.limit);
  const items: EntryView[] = [];
  for (const entry of entries)
    items.push(entryView(reader.origin, await openEntry(ledger.vault, entry), ledger.marksOf));
  const { validAt } = search;
  return {
    origin: reader.origin,
    items,
    next,
    asOf,
    ...(validAt !== undefined && { validAt: formatInstant(validAt) }),
  };
}

export interface EntryCount {
  readonly origin: string;
  readonly count: number;
  readonly asOf: AsOf;
}

/** @throws QueryError QUERY_TOO_BROAD; as `findEntries`. */
export async function countEntries(
  ledger: TenantLedger,
  question: Omit<FindQuestion, 'limit' | 'from'>,
): Promise<EntryCount> {
  const search = await searchOf(ledger, question);
  const { reader, asOf } = search.state;
  return { origin: reader.origin, count: await search.count(), asOf };
}

export interface Search {
  readonly state: ViewState;
  readonly validAt: UnixMillis | undefined;
  page(from: LeafIndex, limit: number): Promise<ViewPage<ViewedEntry>>;
  /** @throws QueryError QUERY_TOO_BROAD. */
  count(): Promise<number>;
}

/** Reads the question once; pages and counts are then of one state. @throws as `findEntries`. */
export async function searchOf(
  ledger: TenantLedger,
  { filters, ...question }: StateQuestion & { readonly filters: Filters },
): Promise<Search> {
  const validAt = validInstant(ledger, filters.validAt);
  const where = await filterOf(ledger, filters);
  const state = await viewState(ledger, question);
  const { view } = state;
  const range = await rangeOf(ledger, state, filters);
  const isOfNoRecord = where?.kind !== undefined && where.kind !== 'record';
  // Only records have versions that were valid.
  if (where === null || (validAt !== undefined && isOfNoRecord))
    return {
      state,
      validAt,
      page: () => Promise.resolve({ entries: [], next: null, examined: 0 }),
      count: () => Promise.resolve(0),
    };
  const valid = validAt === undefined ? null : new ValidVersions(ledger, view, state.size, validAt);
  const whereRecord: EntryFilter = valid === null ? where : { ...where, kind: 'record' };
  return {
    state,
    validAt,
    page: (from, limit) =>
      pageOf(view, whereRecord, { ...range, from: Math.max(from, range.from) }, limit, valid),
    count: async () => {
      if (valid !== null) return countValid(view, whereRecord, range, valid);
      const counted = await view.count({ ...range, where, budget: COUNT_BUDGET });
      if (!counted.isComplete) throw tooBroad(COUNT_BUDGET);
      return counted.count;
    },
  };
}

async function pageOf(
  view: LogView,
  where: EntryFilter,
  range: EntryRange,
  limit: number,
  valid: ValidVersions | null,
): Promise<ViewPage<ViewedEntry>> {
  if (valid === null)
    return view.find({ ...range, where, isReversed: false, limit, budget: BUDGET });
  const entries: ViewedEntry[] = [];
  let [{ from }, examined] = [range, 0];
  while (examined < BUDGET_VALID_AT) {
    const some = Math.min(PAGE, BUDGET_VALID_AT - examined);
    const page = await view.find({
      ...range,
      from,
      where,
      isReversed: false,
      limit: some,
      budget: some,
    });
    examined += page.examined;
    for (const entry of page.entries) {
      if (!(await valid.has(entry))) continue;
      if (entries.length >= limit) return { entries, next: entry.index, examined };
      entries.push(entry);
    }
    if (page.next === null) return { entries, next: null, examined };
    from = page.next;
  }
  return { entries, next: from as LeafIndex, examined };
}

async function countValid(
  view: LogView,
  where: EntryFilter,
  range: EntryRange,
  valid: ValidVersions,
): Promise<number> {
  let [count, examined] = [0, 0];
  let { from } = range;
  for (;;) {
    const page = await view.find({
      ...range,
      from,
      where,
      isReversed: false,
      limit: PAGE,
      budget: PAGE,
    });
    examined += page.examined;
    if (examined > BUDGET) throw tooBroad(BUDGET);
    for (const entry of page.entries) if (await valid.has(entry)) count++;
    if (page.next === null) return count;
    from = page.next;
  }
}

const PAGE = 256;
/** Of subjects, in one answer. */
const MAX_REMEMBERED = 1_000;

/** Which records are the versions that were valid at an instant, subject by subject. */
class ValidVersions {
  readonly #ledger: TenantLedger;
  readonly #view: LogView;
  readonly #size: TreeSize;
  readonly #validAt: UnixMillis;
  readonly #chosen = new Map<HexDigest, Promise<ReadonlySet<HexDigest>>>();

  constructor(ledger: TenantLedger, view: LogView, size: TreeSize, validAt: UnixMillis) {
    this.#ledger = ledger;
    this.#view = view;
    this.#size = size;
    this.#validAt = validAt;
  }

  async has(entry: ViewedEntry): Promise<boolean> {
    const statement = parseStatement(entry.statement);
    if (statement.kind !== 'record') return false;
    const { subject } = statement.tags;
    let chosen = this.#chosen.get(subject);
    if (chosen === undefined) {
      if (this.#chosen.size >= MAX_REMEMBERED) this.#chosen.clear();
      this.#chosen.set(subject, (chosen = this.#choose(subject)));
    }
    return (await chosen).has(digestToHex(entry.leafHash));
  }

  async #choose(subject: HexDigest): Promise<ReadonlySet<HexDigest>> {
    const versions = await versionsOf(this.#ledger.vault, this.#view, subject, this.#size);
    const standing = stateOf(versions, { validAt: this.#validAt });
    return new Set(standing.map(({ leafHash }) => leafHash));
  }
}

/** Null where a name has no tag: then nothing is found. @throws QueryError QUERY_INCOMPLETE. */
async function filterOf({ vault }: TenantLedger, filters: Filters): Promise<EntryFilter | null> {
  const { kind, types, subject, key, author } = filters;
  const type = types?.length === 1 ? types[0] : undefined;
  if (key !== undefined && (subject === undefined || type === undefined))
    throw new QueryError(
      'QUERY_INCOMPLETE',
      'a key names a thing of one subject and one type: ask with these too',
    );
  const where: { -readonly [Name in keyof EntryFilter]: EntryFilter[Name] } = {};
  if (kind !== undefined) where.kind = kind;
  if (types !== undefined) where.types = types;
  if (subject !== undefined) {
    const person = await personTag(vault, subject, 'subject');
    if (person === null) return null;
    where.person = person;
  }
  if (author !== undefined) {
    const tag = await personTag(vault, author, 'author');
    if (tag === null) return null;
    where.author = tag;
  }
  if (key === undefined || subject === undefined || type === undefined) return where;
  const thing = await thingTag(vault, { subject, type, key });
  return thing === null ? null : { ...where, thing };
}

async function rangeOf(
  ledger: TenantLedger,
  state: ViewState,
  { finality, ...period }: Filters,
): Promise<EntryRange> {
  const { from, to } = await recordedRange(ledger, state, period);
  const marks = ledger.marksOf(state.reader.origin);
  switch (finality) {
    case undefined:
      return { from, to };
    case 'witnessed':
    case 'timestamped':
    case 'anchored':
      return { from, to: Math.min(to, marks[finality]) };
    case 'unwitnessed':
      return { from: Math.max(from, marks.witnessed), to };
    case 'untimestamped':
      return { from: Math.max(from, marks.timestamped), to };
    case 'unanchored':
      return { from: Math.max(from, marks.anchored), to };
  }
}

function tooBroad(budget: number): QueryError {
  return new QueryError(
    'QUERY_TOO_BROAD',
    `more than ${budget} entries would have to be looked at: narrow it by subject, type or time`,
  );
}
