/** A cosignature that a keeper has sent, once it is found to be one. */
import type { TreeSize, UnixMillis } from '../../base/brand.js';
import { parseSignatureLines } from '../../tlog/add-checkpoint.js';
import { parseCheckpoint } from '../../tlog/checkpoint.js';
import type { VerifierKey } from '../../tlog/note-key.js';
import { formatSignedNote, type NoteSignature, parseSignedNote } from '../../tlog/signed-note.js';
import { TlogError } from '../../tlog/tlog-error.js';
import { cosignatureTime } from '../../tlog/witnessed.js';

export interface CosignedLine {
  readonly size: TreeSize;
  /** The checkpoint as its log has signed it. */
  readonly note: string;
  readonly signature: NoteSignature;
}

/** Null where the line is not the witness’s over that checkpoint, or is of the future. @param note the checkpoint. */
export function cosignedLine(
  note: string,
  line: string,
  key: VerifierKey,
  now: UnixMillis,
): CosignedLine | null {
  try {
    const { text } = parseSignedNote(note);
    const [signature, ...more] = parseSignatureLines(text, `${line}\n`);
    if (signature === undefined || more.length > 0) return null;
    const isSigned = cosignatureTime({ text, signatures: [signature] }, key, now) !== null;
    return isSigned ? { size: parseCheckpoint(text).size, note, signature } : null;
  } catch (cause) {
    if (cause instanceof TlogError) return null;
    throw cause;
  }
}

/** The checkpoint with those of the lines that are over it. @param note as its log has signed it. */
export function withCosignatures(note: string, lines: readonly CosignedLine[]): string {
  const { signatures, text } = parseSignedNote(note);
  const own = lines
    .filter((line) => parseSignedNote(line.note).text === text)
    .map(({ signature }) => signature);
  return own.length === 0 ? note : formatSignedNote({ text, signatures: [...signatures, ...own] });
}
