/** A timestamp of a file's content as OpenTimestamps has it (docs/formats/opentimestamps.md). */
import { concat, equalBytes, fromHex, utf8 } from '../../base/bytes.js';
import type { OtsAttestation } from './attestations.js';
import type { OtsDigestName } from './digests.js';
import type { OtsOperation } from './operations.js';

export interface OtsFile {
  readonly hash: OtsDigestName;
  /** Of the content by `hash`: the message of the top node. */
  readonly digest: Uint8Array;
  readonly timestamp: OtsTimestamp;
}

/** One node: what is known of one message. Never neither; none twice. */
export interface OtsTimestamp {
  readonly attestations: readonly OtsAttestation[];
  readonly branches: readonly OtsBranch[];
}

export interface OtsBranch {
  readonly operation: OtsOperation;
  /** Of the operation's result. */
  readonly timestamp: OtsTimestamp;
}

export const OTS_MAGIC = concat(
  Uint8Array.of(0),
  utf8('OpenTimestamps'),
  Uint8Array.of(0, 0),
  utf8('Proof'),
  Uint8Array.of(0),
  fromHex('bf89e2e884e89294'),
);

export const OTS_VERSION = 1;

/** In the place of an operation: an attestation follows. */
export const ATTESTATION_CODE = 0x00;
/** Before each item of a node but its last. */
export const FORK_CODE = 0xff;

/** By its first bytes alone. */
export function isOtsFile(bytes: Uint8Array): boolean {
  return equalBytes(bytes.subarray(0, OTS_MAGIC.length), OTS_MAGIC);
}
