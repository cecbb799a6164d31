/** What the node's calendar knows of a commitment by now: the way of its entry into a block. */
import { MAX_ANSWER_BYTES } from '../anchoring/calendar-client.js';
import { NOTHING_STAMPED } from '../anchoring/calendar-heads.js';
import type { OtsFile } from '../evidence/opentimestamps/ots-file.js';
import { timestampBytes } from '../evidence/opentimestamps/write-ots-file.js';
import { LedgerError } from '../ledger/ledger-error.js';
import type { Ledger } from '../ledger/ledger.js';
import type { EvidenceParts } from './entry-evidence.js';
import { entryOtsFile } from './entry-timestamp.js';
import { findEntry, type FoundEntry } from './find-entry.js';
import { QueryError } from './query-error.js';

/**
 * @param commitment leaf hash of an entry of the calendar's ledger, in hex.
 * @returns a bare timestamp of the commitment.
 * @throws QueryError CALENDAR_COMMITMENT_UNKNOWN, CALENDAR_PENDING; as `entryOtsFile`.
 */
export async function commitmentTimestamp(
  { anchored, byCalendars }: Pick<EvidenceParts, 'anchored' | 'byCalendars'>,
  ledger: Ledger,
  commitment: string,
): Promise<Uint8Array> {
  const found = await foundEntry(ledger, commitment);
  // The node's own way is the shortest, and there is one answer only.
  for (const parts of [
    { anchored, byCalendars: NOTHING_STAMPED },
    { anchored, byCalendars },
  ]) {
    const file = await fileOrNull(() => entryOtsFile(parts, found));
    const bytes = file && timestampBytes(file.timestamp);
    if (bytes !== null && bytes.length <= MAX_ANSWER_BYTES) return bytes;
  }
  throw new QueryError(
    'CALENDAR_PENDING',
    'no block holds this commitment yet: ask again in some minutes',
  );
}

async function foundEntry(ledger: Ledger, commitment: string): Promise<FoundEntry> {
  try {
    return await findEntry(ledger, commitment);
  } catch (cause) {
    if (!(cause instanceof LedgerError) || cause.code !== 'LEDGER_ENTRY_UNKNOWN') throw cause;
    throw new QueryError(
      'CALENDAR_COMMITMENT_UNKNOWN',
      'this calendar gave no such commitment: ask for the message at the pending attestation, not for the digest that was sent',
    );
  }
}

async function fileOrNull(make: () => Promise<OtsFile>): Promise<OtsFile | null> {
  try {
    return await make();
  } catch (cause) {
    if (cause instanceof QueryError && cause.code === 'ENTRY_NOT_ANCHORED') return null;
    throw cause;
  }
}
