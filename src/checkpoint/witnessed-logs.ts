/** The logs that a witness was told of: by origin, each with the keys that may sign for it. */
import { utf8 } from '../base/bytes.js';
import { groupBy } from '../base/group-by.js';
import { sha256 } from '../base/hash.js';
import { digestToHex, type HexDigest } from '../base/hex-digest.js';
import type { VerifierKey } from '../tlog/note-key.js';
import { type NoteVerifier, noteVerifier } from '../tlog/signed-note.js';
import { CheckpointError } from './checkpoint-error.js';

export interface WitnessedLog {
  /** The first line of its checkpoints, and the name of its keys. */
  readonly origin: string;
  /** How the log is named in paths and files. */
  readonly originHash: HexDigest;
  readonly keys: readonly VerifierKey[];
  readonly verifiers: readonly NoteVerifier[];
}

const MAX_KEYS_OF_A_LOG = 8;
const MAX_ORIGIN_BYTES = 255;

/**
 * @param keys of type 01; several of one name are keys of one log.
 * @throws CheckpointError WITNESS_LOGS_REFUSED.
 */
export function witnessedLogs(keys: readonly VerifierKey[]): readonly WitnessedLog[] {
  if (keys.length === 0) throw refused('there is none: name each by its verifier key');
  return [...groupBy(keys, ({ name }) => name)].map(([origin, own]) => {
    if (utf8(origin).length > MAX_ORIGIN_BYTES)
      throw refused(`the name of a log is longer than ${MAX_ORIGIN_BYTES} bytes`);
    if (own.length > MAX_KEYS_OF_A_LOG)
      throw refused(`a log has more than ${MAX_KEYS_OF_A_LOG} keys`);
    // Each signature under that name and id would have to be by both, and none can be.
    if (new Set(own.map(({ keyId }) => keyId)).size < own.length)
      throw refused('two keys have one name and one key id: leave one of them out');
    return { origin, originHash: originHash(origin), keys: own, verifiers: own.map(noteVerifier) };
  });
}

/** SHA-256 of the origin line, without its newline (C2SP tlog-witness). */
export function originHash(origin: string): HexDigest {
  return digestToHex(sha256(utf8(origin)));
}

function refused(reason: string): CheckpointError {
  return new CheckpointError(
    'WITNESS_LOGS_REFUSED',
    `the logs to witness cannot be used: ${reason}`,
  );
}
