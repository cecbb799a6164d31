/** An entry as an OpenTimestamps file (docs/formats/opentimestamps.md): its ways into blocks, for programs of others. */
import type { Anchored } from '../anchoring/anchored-heads.js';
import type { CalendarStamped } from '../anchoring/calendar-heads.js';
import type { LeafIndex, TreeSize } from '../base/brand.js';
import { otsPathOfEntry } from '../evidence/opentimestamps/entry-path.js';
import { OpenTimestampsError } from '../evidence/opentimestamps/errors.js';
import { mergeOtsFiles } from '../evidence/opentimestamps/merge-ots-files.js';
import type { OtsFile } from '../evidence/opentimestamps/ots-file.js';
import { otsFileOfPath } from '../evidence/opentimestamps/ots-path.js';
import { stampedFile } from '../evidence/opentimestamps/stamped-path.js';
import { writeOtsFile } from '../evidence/opentimestamps/write-ots-file.js';
import type { LogReader } from '../ledger/log-reader.js';
import { disclosedEntry } from './disclosed-entries.js';
import type { EvidenceAnswer, EvidenceParts } from './entry-evidence.js';
import { anchorsOf, evidenceAnchor, headSize, wayOfHead } from './evidence-parts.js';
import { findEntry, type FoundEntry } from './find-entry.js';
import { openEntry } from './opened-entry.js';
import { QueryError } from './query-error.js';
import type { LedgerLogs } from './tenant-ledgers.js';

export const OTS_TYPE = 'application/vnd.opentimestamps.ots';

/**
 * Of what `leafInput` gives. It holds no content, but is made to be handed to others with it, and is put on record
 * as other evidence is.
 *
 * @throws LedgerError LEDGER_ENTRY_UNKNOWN; as `entryOtsFile`.
 */
export async function entryTimestamp(
  parts: EvidenceParts,
  { ledger, vault }: LedgerLogs,
  id: string,
): Promise<EvidenceAnswer> {
  const found = await findEntry(ledger, id);
  const file = await entryOtsFile(parts, found);
  const entry = await found.reader.entry(found.index);
  const shown = [disclosedEntry(await openEntry(vault, entry))];
  return { bytes: writeOtsFile(file), shown };
}

/**
 * By the node's own anchor, by what calendars said, or both in one file.
 *
 * @throws QueryError ENTRY_NOT_ANCHORED; OpenTimestampsError OTS_PATH_UNUSABLE where no way is as short as such a
 * file must say it; AnchoringError ANCHOR_STATE_INVALID.
 */
export async function entryOtsFile(
  { anchored, byCalendars }: Pick<EvidenceParts, 'anchored' | 'byCalendars'>,
  found: FoundEntry,
): Promise<OtsFile> {
  const own = await anchoredFile(anchored, found);
  const calendars = await calendarsFile(byCalendars, found);
  if (own !== null && calendars !== null && !(own instanceof OpenTimestampsError))
    return mergeOtsFiles(own, calendars);
  const one = calendars ?? own;
  if (one instanceof OpenTimestampsError) throw one;
  if (one !== null) return one;
  throw new QueryError(
    'ENTRY_NOT_ANCHORED',
    'no block holds this entry yet: ask again when its finality says that it is anchored, or calendars know of a block',
  );
}

/** The error where there is a way that no file can say: a calendar's may be shorter. */
async function anchoredFile(
  anchored: Anchored,
  found: FoundEntry,
): Promise<OtsFile | OpenTimestampsError | null> {
  const { reader, index } = found;
  const { after } = await anchorsOf(anchored, found);
  if (after === null) return null;
  const size = headSize(after);
  const place = await placeIn(reader, index, size);
  const anchor = await evidenceAnchor(reader, after, size);
  try {
    return otsFileOfPath(otsPathOfEntry({ ...place, anchor }));
  } catch (cause) {
    if (cause instanceof OpenTimestampsError && cause.code === 'OTS_PATH_UNUSABLE') return cause;
    throw cause;
  }
}

async function calendarsFile(
  stamped: CalendarStamped,
  { reader, index }: FoundEntry,
): Promise<OtsFile | null> {
  const head = await stamped.around(reader, index);
  // After a loss a log may be shorter than what was stamped of it.
  if (head === null || headSize(head) > reader.head.size) return null;
  const place = await placeIn(reader, index, headSize(head));
  return stampedFile({ ...place, anchor: wayOfHead(head) }, head.stamp);
}

async function placeIn(
  reader: LogReader,
  index: LeafIndex,
  size: TreeSize,
): Promise<Pick<Parameters<typeof otsPathOfEntry>[0], 'index' | 'statement' | 'inclusion'>> {
  const { statement } = await reader.entry(index);
  return { index, statement, inclusion: await reader.inclusionProof(index, size) };
}
