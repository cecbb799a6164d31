/** A head of a log whose signature holds, with the log it is of and the way to its hashes. */
import type { KnownLog } from '../../evidence/misbehaviour/find-divergence.js';
import type { LogView } from '../../evidence/misbehaviour/log-view.js';
import { MAX_NOTE_CHARACTERS } from '../../evidence/misbehaviour/misbehaviour-file.js';
import { type Checkpoint, parseCheckpoint } from '../../tlog/checkpoint.js';
import {
  formatSignedNote,
  noteVerifier,
  parseSignedNote,
  verifyNote,
} from '../../tlog/signed-note.js';
import { CliError } from '../cli-error.js';
import { logOf } from './known-log.js';
import type { MonitorState } from './monitor-state.js';
import type { RemoteLog } from './remote-log.js';

export interface VerifiedHead {
  readonly log: KnownLog;
  readonly head: Checkpoint;
  readonly view: LogView;
  /** Who showed it; null for what is remembered. */
  readonly remote: RemoteLog | null;
}

export function rememberedOf(state: MonitorState): VerifiedHead {
  const { checkpoint } = state;
  return {
    log: logOf(state),
    head: headOf(checkpoint),
    view: { checkpoint, fetchTile: null },
    remote: null,
  };
}

/** @throws TlogError for what is no checkpoint. */
export function headOf(note: string): Checkpoint {
  return parseCheckpoint(parseSignedNote(note).text);
}

/** The note with the log's signature and no other. */
export function signedBy(text: string, { key }: KnownLog): string {
  const note = parseSignedNote(text);
  const signed = formatSignedNote({
    text: note.text,
    signatures: verifyNote(note, noteVerifier(key)).slice(0, 1),
  });
  // What cannot be remembered must not be followed.
  if (signed.length > MAX_NOTE_CHARACTERS)
    throw new CliError('CLI_ANSWER_UNUSABLE', 'its head is longer than any log’s');
  return signed;
}
