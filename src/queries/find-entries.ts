/**
 * Entries by what they are about: filters on subject, type, key, author, recorded time, finality, and the
 * versions that were valid at an instant. A page looks at a bounded number of entries; one that found
 * fewer than it may show says where to go on.
 */
import type { LeafIndex } from '../base/brand.js';
import { formatInstant } from '../base/time.js';
import type { AsOf } from './as-of.js';
import type { Filters } from './entry-filters.js';
import { searchOf } from './entry-search.js';
import { type EntryView, entryView } from './entry-view.js';
import { openEntry } from './opened-entry.js';
import type { TenantLedger } from './tenant-ledgers.js';
import type { StateQuestion } from './view-state.js';

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
