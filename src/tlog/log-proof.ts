/** A proof as one text: that an entry is in a log, checkpoint included (C2SP tlog-proof, version 1). */
import type { LeafIndex, Sha256Digest } from '../base/brand.js';
import { fromBase64, sha256Digest, toBase64 } from '../base/bytes.js';
import { parseCheckpoint, verifyCheckpoint, type Checkpoint } from './checkpoint.js';
import { verifyInclusion } from './inclusion-proof.js';
import { MAX_TREE_HEIGHT, parseDecimal } from './internal/integer.js';
import { MAX_NOTE_BYTES, parseSignedNote, type NoteVerifier } from './signed-note.js';
import { TlogError, refusedAs } from './tlog-error.js';

export interface LogProof {
  readonly index: LeafIndex;
  /** From the leaf's sibling up to the child of the root. */
  readonly proof: readonly Sha256Digest[];
  /** A signed note, verbatim. */
  readonly checkpoint: string;
  /** Covered by no signature and no hash: a hint, to be trusted in nothing. Not empty. */
  readonly extra?: Uint8Array;
}

const CODE = 'LOG_PROOF_MALFORMED';
const HEADER = 'c2sp.org/tlog-proof@v1';
/** Before the checkpoint: room for 53 hashes and, in `extra`, the largest statement. */
const MAX_HEAD_CHARACTERS = 100_000;

export function formatLogProof({ index, proof, checkpoint, extra }: LogProof): string {
  const extraLines = extra === undefined ? [] : [`extra ${toBase64(extra)}`];
  const lines = [HEADER, ...extraLines, `index ${index}`, ...proof.map(toBase64)];
  return `${lines.join('\n')}\n\n${checkpoint}`;
}

/**
 * Verifies neither the signatures nor the proof.
 *
 * @throws TlogError LOG_PROOF_MALFORMED, or NOTE_MALFORMED or CHECKPOINT_MALFORMED for its checkpoint:
 * for anything that `formatLogProof` would not write, and for more than 100,000 characters before the
 * checkpoint.
 */
export function parseLogProof(text: string): LogProof {
  const blank = text.indexOf('\n\n');
  if (blank === -1 || blank > MAX_HEAD_CHARACTERS || text.length > blank + 2 + MAX_NOTE_BYTES)
    throw malformed('no blank line stands before the checkpoint, or it is too long');
  const checkpoint = text.slice(blank + 2);
  parseCheckpoint(parseSignedNote(checkpoint).text);

  const [header, ...lines] = text.slice(0, blank).split('\n');
  if (header !== HEADER) throw malformed(`the first line is not ${HEADER}`);
  const extra = valueOf('extra ', lines[0]);
  const [indexLine, ...hashes] = extra === undefined ? lines : lines.slice(1);
  const index = parseDecimal(valueOf('index ', indexLine) ?? '');
  if (index === undefined) throw malformed('the index is no decimal up to 2⁵³−1');
  if (hashes.length > MAX_TREE_HEIGHT) throw malformed('it has more hashes than a tree is high');
  const proof = refusedAs(CODE, 'a hash', () =>
    hashes.map((hash) => sha256Digest(fromBase64(hash))),
  );
  const head = { index: index as LeafIndex, proof, checkpoint };
  return extra === undefined ? head : { ...head, extra: parseExtra(extra) };
}

/**
 * The checkpoint that covers the leaf, once the log's signature and the inclusion proof are verified.
 * Does not look at witnesses' cosignatures: `verifyCosignatures` does.
 *
 * @param origin as in `verifyCheckpoint`.
 * @throws TlogError LOG_PROOF_UNVERIFIED, or as `verifyCheckpoint`.
 */
export function verifyLogProof(
  { index, proof, checkpoint: note }: LogProof,
  leafHash: Sha256Digest,
  verifier: NoteVerifier,
  origin?: string,
): Checkpoint {
  const checkpoint = verifyCheckpoint(note, verifier, origin);
  const { size, rootHash } = checkpoint;
  if (!verifyInclusion({ leafHash, index, size, rootHash, proof }))
    throw new TlogError(
      'LOG_PROOF_UNVERIFIED',
      'the proof does not lead from the leaf to the root',
    );
  return checkpoint;
}

function valueOf(name: string, line: string | undefined): string | undefined {
  return line?.startsWith(name) === true ? line.slice(name.length) : undefined;
}

function parseExtra(text: string): Uint8Array {
  // Without extra data the line is left out: an empty one would be a second form of the same proof.
  if (text === '') throw malformed('the extra data is empty');
  return refusedAs(CODE, 'the extra data', () => fromBase64(text));
}

function malformed(reason: string): TlogError {
  return new TlogError(CODE, `not a tlog-proof: ${reason}`);
}
