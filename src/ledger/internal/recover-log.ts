/**
 * Opening a log: the journal says what it must hold. Less than the journal is what a crash leaves,
 * and is made good with the same bytes; anything else is damage and is left exactly as it is.
 */
import type { KeyPair } from 'hypercore';
import { equalBytes } from '../../base/bytes.js';
import type { JournalBlock, JournalContent } from '../journal.js';
import { damaged } from '../ledger-error.js';
import { EMPTY_HEAD, type LogHead } from '../log-head.js';
import type { HypercoreLog } from './hypercore-log.js';

/** What the journal knows of one log. */
export interface JournaledLog {
  /** Before the first of `blocks`. */
  readonly base: LogHead;
  readonly blocks: readonly JournalBlock[];
}

/** @throws LedgerError LEDGER_DAMAGED if the journal's own blocks do not follow one another. */
export function journaledLog(content: JournalContent, key: Uint8Array): JournaledLog {
  const known = content.snapshot?.logs.find((log) => equalBytes(log.key, key));
  const base = known?.head ?? EMPTY_HEAD;
  const blocks = content.commits.flatMap((commit) =>
    commit.blocks.filter((block) => equalBytes(block.key, key)),
  );
  blocks.forEach(({ head }, at) => {
    if (head.length !== base.length + at + 1)
      throw damaged(`the journal leaves out block ${base.length + at} of a log`);
  });
  return { base, blocks };
}

/** The head that the log has once it agrees with the journal. */
export function lastHead({ base, blocks }: JournaledLog): LogHead {
  return blocks.at(-1)?.head ?? base;
}

/**
 * Compares, without changing anything.
 *
 * @returns the blocks that the log lacks.
 * @throws LedgerError LEDGER_DAMAGED, naming what differs.
 */
export async function missingBlocks(
  name: string,
  log: HypercoreLog,
  journaled: JournaledLog,
): Promise<readonly JournalBlock[]> {
  const { base, blocks } = journaled;
  const last = lastHead(journaled);
  if (log.fork !== 0)
    throw damaged(`log ${name} has been truncated and written again (fork ${log.fork})`);
  if (log.length < base.length)
    throw damaged(
      `log ${name} holds ${log.length} blocks; at least ${base.length} were acknowledged, and the journal no longer has the others`,
    );
  if (log.length > last.length)
    throw damaged(
      `log ${name} holds ${log.length} blocks, the journal says ${last.length}: the journal has lost its end, or is not this log's`,
    );
  const at = log.length - base.length;
  const here = at === 0 ? base : (blocks[at - 1]?.head ?? base);
  if (!equalBytes(await log.treeHash(log.length), here.treeHash))
    throw damaged(`log ${name} differs from the journal at block ${log.length - 1}`);
  return blocks.slice(at);
}

/** Of a log that nobody can sign for any more: what the journal alone has of it is lost with its keys. */
export function asFarAsLog(
  journaled: JournaledLog,
  { length }: Pick<HypercoreLog, 'length'>,
): JournaledLog {
  const { base, blocks } = journaled;
  return { base, blocks: blocks.slice(0, length - base.length) };
}

/** Hypercore keeps only the newest signature: one for many blocks is as good as one for each. */
const APPENDED_AT_ONCE = 64;

/** Appends what a crash kept from the log: the same bytes, hence the same tree and signature. */
export async function appendMissing(
  name: string,
  log: HypercoreLog,
  missing: readonly JournalBlock[],
  keyPair: KeyPair | null,
): Promise<void> {
  for (let at = 0; at < missing.length; at += APPENDED_AT_ONCE) {
    const blocks = missing.slice(at, at + APPENDED_AT_ONCE);
    const head = blocks.at(-1)?.head;
    // A crash here leaves fewer missing blocks for the next opening.
    await log.append(
      blocks.map(({ block }) => block),
      keyPair,
    );
    if (head === undefined || !equalBytes(await log.treeHash(head.length), head.treeHash))
      throw damaged(`log ${name}: the journal's blocks make another tree than it says`);
  }
}
