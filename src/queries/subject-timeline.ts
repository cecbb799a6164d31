/** Everything recorded about a person, in the order it was recorded, a page at a time. */
import type { LeafIndex } from '../base/brand.js';
import { parseStatement } from '../records/parse-statement.js';
import type { ViewedEntry } from '../views/log-view.js';
import type { AsOf } from './as-of.js';
import { type EntryView, entryView } from './entry-view.js';
import { openEntry } from './opened-entry.js';
import { personTag } from './person-tags.js';
import { type MentionView, mentionView } from './subject-state.js';
import type { TenantLedger } from './tenant-ledgers.js';
import { type StateQuestion, viewState } from './view-state.js';

export interface TimelineQuestion extends StateQuestion {
  readonly subject: string;
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

/** @throws as `viewState` and `openEntry`. */
export async function subjectTimeline(
  ledger: TenantLedger,
  { subject, limit, from, isReversed, ...question }: TimelineQuestion,
): Promise<Timeline> {
  const { vault, anchoredSize } = ledger;
  const { view, reader, size, asOf } = await viewState(ledger, question);
  const person = await personTag(vault, subject, 'subject');
  const answer = { subject, origin: reader.origin, asOf };
  if (person === null) return { ...answer, items: [], next: null, shown: [] };
  const range = isReversed
    ? { from: 0, to: Math.min(size, from ?? size) }
    : { from: from ?? 0, to: size };
  const query = { ...range, where: { person }, isReversed, limit, budget: limit };
  const { entries, next } = await view.find(query);
  const items: TimelineItem[] = [];
  for (const entry of entries) {
    const statement = parseStatement(entry.statement);
    if (statement.kind === 'record' && statement.tags.subject !== person) {
      const part = (statement.parts ?? []).findIndex(({ subject: tag }) => tag === person);
      items.push(await mentionView(vault, { role: 'part', entry, statement, part }));
    } else items.push(entryView(reader.origin, await openEntry(vault, entry), anchoredSize));
  }
  return { ...answer, items, next, shown: entries };
}
