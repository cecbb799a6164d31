/**
 * How much of a damaged log can be trusted: the blocks from the first on that open under the tenant's
 * key for this log and this place, follow one another, and agree with every head that the journal
 * knows. Where the journal has a block, its bytes are taken, whatever the log says.
 */
import { equalBytes } from '../../base/bytes.js';
import { assert, ChirographError } from '../../base/errors.js';
import { openBlock } from '../../records/block.js';
import { parseStatement } from '../../records/parse-statement.js';
import { rootHash } from '../../tlog/compact-range.js';
import { leafHash } from '../../tlog/merkle-hash.js';
import { EMPTY_EDGE, extend, type TreeEdge } from '../../tlog/tile-tree.js';
import { EMPTY_HEAD, type LogHead } from '../log-head.js';
import { appendBlock, treeHash, type TreeRoots } from './hypercore-tree.js';
import { type JournaledLog, lastHead } from './recover-log.js';

export interface DoubtfulLog {
  /** Hypercore key, 32 bytes. */
  readonly coreKey: Uint8Array;
  /** Tenant's block key, 32 bytes. */
  readonly blockKey: Uint8Array;
  readonly journaled: JournaledLog;
  /** The bytes of a block, or null where there are none that can be read. */
  readonly block: (number: number) => Promise<Uint8Array | null>;
  /** Whether a tree is, by the tiles of the write state, that of the first entries of a later one. */
  readonly isPrefix: (earlier: LogHead, later: LogHead) => Promise<boolean>;
}

/** @returns the head of the longest prefix that holds. */
export async function soundPrefix(log: DoubtfulLog): Promise<LogHead> {
  const { base } = log.journaled;
  const { head, contradicted } = await walk(log, (reached) =>
    Promise.resolve(agrees(log.journaled, reached)),
  );
  if (contradicted === null || contradicted.length > base.length) return head;
  // Blocks of another history of this log, sealed with its keys: only what the tiles show to lie
  // below the head that was signed can have been shown.
  const common = await walk(log, async (reached) =>
    reached.length < base.length ? log.isPrefix(reached, base) : false,
  );
  return common.head;
}

interface Walk {
  readonly head: LogHead;
  readonly roots: TreeRoots;
  readonly edge: TreeEdge;
}

/** @returns where it ended, and the head that was not accepted if that is why. */
async function walk(
  log: DoubtfulLog,
  accepts: (head: LogHead) => Promise<boolean>,
): Promise<{ head: LogHead; contradicted: LogHead | null }> {
  let at: Walk = { head: EMPTY_HEAD, roots: [], edge: EMPTY_EDGE };
  for (;;) {
    const block = await log.block(at.head.length);
    const next = block === null ? null : follow(log, at, block);
    if (next === null) return { head: at.head, contradicted: null };
    if (!(await accepts(next.head))) return { head: at.head, contradicted: next.head };
    at = next;
  }
}

/** One block further, or null if it cannot stand there. */
function follow({ coreKey, blockKey }: DoubtfulLog, at: Walk, block: Uint8Array): Walk | null {
  try {
    const { length, size } = at.head;
    const { firstIndex, entries } = openBlock(block, blockKey, { coreKey, blockNumber: length });
    let { recordedAt } = at.head;
    if ((firstIndex as number) !== size || entries.length === 0) return null;
    for (const [offset, { statement }] of entries.entries()) {
      const said = parseStatement(statement);
      if ((said.index as number) !== size + offset || said.recordedAt < recordedAt) return null;
      recordedAt = said.recordedAt;
    }
    const roots = appendBlock(at.roots, length, block);
    const { edge } = extend(
      at.edge,
      entries.map(({ statement }) => leafHash(statement)),
    );
    const head = {
      length: length + 1,
      treeHash: treeHash(roots),
      size: edge.size,
      rootHash: rootHash(edge),
      recordedAt,
    };
    return { head, roots, edge };
  } catch (cause) {
    // What does not open or cannot be read is where the sound part ends.
    if (cause instanceof ChirographError) return null;
    throw cause;
  }
}

function agrees(journaled: JournaledLog, head: LogHead): boolean {
  const { base, blocks } = journaled;
  // Beyond the journal there is nothing to compare with.
  if (head.length < base.length || head.length > lastHead(journaled).length) return true;
  const known = head.length === base.length ? base : blocks[head.length - base.length - 1]?.head;
  assert(known !== undefined, 'the blocks of a journal follow one another');
  return (
    known.size === head.size &&
    equalBytes(known.rootHash, head.rootHash) &&
    equalBytes(known.treeHash, head.treeHash)
  );
}
