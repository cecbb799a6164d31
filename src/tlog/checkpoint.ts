/** Checkpoints: a tree head as the text of a signed note (C2SP tlog-checkpoint). */
import type { Sha256Digest, TreeSize } from '../base/brand.js';
import { fromBase64, sha256Digest, toBase64 } from '../base/bytes.js';
import { parseDecimal } from './internal/integer.js';
import { isNoteText } from './internal/note-text.js';
import {
  parseSignedNote,
  signNote,
  verifyNote,
  type NoteSigner,
  type NoteVerifier,
} from './signed-note.js';
import { TlogError, refusedAs } from './tlog-error.js';

export interface Checkpoint {
  /** Names the log. One line, not empty. */
  readonly origin: string;
  readonly size: TreeSize;
  readonly rootHash: Sha256Digest;
  /** Lines after the root hash, not empty. */
  readonly extensions: readonly string[];
}

/** @throws TlogError CHECKPOINT_MALFORMED if it could not be read again. */
export function formatCheckpoint(checkpoint: Checkpoint): string {
  const { origin, size, rootHash, extensions } = checkpoint;
  const text = `${[origin, size, toBase64(rootHash), ...extensions].join('\n')}\n`;
  if (parseCheckpoint(text).extensions.length !== extensions.length)
    throw malformed('a line holds a newline');
  return text;
}

/**
 * Reads the text of a note. Verifies nothing.
 *
 * @throws TlogError CHECKPOINT_MALFORMED for anything that `formatCheckpoint` would not write; a size
 * above 2⁵³−1 is among it.
 */
export function parseCheckpoint(text: string): Checkpoint {
  if (!isNoteText(text)) throw malformed('it has control characters or lone surrogates');
  const [origin, sizeText, rootText, ...extensions] = text.split('\n');
  if (origin === undefined || sizeText === undefined || rootText === undefined)
    throw malformed('it has fewer than three lines');
  if (extensions.pop() !== '') throw malformed('its last line does not end');
  if (origin === '' || extensions.includes('')) throw malformed('a line is empty');
  const size = parseDecimal(sizeText);
  if (size === undefined) throw malformed('the size is no decimal up to 2⁵³−1');
  const rootHash = refusedAs('CHECKPOINT_MALFORMED', 'the root hash', () =>
    sha256Digest(fromBase64(rootText)),
  );
  return { origin, size: size as TreeSize, rootHash, extensions };
}

export function signCheckpoint(checkpoint: Checkpoint, ...signers: readonly NoteSigner[]): string {
  return signNote(formatCheckpoint(checkpoint), ...signers);
}

/**
 * The checkpoint of a signed note, once the log's signature on it is verified. Signatures of others,
 * witnesses among them, are not looked at.
 *
 * @param origin the log whose checkpoint this must be; by the convention of C2SP the key's name.
 * @throws TlogError NOTE_MALFORMED, NOTE_UNVERIFIED, CHECKPOINT_MALFORMED or CHECKPOINT_OF_OTHER_LOG.
 */
export function verifyCheckpoint(
  note: string,
  verifier: NoteVerifier,
  origin: string = verifier.name,
): Checkpoint {
  const signed = parseSignedNote(note);
  verifyNote(signed, verifier);
  const checkpoint = parseCheckpoint(signed.text);
  // One key may sign for several logs: without this, one's head would pass for another's.
  if (checkpoint.origin !== origin)
    throw new TlogError(
      'CHECKPOINT_OF_OTHER_LOG',
      'the checkpoint is of another log than asked for',
    );
  return checkpoint;
}

function malformed(reason: string): TlogError {
  return new TlogError('CHECKPOINT_MALFORMED', `not a checkpoint: ${reason}`);
}
