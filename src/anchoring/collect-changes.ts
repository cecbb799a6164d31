/**
 * What the next epoch has to say: of which logs something else is to be taken than what was, a piece at a time,
 * and which of them do not extend it.
 */
import { setImmediate } from 'node:timers/promises';
import { equalBytes } from '../base/bytes.js';
import { formatClosingStatement } from '../evidence/closing-statement.js';
import { formatHeadStatement, originHash } from '../evidence/head-statement.js';
import type { Ledger } from '../ledger/ledger.js';
import type { LogReader } from '../ledger/log-reader.js';
import { type EpochChange, MAX_CHANGES } from './epoch-changes.js';
import type { EpochHistory } from './epoch-history.js';
import type { TakenHead } from './mapped-log.js';

export interface ChangeSource {
  /** All ledgers of the node but the epoch log. */
  readonly ledgers: () => readonly Ledger[];
  readonly history: EpochHistory;
  /** For tests. */
  readonly maxChanges?: number;
  readonly lookedAtOnce?: number;
}

/** Heads that are compared with their logs at once: each reads a few tiles. */
const COMPARED_AT_ONCE = 256;
/** Ledgers that are looked at before others have a turn. */
const LOOKED_AT_ONCE = 8192;

export interface Collected {
  readonly changes: readonly EpochChange[];
  /** Origins. */
  readonly inconsistent: readonly string[];
  /** Whether nothing is left for another epoch. */
  readonly isAll: boolean;
}

/** As many as one epoch may hold. */
export async function collectChanges({
  ledgers,
  history,
  maxChanges = MAX_CHANGES,
  lookedAtOnce = LOOKED_AT_ONCE,
}: ChangeSource): Promise<Collected> {
  const changes: EpochChange[] = [];
  const inconsistent: string[] = [];
  const moved = movedLogs(ledgers(), history, lookedAtOnce);
  while (changes.length < maxChanges) {
    const next = takeSome(moved, Math.min(COMPARED_AT_ONCE, maxChanges - changes.length));
    if (next === null) return { changes, inconsistent, isAll: true };
    // A million ledgers are looked at in half a second: others have their turn in between.
    if (next.length === 0) await setImmediate();
    const compared = await Promise.all(
      next.map(async ({ change, reader, taken }) => ({
        change,
        origin: reader.origin,
        isTaken: taken === null || (await extendsHead(reader, taken)),
      })),
    );
    for (const { change, origin, isTaken } of compared)
      if (isTaken) changes.push(change);
      else inconsistent.push(origin);
  }
  return { changes, inconsistent, isAll: false };
}

interface MovedLog {
  readonly change: EpochChange;
  readonly reader: LogReader;
  /** What its head must extend; null where nothing was taken of it, and of one that ends here. */
  readonly taken: TakenHead | null;
}

/** Logs of which something else is to be taken than what was; null where many others were looked at. */
function* movedLogs(
  ledgers: readonly Ledger[],
  history: EpochHistory,
  lookedAtOnce: number,
): Generator<MovedLog | null, void> {
  for (const [number, { identity, reader, logs }] of ledgers.entries()) {
    if (number % lookedAtOnce === lookedAtOnce - 1) yield null;
    const { tenant } = identity;
    for (const [at, ended] of logs.slice(0, -1).entries()) {
      if (history.taken(ended.handle)?.hasEnded === true) continue;
      const statement = closingOf(ended, logs[at + 1] ?? reader);
      yield { change: { tenant, log: ended.handle, statement }, reader: ended, taken: null };
    }
    const { size, rootHash } = reader.head;
    if (size === 0 || history.isTaken(reader.handle, size, rootHash)) continue;
    const change = { tenant, log: reader.handle, statement: headOf(reader) };
    yield { change, reader, taken: history.taken(reader.handle) };
  }
}

/** At most so many, fewer where many others were looked at; null once there are no more. */
function takeSome(
  moved: Generator<MovedLog | null, void>,
  count: number,
): readonly MovedLog[] | null {
  const some: MovedLog[] = [];
  while (some.length < count) {
    const next = moved.next();
    if (next.done === true) return some.length === 0 ? null : some;
    if (next.value === null) return some;
    some.push(next.value);
  }
  return some;
}

/** The tree must still have the root, at the size taken before, that was taken before. */
async function extendsHead(
  reader: LogReader,
  { size, rootHash, hasEnded }: TakenHead,
): Promise<boolean> {
  if (hasEnded || size > reader.head.size) return false;
  return equalBytes(await reader.rootAt(size as typeof reader.head.size), rootHash);
}

function headOf(reader: LogReader): Uint8Array {
  const { size, rootHash, length, treeHash } = reader.head;
  return formatHeadStatement({
    originHash: originHash(reader.origin),
    size,
    rootHash,
    discoveryKey: reader.discoveryKey,
    fork: 0,
    length,
    treeHash,
  });
}

/** Today a log ends in one way only: something that it had shown was lost. */
function closingOf(ended: LogReader, next: LogReader): Uint8Array {
  return formatClosingStatement({
    originHash: originHash(ended.origin),
    reason: 'lost',
    successor: originHash(next.origin),
  });
}
