/**
 * Opens what is kept of a log (docs/formats/witness.md, "What is kept"): compares the file with the mark
 * in the key store, cuts off a line that a crash left in parts, and takes up what was whole. Whatever
 * else differs is damage, and nothing is cosigned over it.
 */
import type { Sha256Digest, TreeSize } from '../../base/brand.js';
import { equalBytes } from '../../base/bytes.js';
import type { HexDigest } from '../../base/hex-digest.js';
import type { WitnessKeys, WitnessMark } from '../../keys/witness-keys.js';
import { parseCheckpoint } from '../../tlog/checkpoint.js';
import { cosignatureVerifier, verifyCosignatures } from '../../tlog/cosignature.js';
import { parseSignedNote } from '../../tlog/signed-note.js';
import { TlogError } from '../../tlog/tlog-error.js';
import { CheckpointError } from '../checkpoint-error.js';
import type { TreeHead } from '../head-growth.js';
import { checkpointOf, type SeenLine } from '../seen-line.js';
import type { NewestHead } from '../seen-reader.js';
import type { Piece, SeenFile } from './seen-file.js';

export interface RecoveredSeen {
  readonly newest: NewestHead | null;
  readonly mark: WitnessMark | null;
  readonly splitViews: readonly TreeHead[];
  /** Since the newest was cosigned. */
  readonly unproven: readonly TreeHead[];
}

/** @throws CheckpointError WITNESS_DAMAGED. */
export async function recoverSeen(
  file: SeenFile,
  originHash: HexDigest,
  keys: WitnessKeys,
): Promise<RecoveredSeen> {
  const mark = await keys.mark(originHash);
  const length = await file.prepare();
  if (length < (mark?.end ?? 0))
    throw damaged('has less of a log than was answered for: restore a newer copy of it');

  const { first, last, unproven, newSplitViews, end } = await readFromMark(file, mark, length);
  if (mark !== null && !isMarked(first, mark))
    throw damaged('has another newest checkpoint of a log than was answered for: restore it');
  if (end < length) await file.truncate(end);
  if (last === null) {
    if (end > 0) throw damaged('begins with what was not cosigned: restore it');
    return { newest: null, mark: null, splitViews: [], unproven: [] };
  }
  const { at, note } = last.line;
  const time = Math.max(ownTime(note, keys), mark?.time ?? 0);
  const { text } = parseSignedNote(note);
  const { size, rootHash } = parseCheckpoint(text);
  const splitViews = [...(mark?.splitViews ?? []), ...newSplitViews];
  const now = { at: last.offset, end, size, rootHash, time, splitViews };
  // Whole lines behind the mark were found good before they were written; from here on they are
  // answered for. A crash before this finds them again.
  if (mark?.end !== end) await keys.putMark(originHash, now);
  const heads: TreeHead[] = [];
  for (const offset of splitViews) heads.push(checkpointOf(await file.lineAt(offset, end)));
  return { newest: { at, size, rootHash, text, note }, mark: now, splitViews: heads, unproven };
}

interface Found {
  readonly offset: number;
  readonly line: SeenLine;
}

interface SeenSinceMark {
  /** Cosigned. */
  readonly first: Found | null;
  readonly last: Found | null;
  /** Since the last. */
  readonly unproven: readonly TreeHead[];
  /** Offsets, of those that the mark does not know. */
  readonly newSplitViews: readonly number[];
  /** Where the last whole line ends. */
  readonly end: number;
}

/** The lines from the newest that was answered on: all of the file where the mark was lost. */
async function readFromMark(
  file: SeenFile,
  mark: WitnessMark | null,
  length: number,
): Promise<SeenSinceMark> {
  let first: Found | null = null;
  let last: Found | null = null;
  let unproven: TreeHead[] = [];
  let end = length;
  const newSplitViews: number[] = [];
  for await (const piece of file.pieces(mark?.at ?? 0, length)) {
    const isBehind = piece.offset >= (mark?.end ?? 0);
    const line = lineOf(file, piece, isBehind && piece.next === length);
    if (line === null) {
      end = piece.offset;
      break;
    }
    if (line.kind === 'cosigned') {
      last = { offset: piece.offset, line };
      first ??= last;
      unproven = [];
    } else if (line.kind === 'unproven') unproven.push(checkpointOf(line));
    else if (isBehind) newSplitViews.push(piece.offset);
  }
  return { first, last, unproven, newSplitViews, end };
}

function lineOf(file: SeenFile, piece: Piece, mayBeTorn: boolean): SeenLine | null {
  try {
    return file.lineOf(piece);
  } catch (cause) {
    if (mayBeTorn && cause instanceof CheckpointError && cause.code === 'WITNESS_DAMAGED')
      return null;
    throw cause;
  }
}

function isMarked(first: Found | null, { at, size, rootHash }: WitnessMark): boolean {
  if (first?.offset !== at) return false;
  const head: { size: TreeSize; rootHash: Sha256Digest } = checkpointOf(first.line);
  return head.size === size && equalBytes(head.rootHash, rootHash);
}

/** The file was written by this witness, whoever may write to it now. */
function ownTime(note: string, { verifierKey }: WitnessKeys): number {
  try {
    const [own] = verifyCosignatures(parseSignedNote(note), cosignatureVerifier(verifierKey));
    if (own !== undefined) return own.timestamp;
  } catch (cause) {
    if (!(cause instanceof TlogError)) throw cause;
  }
  throw damaged('is of another witness than the key store: restore them together');
}

function damaged(what: string): CheckpointError {
  return new CheckpointError('WITNESS_DAMAGED', `the data directory ${what}`);
}
