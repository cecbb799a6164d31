/** What somebody sends to a witness, read and verified as far as it can be without what was seen before. */
import { utf8, utf8ToString } from '../base/bytes.js';
import { BaseError } from '../base/errors.js';
import { type AddCheckpoint, parseAddCheckpoint } from '../tlog/add-checkpoint.js';
import { type Checkpoint, parseCheckpoint } from '../tlog/checkpoint.js';
import { type NoteSignature, parseSignedNote, verifyNote } from '../tlog/signed-note.js';
import { TlogError } from '../tlog/tlog-error.js';
import { CheckpointError } from './checkpoint-error.js';
import type { WitnessedLog } from './witnessed-logs.js';

export interface SignedCheckpoint extends Pick<AddCheckpoint, 'oldSize' | 'proof'> {
  readonly log: WitnessedLog;
  readonly checkpoint: Checkpoint;
  /** The note's text, as it was signed. */
  readonly text: string;
  /** Of each known key of the log that has signed the first signature; at least one. */
  readonly signatures: readonly NoteSignature[];
}

const MAX_TEXT_BYTES = 16 * 1024;

/**
 * @throws TlogError WITNESS_REQUEST_MALFORMED, NOTE_MALFORMED, CHECKPOINT_MALFORMED; CheckpointError
 * WITNESS_LOG_UNKNOWN, WITNESS_NOT_SIGNED.
 */
export function readSignedCheckpoint(
  body: Uint8Array,
  logs: ReadonlyMap<string, WitnessedLog>,
): SignedCheckpoint {
  const { oldSize, proof, note } = parseAddCheckpoint(textOf(body));
  const signed = parseSignedNote(note);
  const { text } = signed;
  if (utf8(text).length > MAX_TEXT_BYTES)
    throw malformed(`a checkpoint here is at most ${MAX_TEXT_BYTES} bytes without its signatures`);
  const checkpoint = parseCheckpoint(text);
  const log = logs.get(checkpoint.origin);
  if (log === undefined)
    throw new CheckpointError(
      'WITNESS_LOG_UNKNOWN',
      'this witness does not know the log: ask its operator to add the key',
    );
  const signatures = firstOfEach(verified(() => verifyNote(signed, ...log.verifiers)));
  if (oldSize > checkpoint.size)
    throw malformed('the old size is larger than that of the checkpoint');
  return { log, oldSize, proof, checkpoint, text, signatures };
}

function textOf(body: Uint8Array): string {
  try {
    return utf8ToString(body);
  } catch (cause) {
    if (!(cause instanceof BaseError)) throw cause;
    throw malformed('it is not UTF-8');
  }
}

/** One false signature by a known key, or none at all, is the same to whoever sent it. */
function verified<T>(verify: () => T): T {
  try {
    return verify();
  } catch (cause) {
    if (!(cause instanceof TlogError)) throw cause;
    throw new CheckpointError(
      'WITNESS_NOT_SIGNED',
      'the checkpoint is not signed by a key that this witness knows of the log: see /logs',
      { cause },
    );
  }
}

/** A note may have a signature many times over; what is kept of it must not grow with that. */
function firstOfEach(signatures: readonly NoteSignature[]): readonly NoteSignature[] {
  return signatures.filter(
    ({ keyId }, at) => signatures.findIndex((other) => other.keyId === keyId) === at,
  );
}

function malformed(reason: string): TlogError {
  return new TlogError('WITNESS_REQUEST_MALFORMED', `not of the witness protocol: ${reason}`);
}
