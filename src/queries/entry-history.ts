/** All versions of the thing that an entry is a version of, newest first, as of a size. */
import type { LeafIndex, TreeSize } from '../base/brand.js';
import { fromHex } from '../base/bytes.js';
import { digestFromHex } from '../base/hex-digest.js';
import type { Vault } from '../keys/vault.js';
import { damaged } from '../ledger/ledger-error.js';
import { parseStatement } from '../records/parse-statement.js';
import { type EntryView, entryView } from './entry-view.js';
import type { FoundEntry } from './find-entry.js';
import { openEntry } from './opened-entry.js';
import type { AnchoredSize } from './receipt.js';

export interface History {
  readonly items: readonly EntryView[];
  /** Index to go on from, or null at the first version. */
  readonly next: LeafIndex | null;
}

export interface HistoryRange {
  /** Versions at or above this size did not exist yet. */
  readonly asOf: TreeSize;
  readonly limit: number;
  /** Where the page before ended; absent on the first. */
  readonly from?: LeafIndex;
}

export async function entryHistory(
  vault: Vault,
  { reader, index }: FoundEntry,
  { asOf, limit, from }: HistoryRange,
  anchoredSize: AnchoredSize,
): Promise<History> {
  const items: EntryView[] = [];
  let at: LeafIndex | null = from ?? (await newestVersion({ reader, index }));
  while (at !== null && items.length < limit) {
    const entry = await reader.entry(at);
    const opened = await openEntry(vault, entry);
    if (at < asOf) items.push(entryView(reader.origin, opened, anchoredSize));
    at = await previousVersion({ reader, index: at }, entry.statement);
  }
  return { items, next: at };
}

async function newestVersion({ reader, index }: FoundEntry): Promise<LeafIndex> {
  const { statement } = await reader.entry(index);
  const parsed = parseStatement(statement);
  if (parsed.kind !== 'record') return index;
  const latest = await reader.latestVersion(digestFromHex(parsed.tags.key));
  return latest?.index ?? index;
}

async function previousVersion(
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
