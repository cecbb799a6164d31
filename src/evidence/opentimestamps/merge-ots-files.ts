/** One file out of two of the same content: what a second calendar said, or what was confirmed since. */
import { equalBytes, toHex } from '../../base/bytes.js';
import { encodeAttestation } from './attestations.js';
import { OpenTimestampsError } from './errors.js';
import { encodeOperation } from './operations.js';
import type { OtsBranch, OtsFile, OtsTimestamp } from './ots-file.js';
import { writeOtsFile } from './write-ots-file.js';

/**
 * @throws OpenTimestampsError OTS_MERGE_MISMATCH unless both are of one digest by one hash; OTS_TOO_LARGE if one
 * file may not have all of it.
 */
export function mergeOtsFiles(a: OtsFile, b: OtsFile): OtsFile {
  if (a.hash !== b.hash || !equalBytes(a.digest, b.digest))
    throw new OpenTimestampsError(
      'OTS_MERGE_MISMATCH',
      'the files are of different contents, or of one by different hashes',
    );
  const merged = { ...a, timestamp: mergeTimestamps(a.timestamp, b.timestamp) };
  // At each merger, since there may be any number of them.
  writeOtsFile(merged);
  return merged;
}

/** Of one message. As deep as the deeper of the two, which is at most 255. */
export function mergeTimestamps(a: OtsTimestamp, b: OtsTimestamp): OtsTimestamp {
  const attestations = new Map(
    [...a.attestations, ...b.attestations].map((one) => [toHex(encodeAttestation(one)), one]),
  );
  const branches = new Map<string, OtsBranch>();
  for (const branch of [...a.branches, ...b.branches]) {
    const identity = toHex(encodeOperation(branch.operation));
    const known = branches.get(identity);
    branches.set(
      identity,
      known === undefined
        ? branch
        : { ...known, timestamp: mergeTimestamps(known.timestamp, branch.timestamp) },
    );
  }
  return { attestations: [...attestations.values()], branches: [...branches.values()] };
}
