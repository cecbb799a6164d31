/** Pages over a ledger, pinned to the size that the first page saw. */
import type { LeafIndex, TreeSize } from '../base/brand.js';
import { toHex } from '../base/bytes.js';
import type { Vault } from '../keys/vault.js';
import type { LogReader } from '../ledger/log-reader.js';
import { type EntryView, entryView } from './entry-view.js';
import { openEntry } from './opened-entry.js';
import type { AnchoredSize } from './receipt.js';

export interface EntryPage {
  readonly items: readonly EntryView[];
  /** Where the next page begins, or null after the last. */
  readonly next: LeafIndex | null;
  readonly asOf: { readonly size: TreeSize; readonly rootHash: string };
}

export async function listEntries(
  vault: Vault,
  reader: LogReader,
  { from, asOf, limit }: { from: LeafIndex; asOf: TreeSize; limit: number },
  anchoredSize: AnchoredSize,
): Promise<EntryPage> {
  const to = Math.min(from + limit, asOf) as TreeSize;
  const items: EntryView[] = [];
  for await (const entry of reader.entries(from, to))
    items.push(entryView(reader.origin, await openEntry(vault, entry), anchoredSize));
  const rootHash = toHex(await reader.rootAt(asOf));
  const next = to < asOf ? (to as number as LeafIndex) : null;
  return { items, next, asOf: { size: asOf, rootHash } };
}
