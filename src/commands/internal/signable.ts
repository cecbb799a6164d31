/** What can be signed with a certificate, and on whose secrets a signature over it rests. */
import type { Vault } from '../../keys/vault.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { FoundEntry } from '../../queries/find-entry.js';
import { openUnerased } from '../../queries/opened-entry.js';
import { DEFAULT_RETENTION } from '../../records/record-scopes.js';
import type { ViewedEntry } from '../../views/log-view.js';
import { CommandError } from '../command-error.js';

/** An entry, and what it takes to open it. */
interface EntryAt {
  readonly ledger: Ledger;
  readonly vault: Vault;
  readonly found: FoundEntry;
}

export interface Signable {
  readonly entry: ViewedEntry;
  /** Of a batch, which is about nobody, the log's origin. */
  readonly subject: string;
  readonly retention: string;
}

/**
 * A record, a batch, or a signature, of the log that is written.
 * @throws CommandError SIGNATURE_OF_NO_RECORD; QueryError ENTRY_ERASED.
 */
export async function openSignable({ ledger, vault, found }: EntryAt): Promise<Signable> {
  if (found.reader !== ledger.reader)
    throw new CommandError(
      'SIGNATURE_OF_NO_RECORD',
      'the entry lies in a log that is closed: sign a record of the log that is written now',
    );
  const opened = await openUnerased(vault, await found.reader.entry(found.index));
  const { entry, statement } = opened;
  if (opened.kind !== 'plain') {
    const { subject, retention } = opened.said;
    return { entry, subject, retention };
  }
  if (statement.kind !== 'batch')
    throw new CommandError(
      'SIGNATURE_OF_NO_RECORD',
      'only records, batches, and signatures of these, can be signed',
    );
  return { entry, subject: statement.origin, retention: DEFAULT_RETENTION };
}
