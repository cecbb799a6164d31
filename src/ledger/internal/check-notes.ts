/**
 * The kept checkpoints of a shared log: each is of the end of a block, says what its blocks make, and is signed by a key that
 * the log had. Which of them are kept depends on how the blocks came, so none is missed.
 */
import { utf8ToString } from '../../base/bytes.js';
import { ChirographError } from '../../base/errors.js';
import { formatCheckpoint, verifyCheckpoint } from '../../tlog/checkpoint.js';
import { formatLogBinding } from '../../tlog/log-binding.js';
import { parseVerifierKey } from '../../tlog/note-key.js';
import { noteVerifier } from '../../tlog/signed-note.js';
import type { LogDescriptor } from '../catalog.js';
import type { LogHead } from '../log-head.js';
import { textOfNote } from './kept-notes.js';
import { noteKey, noteRange } from './state-keys.js';
import type { WriteState } from './write-state.js';

export class NoteCheck {
  readonly #state: WriteState;
  readonly #log: LogDescriptor;
  #seen = 0;

  constructor(state: WriteState, log: LogDescriptor) {
    this.#state = state;
    this.#log = log;
  }

  /** @param head at the end of a block. @returns what is wrong with the checkpoint that is kept of it, or null. */
  async problemAt(
    { length, rootHash, size, treeHash }: Omit<LogHead, 'recordedAt'>,
    discoveryKey: Uint8Array,
  ): Promise<string | null> {
    const row = await this.#state.get(noteKey(this.#log.number, size));
    if (row === null) return null;
    this.#seen++;
    const binding = formatLogBinding({ discoveryKey, fork: 0, length, treeHash });
    const { origin } = this.#log;
    const expected = formatCheckpoint({ origin, size, rootHash, extensions: [binding] });
    return this.#isSigned(row, expected)
      ? null
      : `the checkpoint that is kept of ${size} entries is not that of the log`;
  }

  /** After all blocks. @returns how many are kept that no block ends at. */
  async surplus(): Promise<number> {
    let count = 0;
    const rows = this.#state.rows(noteRange(this.#log.number));
    while ((await rows.next()).done !== true) count++;
    return count - this.#seen;
  }

  #isSigned(row: Uint8Array, expected: string): boolean {
    const { before = [], origin, verifierKey } = this.#log;
    return [...before.map((ended) => ended.verifierKey), verifierKey].some((key) => {
      try {
        const note = utf8ToString(row);
        verifyCheckpoint(note, noteVerifier(parseVerifierKey(key)), origin);
        return textOfNote(note) === expected;
      } catch (cause) {
        if (cause instanceof ChirographError) return false;
        throw cause;
      }
    });
  }
}
