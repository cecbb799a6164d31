/** The checkpoints of a proof, read and not yet verified. */
import { ChirographError } from '../../../base/errors.js';
import { type Checkpoint, parseCheckpoint } from '../../../tlog/checkpoint.js';
import { type LogBinding, logBindingIn } from '../../../tlog/log-binding.js';
import { parseSignedNote, type SignedNote } from '../../../tlog/signed-note.js';

export interface ReadHead extends Checkpoint {
  readonly note: SignedNote;
  readonly binding: LogBinding | null;
}

/** Null if the note, its checkpoint or the log binding in it cannot be read. */
export function readHead(text: string): ReadHead | null {
  try {
    const note = parseSignedNote(text);
    const checkpoint = parseCheckpoint(note.text);
    const binding = logBindingIn(checkpoint.extensions, { refuseOthers: false }) ?? null;
    return { ...checkpoint, note, binding };
  } catch (cause) {
    if (cause instanceof ChirographError) return null;
    throw cause;
  }
}
