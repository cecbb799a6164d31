/** What whoever prepares records is told of the files that they attach. */
import type { HexDigest } from '../../base/hex-digest.js';
import type { Vault } from '../../keys/vault.js';
import { LedgerError } from '../../ledger/ledger-error.js';
import type { Ledger } from '../../ledger/ledger.js';
import { findEntry, type FoundEntry } from '../../queries/find-entry.js';
import { openEntry } from '../../queries/opened-entry.js';
import { FILE_TYPE, fileContentIn } from '../../records/file-content.js';
import type { FoundFile } from '../preparation/preparer.js';

/**
 * An entry is found once it is durable, and its content was before it. Of this ledger alone: what another
 * holds must not be told by whether it can be attached here.
 */
export async function findFiles(
  ledger: Ledger,
  vault: Vault,
  entries: readonly HexDigest[],
): Promise<FoundFile[]> {
  const files: FoundFile[] = [];
  for (const entry of entries) files.push(await findFile(ledger, vault, entry));
  return files;
}

async function findFile(ledger: Ledger, vault: Vault, id: HexDigest): Promise<FoundFile> {
  const found = await placeOf(ledger, id);
  if (found === null) return { kind: 'unknown' };
  const opened = await openEntry(vault, await found.reader.entry(found.index));
  const { statement } = opened;
  if (statement.kind !== 'record' || statement.type !== FILE_TYPE) return { kind: 'no-content' };
  if (opened.kind !== 'record') return { kind: 'erased' };
  const content = fileContentIn(opened.payload.bytes);
  if (content === null) return { kind: 'no-content' };
  return { kind: 'file', subject: opened.said.subject, ...content };
}

async function placeOf(ledger: Ledger, id: HexDigest): Promise<FoundEntry | null> {
  try {
    return await findEntry(ledger, id);
  } catch (error) {
    if (error instanceof LedgerError && error.code === 'LEDGER_ENTRY_UNKNOWN') return null;
    throw error;
  }
}
