/**
 * What is said to a witness, and what it answers (C2SP tlog-witness, "add-checkpoint"): the size it has,
 * a consistency proof from there, and the checkpoint; then cosignature lines, or the size it really has.
 */
import type { Sha256Digest, TreeSize } from '../base/brand.js';
import { fromBase64, sha256Digest, toBase64 } from '../base/bytes.js';
import { assert } from '../base/errors.js';
import { parseDecimal } from './internal/integer.js';
import {
  formatSignedNote,
  type NoteSignature,
  parseSignedNote,
  type SignedNote,
} from './signed-note.js';
import { refusedAs, TlogError } from './tlog-error.js';

export interface AddCheckpoint {
  /** The size that the witness is believed to have; 0 if none. */
  readonly oldSize: TreeSize;
  /** From there to the checkpoint's size. */
  readonly proof: readonly Sha256Digest[];
  /** A signed note, as it is. */
  readonly note: string;
}

const MAX_PROOF_LINES = 63;
const OLD = 'old ';

export function formatAddCheckpoint({ oldSize, proof, note }: AddCheckpoint): string {
  assert(proof.length <= MAX_PROOF_LINES, 'a consistency proof has at most 63 hashes');
  return [`${OLD}${oldSize}`, ...proof.map(toBase64), '', note].join('\n');
}

/**
 * Verifies nothing, and leaves the note to `parseSignedNote`.
 *
 * @throws TlogError WITNESS_REQUEST_MALFORMED.
 */
export function parseAddCheckpoint(text: string): AddCheckpoint {
  const blank = text.indexOf('\n\n');
  if (blank === -1) throw malformed('no empty line stands before a checkpoint');
  const [first = '', ...lines] = text.slice(0, blank).split('\n', MAX_PROOF_LINES + 2);
  const oldSize = first.startsWith(OLD) ? parseDecimal(first.slice(OLD.length)) : undefined;
  if (oldSize === undefined)
    throw malformed('the first line is not "old" and a decimal up to 2⁵³−1');
  if (lines.length > MAX_PROOF_LINES)
    throw malformed(`it has more than ${MAX_PROOF_LINES} lines of proof`);
  const proof = lines.map((line) =>
    refusedAs('WITNESS_REQUEST_MALFORMED', 'a line of the proof', () =>
      sha256Digest(fromBase64(line)),
    ),
  );
  return { oldSize: oldSize as TreeSize, proof, note: text.slice(blank + 2) };
}

/** The lines that stand for these signatures in a note, without the note. */
export function formatSignatureLines(text: string, signatures: readonly NoteSignature[]): string {
  return formatSignedNote({ text, signatures }).slice(text.length + 1);
}

/**
 * The signatures of an answer, none of them verified: what the note's own parser makes of its text and
 * these lines.
 *
 * @throws TlogError NOTE_MALFORMED.
 */
export function parseSignatureLines(text: string, lines: string): readonly NoteSignature[] {
  const note: SignedNote = parseSignedNote(`${text}\n${lines}`);
  // Lines with an empty one among them would have moved the end of the text.
  if (note.text !== text)
    throw new TlogError('NOTE_MALFORMED', 'not a signed note: an answer is signature lines alone');
  return note.signatures;
}

/** The body of a 409. */
export function formatSizeAnswer(size: TreeSize): string {
  return `${size}\n`;
}

/** @throws TlogError WITNESS_REQUEST_MALFORMED. */
export function parseSizeAnswer(text: string): TreeSize {
  const size = text.endsWith('\n') ? parseDecimal(text.slice(0, -1)) : undefined;
  if (size === undefined) throw malformed('an answer is not a decimal up to 2⁵³−1 and a newline');
  return size as TreeSize;
}

function malformed(reason: string): TlogError {
  return new TlogError('WITNESS_REQUEST_MALFORMED', `not of the witness protocol: ${reason}`);
}
