/** An entry as an OpenTimestamps file (docs/formats/opentimestamps.md): its way into a block, for programs of others. */
import { otsPathOfEntry } from '../evidence/opentimestamps/entry-path.js';
import { otsFileOfPath } from '../evidence/opentimestamps/ots-path.js';
import { writeOtsFile } from '../evidence/opentimestamps/write-ots-file.js';
import { disclosedEntry } from './disclosed-entries.js';
import type { EvidenceAnswer, EvidenceParts } from './entry-evidence.js';
import { anchorsOf, evidenceAnchor, headSize } from './evidence-parts.js';
import { findEntry } from './find-entry.js';
import { openEntry } from './opened-entry.js';
import { QueryError } from './query-error.js';
import type { LedgerLogs } from './tenant-ledgers.js';

export const OTS_TYPE = 'application/vnd.opentimestamps.ots';

/**
 * Of what `leafInput` gives. It holds no content, but is made to be handed to others with it, and is put on record
 * as other evidence is.
 *
 * @throws LedgerError LEDGER_ENTRY_UNKNOWN, QueryError ENTRY_NOT_ANCHORED, OpenTimestampsError OTS_PATH_UNUSABLE
 * where the way is longer than such a file may say.
 */
export async function entryTimestamp(
  { anchored }: EvidenceParts,
  { ledger, vault }: LedgerLogs,
  id: string,
): Promise<EvidenceAnswer> {
  const found = await findEntry(ledger, id);
  const { reader, index } = found;
  const { after } = await anchorsOf(anchored, found);
  if (after === null)
    throw new QueryError(
      'ENTRY_NOT_ANCHORED',
      'no block holds this entry yet: ask again when its finality says that it is anchored',
    );
  const size = headSize(after);
  const entry = await reader.entry(index);
  const path = otsPathOfEntry({
    index,
    statement: entry.statement,
    inclusion: await reader.inclusionProof(index, size),
    anchor: await evidenceAnchor(reader, after, size),
  });
  const shown = [disclosedEntry(await openEntry(vault, entry))];
  return { bytes: writeOtsFile(otsFileOfPath(path)), shown };
}
