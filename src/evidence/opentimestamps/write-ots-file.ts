/** Writes `.ots` files in the order of the reference library, whose files come back byte for byte. */
import { concat } from '../../base/bytes.js';
import { compareAttestations, encodeAttestation } from './attestations.js';
import { compareOperations, digestCode, encodeOperation } from './operations.js';
import { varuint } from './ots-bytes.js';
import {
  ATTESTATION_CODE,
  FORK_CODE,
  OTS_MAGIC,
  OTS_VERSION,
  type OtsFile,
  type OtsTimestamp,
} from './ots-file.js';
import { parseOtsFile } from './parse-ots-file.js';

/**
 * @param file of as many parts as two files may have, at most.
 * @throws OpenTimestampsError OTS_TOO_LARGE, OTS_MALFORMED for what nobody could read again.
 */
export function writeOtsFile({ hash, digest, timestamp }: OtsFile): Uint8Array {
  const bytes = concat(
    OTS_MAGIC,
    varuint(OTS_VERSION),
    Uint8Array.of(digestCode(hash)),
    digest,
    ...nodeParts(timestamp),
  );
  // A merger of two good files can be over the limits.
  parseOtsFile(bytes);
  return bytes;
}

/** As `parseTimestamp` reads it. Nothing is checked. */
export function timestampBytes(timestamp: OtsTimestamp): Uint8Array {
  return concat(...nodeParts(timestamp));
}

const FORK = Uint8Array.of(FORK_CODE);
const ATTESTATION = Uint8Array.of(ATTESTATION_CODE);

/** Attestations come before operations, and `ff` before each item but the last. */
function nodeParts({ attestations, branches }: OtsTimestamp): Uint8Array[] {
  const items = [
    ...attestations
      .toSorted(compareAttestations)
      .map((attestation) => [ATTESTATION, encodeAttestation(attestation)]),
    ...branches
      .toSorted((a, b) => compareOperations(a.operation, b.operation))
      .map(({ operation, timestamp }) => [encodeOperation(operation), ...nodeParts(timestamp)]),
  ];
  return items.flatMap((item, at) => (at < items.length - 1 ? [FORK, ...item] : item));
}
