/** The checkpoint that was shown of a commit must say what the journal says of it, and nothing else. */
import { utf8ToString } from '../../base/bytes.js';
import { ChirographError } from '../../base/errors.js';
import { formatCheckpoint } from '../../tlog/checkpoint.js';
import { formatLogBinding } from '../../tlog/log-binding.js';
import type { JournalBlock } from '../journal.js';
import { textOfNote } from './kept-notes.js';

/** @returns what is wrong with the checkpoint that was journalled for a block, or null. */
export function checkpointProblem(
  origin: string,
  discoveryKey: Uint8Array,
  { head, checkpointBody }: JournalBlock,
): string | null {
  const { length, treeHash, size, rootHash } = head;
  const binding = formatLogBinding({ discoveryKey, fork: 0, length, treeHash });
  const expected = formatCheckpoint({ origin, size, rootHash, extensions: [binding] });
  try {
    if (textOfNote(utf8ToString(checkpointBody)) === expected) return null;
  } catch (cause) {
    if (!(cause instanceof ChirographError)) throw cause;
  }
  return `the checkpoint that was shown of ${size} entries says something else than the journal`;
}
