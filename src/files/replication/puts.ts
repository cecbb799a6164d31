/** The entries of a drive's log that refer to chunks, in order. */
import type { LeafIndex, TreeSize } from '../../base/brand.js';
import { utf8ToString } from '../../base/bytes.js';
import { parseStrictJson } from '../../base/canonical-json.js';
import type { Vault } from '../../keys/vault.js';
import type { LogReader, StoredEntry } from '../../ledger/log-reader.js';
import { openEntry } from '../../queries/opened-entry.js';
import { knownStatement } from '../drive-follower.js';
import { FILE_TYPE } from '../file-change.js';
import { parseChange } from '../parse-change.js';
import type { Reference } from '../references.js';

export interface LookedAt {
  readonly index: number;
  /** Empty of an entry that refers to none, or that nobody can open any more. */
  readonly references: readonly Reference[];
}

/** @throws LedgerError LEDGER_DAMAGED; FilesError FILES_FORMAT_NEWER. */
export async function* referencesIn(
  reader: LogReader,
  vault: Vault,
  from: number,
  to: number,
): AsyncGenerator<LookedAt> {
  for await (const entry of reader.entries(from as LeafIndex, to as TreeSize))
    yield { index: entry.index, references: await referencesOf(vault, entry) };
}

async function referencesOf(vault: Vault, entry: StoredEntry): Promise<readonly Reference[]> {
  const statement = knownStatement(entry.statement);
  if (statement?.kind !== 'record' || statement.type !== FILE_TYPE) return [];
  const opened = await openEntry(vault, entry);
  // Whoever it was about has been forgotten, and the way to the chunks with them.
  if (opened.kind !== 'record') return [];
  const change = parseChange(parseStrictJson(utf8ToString(opened.payload.bytes)));
  return change.action === 'put' && 'refs' in change.content ? change.content.refs : [];
}
