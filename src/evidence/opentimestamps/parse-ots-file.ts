/**
 * Reads `.ots` files, which strangers write. Nothing is computed: how long each message will be
 * follows from the operations, so a file is found sound, or not, before it has cost a single hash.
 */
import { toHex } from '../../base/bytes.js';
import { MAX_HEIGHT } from '../bitcoin/anchor-proof.js';
import { type OtsAttestation, readAttestation } from './attestations.js';
import { OTS_DIGEST_BYTES } from './digests.js';
import { malformed, OpenTimestampsError } from './errors.js';
import { MAX_ATTESTATIONS, MAX_DEPTH, MAX_OPERATIONS, MAX_OTS_BYTES } from './limits.js';
import { digestNameOf, readOperation, resultBytes } from './operations.js';
import { OtsReader } from './ots-bytes.js';
import {
  ATTESTATION_CODE,
  FORK_CODE,
  isOtsFile,
  OTS_MAGIC,
  OTS_VERSION,
  type OtsBranch,
  type OtsFile,
  type OtsTimestamp,
} from './ots-file.js';

/** @throws OpenTimestampsError OTS_MALFORMED, OTS_VERSION_UNKNOWN, OTS_TOO_LARGE. */
export function parseOtsFile(bytes: Uint8Array): OtsFile {
  if (bytes.length > MAX_OTS_BYTES) throw tooLarge('it is larger than 1 MiB');
  if (!isOtsFile(bytes)) throw malformed('it does not begin as one');
  const reader = new OtsReader(bytes.subarray(OTS_MAGIC.length));
  if (reader.varuint(MAX_HEIGHT) !== OTS_VERSION)
    throw new OpenTimestampsError(
      'OTS_VERSION_UNKNOWN',
      `an OpenTimestamps file of another version; this program reads ${OTS_VERSION}`,
    );
  const hash = digestNameOf(reader.u8());
  if (hash === null) throw malformed('its digest is of a hash that nobody knows');
  const digest = reader.take(OTS_DIGEST_BYTES[hash]);
  const timestamp = readNode(reader, digest.length, 0, { operations: 0, attestations: 0 });
  reader.end();
  return { hash, digest, timestamp };
}

/**
 * What stands behind a file's digest, alone: calendars answer with it (docs/formats/opentimestamps.md, "Calendars").
 *
 * @param bytes as many as an answer may have: there is no limit here.
 * @param messageBytes length of the message that it is about.
 * @throws OpenTimestampsError OTS_MALFORMED, OTS_TOO_LARGE.
 */
export function parseTimestamp(bytes: Uint8Array, messageBytes: number): OtsTimestamp {
  const rest = new OtsReader(bytes);
  const timestamp = readNode(rest, messageBytes, 0, { operations: 0, attestations: 0 });
  rest.end();
  return timestamp;
}

/** What was read so far, of the whole file. */
interface Counts {
  operations: number;
  attestations: number;
}

/** @param depth operations above; the recursion goes no deeper than `MAX_DEPTH`. */
function readNode(
  reader: OtsReader,
  messageBytes: number,
  depth: number,
  counts: Counts,
): OtsTimestamp {
  if (depth > MAX_DEPTH) throw malformed(`a path has more than ${MAX_DEPTH} operations`);
  const attestations: OtsAttestation[] = [];
  const branches: OtsBranch[] = [];
  const seen = new Set<string>();
  for (let isLast = false; !isLast;) {
    let start = reader.offset;
    let code = reader.u8();
    isLast = code !== FORK_CODE;
    if (!isLast) {
      start = reader.offset;
      code = reader.u8();
    }
    if (code === ATTESTATION_CODE) {
      attestations.push(countedAttestation(reader, counts));
      refuseRepetition(seen, reader.since(start));
    } else {
      const operation = readOperation(code, reader);
      refuseRepetition(seen, reader.since(start));
      if (++counts.operations > MAX_OPERATIONS)
        throw tooLarge(`it has more than ${MAX_OPERATIONS} operations`);
      const bytes = resultBytes(operation, messageBytes);
      if (bytes === null) throw malformed('a message would be too long');
      branches.push({ operation, timestamp: readNode(reader, bytes, depth + 1, counts) });
    }
  }
  return { attestations, branches };
}

function countedAttestation(reader: OtsReader, counts: Counts): OtsAttestation {
  if (++counts.attestations > MAX_ATTESTATIONS)
    throw tooLarge(`it has more than ${MAX_ATTESTATIONS} attestations`);
  return readAttestation(reader);
}

/** The reference library forgets the first of two branches; which was meant, nobody can say. */
function refuseRepetition(seen: Set<string>, item: Uint8Array): void {
  const identity = toHex(item);
  if (seen.has(identity)) throw malformed('an operation or attestation stands twice in one place');
  seen.add(identity);
}

function tooLarge(reason: string): OpenTimestampsError {
  return new OpenTimestampsError(
    'OTS_TOO_LARGE',
    `the OpenTimestamps file is too large: ${reason}`,
  );
}
