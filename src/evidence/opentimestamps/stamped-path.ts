/**
 * An entry's way through a root of the epoch log that calendars stamped (docs/formats/opentimestamps.md, "Calendars"): the
 * entry's own steps, and below them what of the calendars' answers leads to blocks.
 */
import { equalBytes } from '../../base/bytes.js';
import { leafHash } from '../../tlog/merkle-hash.js';
import { type EpochEntry, stepsToEpochRoot } from './entry-path.js';
import { unusable } from './errors.js';
import { MAX_DEPTH } from './limits.js';
import { applyOperation } from './operations.js';
import type { OtsFile } from './ots-file.js';
import { blocksOf, partOf, underSteps } from './timestamp-tree.js';

/**
 * @param stamp whose digest is the root that the entry's epoch log has.
 * @returns null if no block is within as many operations as a file may have.
 * @throws OpenTimestampsError OTS_PATH_UNUSABLE if the entry does not lead to that root.
 */
export function stampedFile(entry: EpochEntry, stamp: OtsFile): OtsFile | null {
  const digest = leafHash(entry.statement);
  const steps = stepsToEpochRoot(entry);
  const end = steps.reduce(
    (message: Uint8Array, operation) => applyOperation(operation, message),
    digest,
  );
  if (stamp.hash !== 'sha256' || !equalBytes(end, stamp.digest))
    throw unusable('it does not lead to the root that was stamped');
  const left = MAX_DEPTH - steps.length;
  const part = left < 0 ? null : partOf(stamp.timestamp, left, blocksOf);
  return part && { hash: 'sha256', digest, timestamp: underSteps(steps, part) };
}
