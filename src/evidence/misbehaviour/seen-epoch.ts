/**
 * An epoch as a node shows it to somebody who follows its epoch log (docs/formats/epoch.md): the statement, its
 * place at the end of the log, and the signed head right behind it. Read, and held against the log's key.
 */
import type { Sha256Digest } from '../../base/brand.js';
import { parseStatement } from '../../records/parse-statement.js';
import type { EpochStatement } from '../../records/statement.js';
import { type Checkpoint, verifyCheckpoint } from '../../tlog/checkpoint.js';
import { verifyInclusion } from '../../tlog/inclusion-proof.js';
import { leafHash } from '../../tlog/merkle-hash.js';
import type { VerifierKey } from '../../tlog/note-key.js';
import { noteVerifier } from '../../tlog/signed-note.js';
import { EvidenceError } from '../evidence-error.js';
import { rootBefore } from '../internal/root-before.js';

/** Anyone's word. */
export interface ShownEpoch {
  /** Signed note of the epoch log, right behind the epoch. */
  readonly checkpoint: string;
  readonly inclusion: readonly Sha256Digest[];
  readonly statement: Uint8Array;
}

/** Signed by the epoch log's key, and the last entry of the tree that was signed. */
export interface SeenEpoch extends ShownEpoch {
  readonly content: EpochStatement;
  readonly head: Checkpoint;
  readonly leafHash: Sha256Digest;
}

/** @throws TlogError for a checkpoint that is none of the log's, EvidenceError EVIDENCE_MALFORMED, RecordsError. */
export function readSeenEpoch(shown: ShownEpoch, key: VerifierKey): SeenEpoch {
  const head = verifyCheckpoint(shown.checkpoint, noteVerifier(key));
  const content = parseStatement(shown.statement);
  if (content.kind !== 'epoch') throw malformed('its statement is not of an epoch');
  const hash = leafHash(shown.statement);
  const { index } = content;
  if (index + 1 !== head.size) throw malformed('its checkpoint is not the one right behind it');
  const claim = { leafHash: hash, index, size: head.size, rootHash: head.rootHash };
  if (!verifyInclusion({ ...claim, proof: shown.inclusion }))
    throw malformed('its statement is not in the tree of its checkpoint');
  return { ...shown, content, head, leafHash: hash };
}

/** The root that the epoch log had just before that epoch; null if nothing was before it. */
export function rootBeforeEpoch({ content, head, inclusion }: SeenEpoch): Sha256Digest | null {
  return rootBefore(content.index, head.size, inclusion);
}

function malformed(reason: string): EvidenceError {
  return new EvidenceError('EVIDENCE_MALFORMED', `no epoch of the epoch log: ${reason}`);
}
