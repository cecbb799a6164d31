/** One entry, opened; with `asOf` only if it was there then. */
import { LedgerError } from '../ledger/ledger-error.js';
import { type AsOf, sizeAsOf, stateAt } from './as-of.js';
import { type EntryView, entryView } from './entry-view.js';
import { findEntry } from './find-entry.js';
import { openEntry } from './opened-entry.js';
import type { LedgerLogs } from './tenant-ledgers.js';

export interface EntryAnswer extends EntryView {
  readonly asOf: AsOf;
}

/** @throws LedgerError LEDGER_ENTRY_UNKNOWN; and as `sizeAsOf`. */
export async function getEntry(
  { ledger, vault, marksOf, clock, timeZone }: LedgerLogs,
  id: string,
  asOf?: string,
): Promise<EntryAnswer> {
  const { reader, index } = await findEntry(ledger, id);
  const size = await sizeAsOf(reader, asOf, { clock, timeZone });
  if (index >= size)
    throw new LedgerError('LEDGER_ENTRY_UNKNOWN', 'this ledger did not have the entry yet');
  const opened = await openEntry(vault, await reader.entry(index));
  return { ...entryView(reader.origin, opened, marksOf), asOf: await stateAt(reader, size) };
}
