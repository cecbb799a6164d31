/**
 * A reader's way through a log: each block opened, each statement read, the RFC 6962 tree grown. What the writer may have
 * done wrong is found here; who can show what to others is another question.
 */
import type { UnixMillis } from '../../base/brand.js';
import { canonicalJson } from '../../base/canonical-json.js';
import { digestToHex, type HexDigest } from '../../base/hex-digest.js';
import type { LogKeys } from '../../ledger/log-reader.js';
import { openBlock } from '../../records/block.js';
import type { Bundle } from '../../records/bundle.js';
import { electionToJson } from '../../records/election-json.js';
import { parseStatement } from '../../records/parse-statement.js';
import { RecordsError } from '../../records/records-error.js';
import type { Statement } from '../../records/statement.js';
import {
  appendLeaves,
  type CompactRange,
  EMPTY_RANGE,
  rootHash,
} from '../../tlog/compact-range.js';
import type { Election } from '../../tlog/election.js';
import { leafHash } from '../../tlog/merkle-hash.js';
import { formatVerifierKey } from '../../tlog/note-key.js';
import { faultOfKeeping, type Keeping, keptBy, termAt } from './keeping.js';
import type { PinnedLog } from './known-log.js';

/** Where it has come to. */
export interface Walk {
  /** Number of blocks. */
  readonly length: number;
  readonly tree: CompactRange;
  /** Recorded time of the last entry; 0 before the first. */
  readonly recordedAt: UnixMillis;
  /** Who keeps the log; null as long as no entry says that a group does. */
  readonly keeping: Keeping | null;
}

export const WALK_START: Walk = {
  ...{ length: 0, tree: EMPTY_RANGE, recordedAt: 0 as UnixMillis, keeping: null },
};

export interface WalkedLog {
  readonly pinned: PinnedLog;
  readonly keys: readonly LogKeys[];
  /** Of the first Hypercore. */
  readonly coreKey: Uint8Array;
  /** The tenant's, 32 bytes. */
  readonly blockKey: Uint8Array;
}

/** The writer's doing, and visible to those alone who may read the log. */
export class BlockFlaw extends Error {}

/** Keys that were announced with another election than the log has: whoever announced them, it was perhaps not the writer. */
export class KeysFlaw extends Error {}

/**
 * @throws BlockFlaw for what no honest writer writes there; KeysFlaw; RecordsError RECORD_FORMAT_NEWER or STATEMENT_KIND_UNKNOWN for what
 * a newer one may.
 */
export function walkBlock(walk: Walk, block: Uint8Array, log: WalkedLog): Walk {
  const bundle = opened(walk, block, log);
  if ((bundle.firstIndex as number) !== walk.tree.size)
    throw flaw(walk, `begins at entry ${bundle.firstIndex}, not at ${walk.tree.size}`);
  let { recordedAt } = walk;
  let { keeping, tree } = walk;
  for (const { statement: bytes } of bundle.entries) {
    const statement = readStatement(walk, bytes);
    if ((statement.index as number) !== tree.size)
      throw flaw(walk, `holds entry ${tree.size}, which says that it is ${statement.index}`);
    if (statement.recordedAt < recordedAt)
      throw flaw(walk, `holds entry ${tree.size}, recorded before the one before it`);
    const wrong = wrongWithKeys(statement, tree, log);
    if (wrong !== null) throw flaw(walk, wrong);
    if (statement.kind === 'group') {
      const fault = faultOfKeeping(keeping, statement, termAt(keeping, log.keys, walk.length));
      if (fault !== null) throw flaw(walk, `names a group: ${fault}`);
      keeping = keptBy(keeping, statement, walk.length);
    }
    recordedAt = statement.recordedAt;
    tree = appendLeaves(tree, [leafHash(bytes)]);
  }
  return { length: walk.length + 1, tree, recordedAt, keeping };
}

function opened(walk: Walk, block: Uint8Array, { coreKey, blockKey }: WalkedLog): Bundle {
  try {
    return openBlock(block, blockKey, { coreKey, blockNumber: walk.length });
  } catch (cause) {
    throw judged(
      walk,
      'does not open: it was sealed for another place, or with another key',
      cause,
    );
  }
}

function readStatement(walk: Walk, bytes: Uint8Array): Statement {
  try {
    return parseStatement(bytes);
  } catch (cause) {
    throw judged(walk, 'holds a statement that cannot be read', cause);
  }
}

function judged(walk: Walk, what: string, cause: unknown): unknown {
  const isNews = cause instanceof RecordsError && NEWER.has(cause.code);
  return cause instanceof RecordsError && !isNews ? flaw(walk, what) : cause;
}

const NEWER: ReadonlySet<string> = new Set(['RECORD_FORMAT_NEWER', 'STATEMENT_KIND_UNKNOWN']);

/** That the log says of itself what its replica was told of it. @param tree of all entries before. */
function wrongWithKeys(
  statement: Statement,
  tree: CompactRange,
  { pinned, keys }: WalkedLog,
): string | null {
  if (statement.kind === 'ledger' || statement.kind === 'loss')
    return tree.size === 0 &&
      statement.origin === pinned.origin &&
      statement.recoveryKey === formatVerifierKey(pinned.recoveryKey) &&
      statement.verifierKey === formatVerifierKey(pinned.firstKey)
      ? null
      : 'begins a log of another origin or other keys';
  if (tree.size === 0) return 'does not say whose log it begins';
  const at = keys.findIndex(({ ended }) => ended?.size === tree.size);
  if (statement.kind !== 'handover')
    return at === -1 ? null : 'has another entry where its keys were handed over';
  const isAnnounced =
    statement.old === keys[at]?.verifierKey &&
    statement.new === keys[at + 1]?.verifierKey &&
    isRoot(statement.rootHash, tree) &&
    statement.size === tree.size;
  if (!isAnnounced) return 'holds a handover of keys that was not announced, or of another tree';
  if (!isSameElection(statement.election, keys[at]?.ended?.election))
    throw new KeysFlaw('the log was given these keys by another election than was announced');
  return null;
}

/** Votes and all: what is announced to others is what the log says. */
function isSameElection(one: Election | undefined, other: Election | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return canonicalJson(electionToJson(one)) === canonicalJson(electionToJson(other));
}

function isRoot(hash: HexDigest, tree: CompactRange): boolean {
  return hash === digestToHex(rootHash(tree));
}

function flaw({ length }: Walk, what: string): BlockFlaw {
  return new BlockFlaw(`block ${length} ${what}`);
}
