/**
 * Compares two views of a log, and makes the proof of misbehaviour where they cannot both be of one. It
 * fetches hashes only, O(log n) of them, and believes nothing that it was given: what it hands out as a
 * proof has been verified, and what it calls consistent follows from the signed roots.
 */
import type { LeafIndex } from '../../base/brand.js';
import { equalBytes } from '../../base/bytes.js';
import { assert } from '../../base/errors.js';
import { verifyCheckpoint } from '../../tlog/checkpoint.js';
import { verifyInclusion } from '../../tlog/inclusion-proof.js';
import { ED25519_NOTE, type VerifierKey } from '../../tlog/note-key.js';
import { formatSignedNote, noteVerifier, verifyNote } from '../../tlog/signed-note.js';
import { TlogError } from '../../tlog/tlog-error.js';
import { rootBefore } from '../internal/root-before.js';
import { NO_TRUST } from '../trust.js';
import { formatMisbehaviour } from './format-misbehaviour.js';
import { bindingsConflict } from './internal/binding-conflict.js';
import { comesFirst } from './internal/checkpoint-rules.js';
import { firstDifference } from './internal/first-difference.js';
import { HashSource } from './internal/hash-source.js';
import { type ReadHead, readHead } from './internal/read-heads.js';
import type { FetchTile, LogView } from './log-view.js';
import {
  type Contradiction,
  type LeafInTree,
  MAX_NOTE_CHARACTERS,
  type RecoveryWord,
} from './misbehaviour-file.js';
import { verifyMisbehaviour } from './verify-misbehaviour.js';

/** The log that both views must be of. */
export interface KnownLog {
  /** Of type 01; its name is the origin. */
  readonly key: VerifierKey;
  /** Goes into the proof, for those who know the recovery key alone. */
  readonly recovery?: RecoveryWord;
}

export type Divergence =
  /** One head, or one that was shown to continue the other. */
  | { readonly kind: 'consistent' }
  | {
      readonly kind: 'misbehaviour';
      /** The bytes of the proof. */
      readonly proof: Uint8Array;
      readonly shows: Contradiction['kind'];
      /** Index of the first entry that differs, if both views told their hashes. */
      readonly firstDifference: LeafIndex | null;
    }
  /** `no-tiles`: the larger view is a head alone. `false-tiles`: its hashes do not lead to its root. */
  | { readonly kind: 'undecided'; readonly reason: 'no-tiles' | 'false-tiles' };

/**
 * @throws TlogError for a checkpoint that is none, is not signed by the log's key or is of another
 * origin; and whatever fetching throws.
 */
export async function findDivergence(
  one: LogView,
  other: LogView,
  log: KnownLog,
): Promise<Divergence> {
  const [first, second] = inOrder(viewOf(one, log), viewOf(other, log));
  if (first.head.size < second.head.size) return twoSizes(first, second, log);
  return equalBytes(first.head.rootHash, second.head.rootHash)
    ? compareBindings(first, second, log)
    : twoRoots(first, second, log);
}

interface ReadView {
  readonly head: ReadHead;
  readonly fetchTile: FetchTile | null;
}

function viewOf({ checkpoint, fetchTile }: LogView, { key }: KnownLog): ReadView {
  assert(key.type === ED25519_NOTE, 'a key of type 01 signs checkpoints');
  const verifier = noteVerifier(key);
  verifyCheckpoint(checkpoint, verifier);
  const head = readHead(checkpoint);
  if (head === null) throw new TlogError('LOG_BINDING_MALFORMED', 'a log binding is malformed');
  // Others' signatures say nothing here, and could be altered unseen.
  const [signature] = verifyNote(head.note, verifier);
  assert(signature !== undefined, 'a verified note has a signature');
  const note = { text: head.note.text, signatures: [signature] };
  // Who signs what no proof has room for must not escape by it: such a head is refused as a whole.
  if (formatSignedNote(note).length > MAX_NOTE_CHARACTERS)
    throw new TlogError('CHECKPOINT_MALFORMED', 'a checkpoint is longer than any log’s');
  return { head: { ...head, note }, fetchTile };
}

function inOrder(one: ReadView, other: ReadView): [ReadView, ReadView] {
  return comesFirst(other.head, one.head) ? [other, one] : [one, other];
}

function compareBindings(first: ReadView, second: ReadView, log: KnownLog): Divergence {
  return bindingsConflict(first.head, second.head)
    ? proven(first, second, log, { kind: 'binding' }, null)
    : { kind: 'consistent' };
}

async function twoRoots(first: ReadView, second: ReadView, log: KnownLog): Promise<Divergence> {
  const [a, b] = [sourceOf(first), sourceOf(second)];
  const index =
    a === null || b === null
      ? null
      : await ifTrue(async () => {
          const found = await firstDifference(a, b, first.head.size);
          const entry = found === null ? null : await entryAt(found, [first, a], [second, b]);
          return entry === null ? null : found;
        });
  return proven(first, second, log, { kind: 'roots' }, index);
}

async function twoSizes(first: ReadView, second: ReadView, log: KnownLog): Promise<Divergence> {
  if (first.head.size === 0) return compareBindings(first, second, log);
  const later = sourceOf(second);
  // Without the hashes of the larger tree only the bindings can be compared.
  const undecided = (reason: 'no-tiles' | 'false-tiles'): Divergence =>
    bindingsConflict(first.head, second.head)
      ? proven(first, second, log, { kind: 'binding' }, null)
      : { kind: 'undecided', reason };
  if (later === null) return undecided('no-tiles');
  const at = first.head.size as number as LeafIndex;
  const leaf = await ifTrue(() => leafAt(at, second, later));
  if (leaf === null) return undecided('false-tiles');
  const root = rootBefore(at, second.head.size, leaf.inclusion);
  assert(root !== null, 'a tree that has more entries than m had a root at m');
  if (equalBytes(root, first.head.rootHash)) return compareBindings(first, second, log);
  const earlier = sourceOf(first);
  const entry =
    earlier === null
      ? null
      : await ifTrue(async () => {
          const index = await firstDifference(earlier, later, first.head.size);
          return index === null ? null : entryAt(index, [first, earlier], [second, later]);
        });
  return entry === null
    ? proven(first, second, log, { kind: 'beginning', ...leaf }, null)
    : proven(first, second, log, entry, entry.index);
}

function sourceOf({ head, fetchTile }: ReadView): HashSource | null {
  return fetchTile === null ? null : new HashSource(head.size, fetchTile);
}

/** Null if the hashes do not lead to the view's root. */
async function leafAt(
  index: LeafIndex,
  { head: { size, rootHash } }: ReadView,
  source: HashSource,
): Promise<LeafInTree | null> {
  const leafHash = await source.node({ height: 0, index });
  const inclusion = await source.inclusion(index);
  const claim = { leafHash, index, size: size, rootHash, proof: inclusion };
  return verifyInclusion(claim) ? { inclusion, leafHash } : null;
}

async function entryAt(
  index: LeafIndex,
  [first, a]: readonly [ReadView, HashSource],
  [second, b]: readonly [ReadView, HashSource],
): Promise<Extract<Contradiction, { kind: 'entry' }> | null> {
  const one = await leafAt(index, first, a);
  const other = await leafAt(index, second, b);
  if (one === null || other === null || equalBytes(one.leafHash, other.leafHash)) return null;
  return { kind: 'entry', index, first: one, second: other };
}

/** Null where tiles are not what they must be: that view then proves nothing, and is not an error. */
async function ifTrue<T>(find: () => Promise<T | null>): Promise<T | null> {
  try {
    return await find();
  } catch (cause) {
    if (cause instanceof TlogError && cause.code === 'TILE_MALFORMED') return null;
    throw cause;
  }
}

function proven(
  first: ReadView,
  second: ReadView,
  { key, recovery }: KnownLog,
  shows: Contradiction,
  index: LeafIndex | null,
): Divergence {
  const proof = formatMisbehaviour({
    checkpoints: [formatSignedNote(first.head.note), formatSignedNote(second.head.note)],
    key,
    ...(recovery !== undefined && { recovery }),
    shows,
  });
  // Nobody is accused by what a third party would not take.
  const { result } = verifyMisbehaviour(proof, { ...NO_TRUST, logs: [key] });
  assert(result === 'proven', 'a proof that is handed out verifies');
  return { kind: 'misbehaviour', proof, shows: shows.kind, firstDifference: index };
}
