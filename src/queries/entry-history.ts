/** All versions of the thing that an entry is a version of, newest first, as of a size. */
import type { LeafIndex, TreeSize } from '../base/brand.js';
import { fromHex } from '../base/bytes.js';
import { digestFromHex } from '../base/hex-digest.js';
import { damaged } from '../ledger/ledger-error.js';
import { parseStatement } from '../records/parse-statement.js';
import { type AsOf, sizeAsOf, stateAt } from './as-of.js';
import { type EntryView, entryView } from './entry-view.js';
import { findEntry, type FoundEntry } from './find-entry.js';
import { openEntry } from './opened-entry.js';
import type { LedgerLogs } from './tenant-ledgers.js';

export interface History {
  readonly items: readonly EntryView[];
  /** Index to go on from, or null at the first version. */
  readonly next: LeafIndex | null;
  readonly asOf: AsOf;
}

export interface HistoryRange {
  readonly limit: number;
  /** Versions that came later did not exist yet. */
  readonly asOf?: string | undefined;
  /** Where the page before ended, and the size it was pinned to, which then counts and not `asOf`. */
  readonly position?: { readonly next: LeafIndex; readonly size: TreeSize } | undefined;
}

/** @throws LedgerError LEDGER_ENTRY_UNKNOWN; and as `sizeAsOf`. */
export async function entryHistory(
  { ledger, vault, marksOf, clock, timeZone }: LedgerLogs,
  id: string,
  { limit, asOf, position }: HistoryRange,
): Promise<History> {
  const { reader, index } = await findEntry(ledger, id);
  const size = position?.size ?? (await sizeAsOf(reader, asOf, { clock, timeZone }));
  const items: EntryView[] = [];
  let at: LeafIndex | null = position?.next ?? (await newestVersion({ reader, index }));
  while (at !== null && items.length < limit) {
    const entry = await reader.entry(at);
    if (at < size) items.push(entryView(reader.origin, await openEntry(vault, entry), marksOf));
    at = await previousVersion({ reader, index: at }, entry.statement);
  }
  return { items, next: at, asOf: await stateAt(reader, size) };
}

async function newestVersion({ reader, index }: FoundEntry): Promise<LeafIndex> {
  const { statement } = await reader.entry(index);
  const parsed = parseStatement(statement);
  if (parsed.kind !== 'record') return index;
  const latest = await reader.latestVersion(digestFromHex(parsed.tags.key));
  return latest?.index ?? index;
}

/** Null at the first version. @throws LedgerError LEDGER_DAMAGED. */
export async function previousVersion(
  { reader, index }: FoundEntry,
  statement: Uint8Array,
): Promise<LeafIndex | null> {
  const parsed = parseStatement(statement);
  if (parsed.kind !== 'record' || parsed.prev === undefined) return null;
  const previous = await reader.indexOf(fromHex(parsed.prev));
  // Without this a damaged state could send the walk round in circles.
  if (previous === null || previous >= index)
    throw damaged(`entry ${index} names a version before it that is not there`);
  return previous;
}
