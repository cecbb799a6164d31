/** The bytes of an entry that others hash, sign and stamp. */
import { concat } from '../base/bytes.js';
import { findEntry } from './find-entry.js';
import type { LedgerLogs } from './tenant-ledgers.js';

/** RFC 6962 §2.1: what sets a leaf apart from a node. */
const LEAF_PREFIX = Uint8Array.of(0x00);

/** Verbatim. @throws LedgerError LEDGER_ENTRY_UNKNOWN. */
export async function statementBytes({ ledger }: LedgerLogs, id: string): Promise<Uint8Array> {
  const { reader, index } = await findEntry(ledger, id);
  return (await reader.entry(index)).statement;
}

/** `00 ‖ statement`, whose SHA-256 is the leaf hash. @throws LedgerError LEDGER_ENTRY_UNKNOWN. */
export async function leafInput(ledger: LedgerLogs, id: string): Promise<Uint8Array> {
  return concat(LEAF_PREFIX, await statementBytes(ledger, id));
}
