/** Everything recorded about a person, in the order it was recorded, a page at a time. */
import type { LeafIndex } from '../base/brand.js';
import { parseStatement } from '../records/parse-statement.js';
import type { ViewedEntry } from '../views/log-view.js';
import type { ViewPage } from '../views/view-query.js';
import type { AsOf } from './as-of.js';
import { type EntryView, entryView } from './entry-view.js';
import { openEntry } from './opened-entry.js';
import { type SubjectTags, subjectTags } from './person-tags.js';
import { type RecordedPeriod, recordedRange } from './recorded-range.js';
import { mentionsIn } from './subject-entries.js';
import { type MentionView, mentionView } from './subject-state.js';
import type { TenantLedger } from './tenant-ledgers.js';
import { type StateQuestion, viewState } from './view-state.js';

export interface TimelineQuestion extends StateQuestion, RecordedPeriod {
  readonly subject: string;
  /** Only records of these types; signatures go with none. */
  readonly types?: readonly string[] | undefined;
  readonly limit: number;
  readonly from?: LeafIndex | undefined;
  /** Newest first. */
  readonly isReversed: boolean;
}

/** An entry of the person's own, or the place in another's record where they are named. */
export type TimelineItem = EntryView | MentionView;

export interface Timeline {
  readonly subject: string;
  readonly origin: string;
  readonly items: readonly TimelineItem[];
  /** Where the next page begins; null at the end. */
  readonly next: LeafIndex | null;
  readonly asOf: AsOf;
  /** What was opened, for whoever records it. */
  readonly shown: readonly ViewedEntry[];
}

/**
 * `limit` counts entries, before `types` leaves some out: a page may be short, and go on. The places in
 * which one record names the person stay together.
 * @throws as `viewState` and `openEntry`.
 */
export async function subjectTimeline(
  ledger: TenantLedger,
  { subject, types, limit, from: start, isReversed, ...question }: TimelineQuestion,
): Promise<Timeline> {
  const { vault } = ledger;
  const state = await viewState(ledger, question);
  const { view, reader, asOf } = state;
  // Before it is known whether there is anybody: a period that is none is one of nobody either.
  const { from, to } = await recordedRange(ledger, state, question);
  const tags = await subjectTags(vault, subject);
  const answer = { subject, origin: reader.origin, asOf };
  if (tags === null) return { ...answer, items: [], next: null, shown: [] };
  const range = isReversed
    ? { from, to: Math.min(to, start ?? to) }
    : { from: Math.max(from, start ?? from), to };
  const query = { ...range, isReversed, limit, budget: limit };
  const [tagged, partyTagged] = await Promise.all([
    view.find({ ...query, where: { person: tags.tag } }),
    view.find({ ...query, where: { person: tags.partyTag } }),
  ]);
  const { entries: found, next } = merged(tagged, partyTagged, query);
  const entries = types === undefined ? found : found.filter((entry) => isOfType(entry, types));
  const items: TimelineItem[] = [];
  for (const entry of entries) items.push(...(await itemsOf(ledger, reader.origin, entry, tags)));
  return { ...answer, items, next, shown: entries };
}

type Page = Pick<ViewPage<ViewedEntry>, 'entries' | 'next'>;

/** Of two pages over the same range one, no longer than either, and without what one of them has not come to. */
function merged(
  one: Page,
  other: Page,
  { isReversed, limit }: { readonly isReversed: boolean; readonly limit: number },
): Page {
  const isBefore = (a: number, b: number): boolean => (isReversed ? a > b : a < b);
  const ends = [one.next, other.next].filter((next) => next !== null);
  // Reversed, a page goes on below its `next`; else with it.
  const end = ends.toSorted((a, b) => (isBefore(a, b) ? -1 : 1))[0] ?? null;
  const byIndex = new Map([...one.entries, ...other.entries].map((entry) => [entry.index, entry]));
  const found = [...byIndex.values()]
    .filter(({ index }) => end === null || isBefore(index, end) || (isReversed && index === end))
    .sort((a, b) => (isBefore(a.index, b.index) ? -1 : 1));
  const entries = found.slice(0, limit);
  const rest = found[limit];
  if (rest === undefined) return { entries, next: end };
  return { entries, next: (isReversed ? rest.index + 1 : rest.index) as LeafIndex };
}

function isOfType({ statement }: ViewedEntry, types: readonly string[]): boolean {
  const parsed = parseStatement(statement);
  return parsed.kind === 'record' && types.includes(parsed.type);
}

/** What the timeline shows of an entry. */
async function itemsOf(
  { vault, marksOf }: TenantLedger,
  origin: string,
  entry: ViewedEntry,
  tags: SubjectTags,
): Promise<TimelineItem[]> {
  const statement = parseStatement(entry.statement);
  if (statement.kind === 'record' && statement.tags.subject !== tags.tag)
    return Promise.all(
      mentionsIn(entry, statement, tags).map((mention) => mentionView(vault, mention)),
    );
  return [entryView(origin, await openEntry(vault, entry), marksOf)];
}
