/**
 * That the checkpoints which were kept of a shared log are those of its blocks, each by the key that the log had there: they
 * cannot be made again.
 */
import { ChirographError } from '../../base/errors.js';
import { formatCheckpoint } from '../../tlog/checkpoint.js';
import { formatLogBinding } from '../../tlog/log-binding.js';
import { parseVerifierKey } from '../../tlog/note-key.js';
import { noteVerifier, parseSignedNote, verifyNote } from '../../tlog/signed-note.js';
import type { LogDescriptor } from '../catalog.js';
import type { LogHead } from '../log-head.js';
import { textOfNote } from './kept-notes.js';
import { logKeysOf } from './log-segments.js';

/** What is wrong with the checkpoint that was kept of a size, or null. @param discoveryKey of the Hypercore that it falls into. */
export function keptNoteProblem(
  log: LogDescriptor,
  discoveryKey: Uint8Array,
  { length, rootHash, size, treeHash }: Omit<LogHead, 'recordedAt'>,
  note: string,
): string | null {
  const binding = formatLogBinding({ discoveryKey, fork: 0, length, treeHash });
  const expected = formatCheckpoint({
    ...{ origin: log.origin, size, rootHash, extensions: [binding] },
  });
  if (textOfNote(note) !== expected)
    return `the checkpoint that was kept of ${size} entries says something else than the log`;
  return isSignedBy(note, keyAt(log, size))
    ? null
    : `the checkpoint that was kept of ${size} entries is not signed by the key that the log had then`;
}

/** The old key speaks up to where it ended. */
function keyAt(log: LogDescriptor, size: number): string {
  const keys = logKeysOf(log);
  const key = keys.find(({ ended }) => ended === null || size <= ended.size);
  return key?.verifierKey ?? log.verifierKey;
}

function isSignedBy(note: string, key: string): boolean {
  try {
    return verifyNote(parseSignedNote(note), noteVerifier(parseVerifierKey(key))).length > 0;
  } catch (cause) {
    if (cause instanceof ChirographError) return false;
    throw cause;
  }
}
