/**
 * Makes the proof that the Hypercore of a log was signed over another tree than a checkpoint of the log says, or over two
 * trees (docs/formats/misbehaviour.md, `core`): from what is sent to whoever keeps a copy of the log.
 */
import type { VerifierKey } from '../../tlog/note-key.js';
import {
  formatSignedNote,
  noteVerifier,
  parseSignedNote,
  verifyNote,
} from '../../tlog/signed-note.js';
import { NO_TRUST } from '../trust.js';
import { formatMisbehaviour } from './format-misbehaviour.js';
import type { CoreTree, ShownCore } from './misbehaviour-file.js';
import { verifyMisbehaviour } from './verify-misbehaviour.js';

export interface SeenCore {
  /** A signed note of the log that names the Hypercore. */
  readonly note: string;
  /** That has signed it. */
  readonly key: VerifierKey;
  readonly core: ShownCore;
  /** Number of blocks that the trees are compared at. */
  readonly length: number;
  /** One, to be compared with the checkpoint, or two. */
  readonly trees: readonly CoreTree[];
}

/** @returns null where nothing is proven: nobody is accused by what a third party would not take. */
export function proveCoreFork({ note, key, core, length, trees }: SeenCore): Uint8Array | null {
  const { text } = parseSignedNote(note);
  // Others' signatures say nothing here, and could be altered unseen.
  const signatures = verifyNote(parseSignedNote(note), noteVerifier(key)).slice(0, 1);
  const shown = { begins: core.begins, publicKey: core.publicKey };
  const proof = formatMisbehaviour({
    checkpoints: [formatSignedNote({ text, signatures })],
    key,
    shows: { kind: 'core', core: shown, length, trees },
  });
  const { result } = verifyMisbehaviour(proof, { ...NO_TRUST, logs: [key] });
  return result === 'proven' ? proof : null;
}

/**
 * The one signature in what Hypercore carries with a tree of a single signer.
 *
 * @returns null for any other encoding: a Hypercore of ours has no other.
 */
export function signatureIn(carried: Uint8Array): Uint8Array | null {
  const isSingle = carried.length === 68 && carried[0] === 1 && carried[1] === 0;
  return isSingle ? carried.slice(2, 66) : null;
}
