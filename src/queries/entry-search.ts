/** One question about entries, read once and asked page by page or counted, each within its budget. */
import type { LeafIndex, UnixMillis } from '../base/brand.js';
import type { LogView, ViewedEntry } from '../views/log-view.js';
import type { EntryFilter, ViewPage } from '../views/view-query.js';
import { filterOf, type Filters, rangeOf } from './entry-filters.js';
import { QueryError } from './query-error.js';
import type { EntryRange } from './recorded-range.js';
import { validInstant } from './subject-state.js';
import type { TenantLedger } from './tenant-ledgers.js';
import { ValidVersions } from './valid-versions.js';
import { type StateQuestion, type ViewState, viewState } from './view-state.js';

/** Looked at for one page. With `validAt` each may mean reading all of its subject. */
const BUDGET = 20_000;
const BUDGET_VALID_AT = 2_000;
const COUNT_BUDGET = 1_000_000;
/** Asked of the view at once where each is then looked at. */
const PAGE = 256;

export interface Search {
  readonly state: ViewState;
  readonly validAt: UnixMillis | undefined;
  page(from: LeafIndex, limit: number): Promise<ViewPage<ViewedEntry>>;
  /** @throws QueryError QUERY_TOO_BROAD. */
  count(): Promise<number>;
}

/** Reads the question once; pages and counts are then of one state. @throws QueryError QUERY_INCOMPLETE; as `viewState`. */
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

function tooBroad(budget: number): QueryError {
  return new QueryError(
    'QUERY_TOO_BROAD',
    `more than ${budget} entries would have to be looked at: narrow it by subject, type or time`,
  );
}
