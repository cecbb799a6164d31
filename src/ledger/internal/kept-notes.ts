/**
 * The checkpoints of a shared log. Who writes it may be another node at any time, so none can be signed again: each that is
 * carried up with a commit is kept, in the journal with its last block, and in the write state by its size.
 */
import type { TreeSize } from '../../base/brand.js';
import { utf8, utf8ToString } from '../../base/bytes.js';
import type { JournalBlock } from '../journal.js';
import { noteKey, readNoteKey, type StateRow } from './state-keys.js';
import type { WriteState } from './write-state.js';

/** What stands between the text of a note and its signatures, and never in a text. */
const BEFORE_SIGNATURES = '\n\n';

export function noteRow(log: number, size: TreeSize, note: string): StateRow {
  return [noteKey(log, size), utf8(note)];
}

/** The note that was journalled for a block; null where there is none, but a text that its log signs again. */
export function journaledNote({
  checkpointBody,
}: Pick<JournalBlock, 'checkpointBody'>): string | null {
  const text = utf8ToString(checkpointBody);
  return text.includes(BEFORE_SIGNATURES) ? text : null;
}

/** What a note says, without who signed it. */
export function textOfNote(note: string): string {
  const end = note.indexOf(BEFORE_SIGNATURES);
  return end === -1 ? note : note.slice(0, end + 1);
}

export async function keptNote(
  state: WriteState,
  log: number,
  size: TreeSize,
): Promise<string | null> {
  const note = await state.get(noteKey(log, size));
  return note === null ? null : utf8ToString(note);
}

/** The least size from `from` on that a note is kept of; null if there is none. */
export async function nextKeptSize(
  state: WriteState,
  log: number,
  from: TreeSize,
): Promise<TreeSize | null> {
  const range = { gte: noteKey(log, from), lte: noteKey(log, Number.MAX_SAFE_INTEGER) };
  for await (const [key] of state.rows(range, { limit: 1 })) return readNoteKey(key);
  return null;
}

/** Brings the notes up to the journal, and gives the one of a head. Written again, they are the same. */
export async function restoreNotes(
  state: WriteState,
  log: number,
  blocks: readonly JournalBlock[],
  size: TreeSize,
): Promise<string | null> {
  const rows = blocks.flatMap((block) => {
    const note = journaledNote(block);
    return note === null ? [] : [noteRow(log, block.head.size, note)];
  });
  await state.write(rows);
  return keptNote(state, log, size);
}
