/** Whether a log goes on with keys that were announced, where it has come to their beginning. */
import { equalBytes, fromHex } from '../../base/bytes.js';
import { digestToHex } from '../../base/hex-digest.js';
import type { LogKeys } from '../../ledger/log-reader.js';
import { rootHash } from '../../tlog/compact-range.js';
import { isElected } from '../../tlog/election.js';
import { compareTerms } from '../protocol/term.js';
import { termAt } from './keeping.js';
import { electedIn } from './key-order.js';
import { termsOf } from './known-log.js';
import type { LogCopy, LogCopyOptions } from './log-copy.js';

/**
 * @param keys with signatures that hold. @param at of those that end where the walk is.
 * @returns whether they begin on this very tree, in a later term, and, where another writer was elected, by the group that the log names there.
 * A blind replica takes that on the signatures.
 */
export async function mayGoOnBy(
  keys: readonly LogKeys[],
  at: number,
  { log, walk }: LogCopy,
  { blockKey, pinned }: LogCopyOptions,
): Promise<boolean> {
  const ended = keys[at]?.ended ?? null;
  if (ended === null) return false;
  if (!equalBytes(await log.treeHash(walk.length), fromHex(ended.treeHash))) return false;
  const [before, term] = [termAt(walk.keeping, keys.slice(0, at), walk.length), electedIn(ended)];
  if (before !== null && term !== null && compareTerms(term, before) <= 0) return false;
  if (blockKey === null) return true;
  const { tree } = walk;
  if (tree.size !== ended.size || digestToHex(rootHash(tree)) !== ended.rootHash) return false;
  const { election } = ended;
  if (election === undefined) return true;
  const group = walk.keeping?.groups.at(-1)?.statement ?? null;
  return group !== null && isElected(pinned.origin, termsOf(keys, at, ended), election, group);
}
