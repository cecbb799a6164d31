/** The time-stamp over the epoch log that covers an entry, for files of evidence. */
import type { Stamped, StampedHead } from '../anchoring/epoch-stamps.js';
import type { TreeSize, UnixMillis } from '../base/brand.js';
import type { EvidenceStamp } from '../evidence/evidence-file.js';
import { parseHeadStatement } from '../evidence/head-statement.js';
import { LedgerError } from '../ledger/ledger-error.js';
import type { LogReader } from '../ledger/log-reader.js';
import { wayOfHead } from './evidence-parts.js';
import type { FoundEntry } from './find-entry.js';

/**
 * Null where there is none. After a loss, too: a log may be shorter than what was stamped of it, and the epoch log
 * shorter than its epochs.
 */
export async function stampOf(
  stamped: Stamped | undefined,
  { reader, index }: FoundEntry,
  recordedAt: UnixMillis,
): Promise<StampedHead | null> {
  try {
    const found = (await stamped?.covering(reader, index, recordedAt)) ?? null;
    return found === null || stampedSize(found) > reader.head.size ? null : found;
  } catch (cause) {
    // The entry itself is there: it is the epoch that is not.
    if (!(cause instanceof LedgerError) || cause.code !== 'LEDGER_ENTRY_UNKNOWN') throw cause;
    return null;
  }
}

/** @param size of the file's checkpoint, at least that of the head. */
export async function evidenceStamp(
  reader: LogReader,
  stamped: StampedHead,
  size: TreeSize,
): Promise<EvidenceStamp> {
  const from = stampedSize(stamped);
  const { stamp } = stamped;
  return {
    consistency: from === size ? [] : await reader.consistencyProof(from, size),
    ...wayOfHead(stamped),
    checkpoint: stamp.note,
    token: stamp.token,
  };
}

function stampedSize({ head }: StampedHead): TreeSize {
  return parseHeadStatement(head).size;
}
