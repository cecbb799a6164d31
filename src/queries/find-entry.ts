/** From what a caller names to an entry: an id is a leaf hash in hex, or an index. */
import type { LeafIndex } from '../base/brand.js';
import { fromHex } from '../base/bytes.js';
import { LedgerError } from '../ledger/ledger-error.js';
import type { Ledger } from '../ledger/ledger.js';
import type { LogReader } from '../ledger/log-reader.js';

export interface FoundEntry {
  readonly reader: LogReader;
  readonly index: LeafIndex;
}

/**
 * A leaf hash is looked for in all logs of the ledger, an index counts in the one that is written.
 *
 * @throws LedgerError LEDGER_ENTRY_UNKNOWN.
 */
export async function findEntry(ledger: Ledger, id: string): Promise<FoundEntry> {
  if (/^(?:0|[1-9][0-9]{0,15})$/.test(id)) {
    const index = Number(id);
    if (index < ledger.reader.head.size)
      return { reader: ledger.reader, index: index as LeafIndex };
  } else if (/^[0-9a-f]{64}$/.test(id)) {
    const leafHash = fromHex(id);
    for (const reader of ledger.logs.toReversed()) {
      const index = await reader.indexOf(leafHash);
      if (index !== null) return { reader, index };
    }
  }
  throw new LedgerError('LEDGER_ENTRY_UNKNOWN', 'this ledger has no such entry');
}
