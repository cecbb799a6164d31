/** Pages over a ledger's log itself, which needs no view; pinned to the size that the first page saw. */
import type { LeafIndex, TreeSize } from '../base/brand.js';
import { type AsOf, sizeAsOf, stateAt } from './as-of.js';
import { type EntryView, entryView } from './entry-view.js';
import { openEntry } from './opened-entry.js';
import type { LedgerLogs } from './tenant-ledgers.js';

export interface EntryPage {
  readonly origin: string;
  readonly items: readonly EntryView[];
  /** Where the next page begins, or null after the last. */
  readonly next: LeafIndex | null;
  readonly asOf: AsOf;
}

export interface EntryRange {
  readonly limit: number;
  readonly asOf?: string | undefined;
  /** Where the page before ended, and the size it was pinned to, which then counts and not `asOf`. */
  readonly position?: { readonly next: LeafIndex; readonly size: TreeSize } | undefined;
}

/** @throws as `sizeAsOf`. */
export async function listEntries(
  { ledger, vault, marksOf, clock, timeZone }: LedgerLogs,
  { limit, asOf, position }: EntryRange,
): Promise<EntryPage> {
  const { reader } = ledger;
  const size = position?.size ?? (await sizeAsOf(reader, asOf, { clock, timeZone }));
  const from = position?.next ?? (0 as LeafIndex);
  const to = Math.min(from + limit, size) as TreeSize;
  const items: EntryView[] = [];
  for await (const entry of reader.entries(from, to))
    items.push(entryView(reader.origin, await openEntry(vault, entry), marksOf));
  const next = to < size ? (to as number as LeafIndex) : null;
  return { origin: reader.origin, items, next, asOf: await stateAt(reader, size) };
}
