/**
 * Epochs: one entry of the node's epoch log commits to the heads of all its logs. A head is taken only if
 * it extends the one taken before, so no epoch is ever inconsistent with an earlier one; a log for which that
 * does not hold keeps its old head, holds up nobody else, and is named.
 */
import { setImmediate } from 'node:timers/promises';
import type { LeafIndex } from '../base/brand.js';
import { equalBytes, toHex } from '../base/bytes.js';
import { digestToHex } from '../base/hex-digest.js';
import { randomBytes, type RandomSource } from '../base/random.js';
import { formatClosingStatement } from '../evidence/closing-statement.js';
import { formatHeadStatement, originHash } from '../evidence/head-statement.js';
import { plainDraft } from '../ledger/entry-draft.js';
import type { Ledger } from '../ledger/ledger.js';
import type { LogReader } from '../ledger/log-reader.js';
import { formatStatement, type SuccessionStatement } from '../records/statement.js';
import {
  changesDigest,
  CHANGES_SALT_BYTES,
  type EpochChange,
  formatChanges,
  MAX_CHANGES,
} from './epoch-changes.js';
import type { EpochHistory } from './epoch-history.js';
import type { TakenHead } from './mapped-log.js';
import type { NamedSuccession } from './named-chain.js';
import { lastEpoch } from './read-epoch.js';

export interface EpochSource {
  /** All ledgers of the node but the epoch log. */
  readonly ledgers: () => readonly Ledger[];
  /** The epoch log. */
  readonly epochs: Ledger;
  readonly history: EpochHistory;
  readonly random: RandomSource;
  /** That the anchors of this log pay. */
  readonly anchorScript: () => Uint8Array;
  /** For tests. */
  readonly maxChanges?: number;
  readonly lookedAtOnce?: number;
}

/** Heads that are compared with their logs at once: each reads a few tiles. */
const COMPARED_AT_ONCE = 256;
/** Ledgers that are looked at before others have a turn. */
const LOOKED_AT_ONCE = 8192;

/**
 * Makes epochs until none of the heads as they are now is left out; mostly that is one, or none.
 *
 * @param succession that the first of them says, which then is made whether logs have moved or not.
 * @returns the last that was made, or null if no log has moved since the one before.
 */
export async function makeEpochs(
  source: EpochSource,
  succession?: NamedSuccession,
): Promise<LeafIndex | null> {
  await source.history.makeCurrent();
  let made: LeafIndex | null = null;
  for (;;) {
    const { changes, inconsistent, isAll } = await collectChanges(source);
    const says = made === null ? succession?.statement : undefined;
    // Those that follow at once name the new chain too, which nobody has been told of yet.
    const script = succession?.script ?? source.anchorScript();
    if (changes.length > 0 || says !== undefined)
      made = await makeEpoch(source, changes, script, says);
    if (!isAll) continue;
    source.history.inconsistent = inconsistent;
    return made;
  }
}

async function makeEpoch(
  { epochs, history, random }: EpochSource,
  changes: readonly EpochChange[],
  script: Uint8Array,
  succession: SuccessionStatement | undefined,
): Promise<LeafIndex> {
  const { reader } = epochs;
  const epoch = reader.head.size as number as LeafIndex;
  const last = lastEpoch(reader);
  const previous = last === null ? null : digestToHex((await reader.entry(last)).leafHash);
  const part = formatChanges(changes, randomBytes(random, CHANGES_SALT_BYTES));
  await history.goOn(epoch, changes, async ({ tenants }) => {
    const draft = plainDraft((place) =>
      formatStatement({
        kind: 'epoch',
        ...place,
        changes: digestToHex(changesDigest(part)),
        tenants: digestToHex(tenants),
        anchorScript: toHex(script),
        ...(succession !== undefined && { succession }),
        ...(previous !== null && { previous }),
      }),
    );
    const [outcome] = await epochs.append([{ ...draft, sealedParts: [part] }]);
    if (outcome?.kind !== 'appended' || outcome.index !== epoch)
      throw new Error('an epoch came to lie elsewhere: the epoch log has two writers');
  });
  return epoch;
}

interface Collected {
  readonly changes: readonly EpochChange[];
  readonly inconsistent: readonly string[];
  /** Whether nothing is left for another epoch. */
  readonly isAll: boolean;
}

async function collectChanges({
  ledgers,
  history,
  maxChanges = MAX_CHANGES,
  lookedAtOnce = LOOKED_AT_ONCE,
}: EpochSource): Promise<Collected> {
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
