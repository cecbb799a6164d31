/** That the checkpoints of a proof are words of one key about one log, and in their order. */
import { asBuffer, utf8 } from '../../../base/bytes.js';
import type { VerifierKey } from '../../../tlog/note-key.js';
import { noteVerifier } from '../../../tlog/signed-note.js';
import type { ContradictionKind } from '../misbehaviour-file.js';
import type { Rules } from './flaws.js';
import type { ReadHead } from './read-heads.js';

export interface CheckpointsSubject {
  readonly heads: readonly ReadHead[];
  readonly key: VerifierKey;
  readonly shows: ContradictionKind;
}

export const CHECKPOINT_RULES: Rules<CheckpointsSubject> = {
  'as many as this kind of proof has': ({ heads, shows }) =>
    heads.length === (shows === 'epochs' || shows === 'core' ? 1 : 2) ? null : 'checkpoints.number',

  // By whom others are, nothing here says: they could be altered unseen.
  'no other signature': ({ heads }) =>
    heads.every(({ note }) => note.signatures.length === 1) ? null : 'checkpoints.signatures',

  'signed by the key': ({ heads, key }) => {
    const verifier = noteVerifier(key);
    const isSigned = ({ note }: ReadHead): boolean =>
      note.signatures.some(
        ({ name, keyId, signature }) =>
          name === verifier.name &&
          keyId === verifier.keyId &&
          verifier.verify(utf8(note.text), signature),
      );
    return heads.every(isSigned) ? null : 'checkpoints.unsigned';
  },

  // One key may sign for several logs, whose heads contradict nothing.
  'of the log that the key is named after': ({ heads, key }) =>
    heads.every(({ origin }) => origin === key.name) ? null : 'checkpoints.origin',

  'one after the other': ({ heads: [first, second] }) =>
    first === undefined || second === undefined || comesFirst(first, second)
      ? null
      : 'checkpoints.order',
};

/** By size, then by the text's bytes; not of two equal texts. */
export function comesFirst(first: ReadHead, second: ReadHead): boolean {
  if (first.size !== second.size) return first.size < second.size;
  return asBuffer(utf8(first.note.text)).compare(utf8(second.note.text)) < 0;
}
