/**
 * How far entries are to have come when an append is answered. A ledger that is shared shows nothing before a write quorum
 * has it, which may take longer than a client waits: then the append goes on, and the answer says so.
 */
import type { KeepersPort } from '../replication/keepers/keepers-port.js';
import type { Timers } from '../replication/links/timers.js';
import type { ReplicationPort } from '../replication/replication-port.js';
import type { RecordResult } from './append-target.js';
import { CommandError } from './command-error.js';

/** On the disk of this node alone; of a write quorum; of all that keep the data: members of a group, or this node and its keepers. */
export const DURABILITIES = ['local', 'quorum', 'all'] as const;
export type Durability = (typeof DURABILITIES)[number];

export interface AppendDurablyDeps {
  /** Null of a node without peers. */
  readonly port: Pick<ReplicationPort, 'lagOf' | 'atAll'> | null;
  /** Null where ledgers are kept by nobody else. */
  readonly keepers: Pick<KeepersPort, 'atKeepers' | 'countOf'> | null;
  readonly timers: Timers;
  readonly timeoutMillis: number;
}

/** Of the log that is written. */
interface DurableLog {
  readonly origin: string;
  readonly head: { readonly size: number };
}

export type DurablyAppended<R> =
  | {
      readonly kind: 'appended';
      readonly results: readonly RecordResult<R>[];
      /** Not said where nobody asked and the node keeps the ledger alone. */
      readonly durability: Durability | null;
      /** It is less than was asked for, and may become that. */
      readonly isLate: boolean;
    }
  /** It goes on; what becomes of it an idempotency key tells. */
  | { readonly kind: 'pending' };

/** @throws CommandError DURABILITY_REFUSED, and nothing is appended; what `append` throws. */
export async function appendDurably<R>(
  deps: AppendDurablyDeps,
  log: DurableLog,
  wanted: Durability | null,
  append: () => Promise<readonly RecordResult<R>[]>,
): Promise<DurablyAppended<R>> {
  const { port, timers, timeoutMillis } = deps;
  const isShared = port !== null && port.lagOf(log.origin) !== null;
  if (!isShared) {
    if (wanted === 'quorum' || wanted === 'all') return appendKept(deps, log, wanted, append);
    return { kind: 'appended', results: await append(), durability: wanted, isLate: false };
  }
  if (wanted === 'local')
    throw refused('several nodes keep the ledger: what one of them has alone may be discarded');
  const late = new AbortController();
  const callOff = timers.after(timeoutMillis, () => {
    late.abort();
  });
  try {
    // Whoever is told that it is late is told no error of it either: the same key asks for that.
    const results = await unlessAborted(append(), late.signal);
    if (results === null) return { kind: 'pending' };
    if (wanted !== 'all') return { kind: 'appended', results, durability: 'quorum', isLate: false };
    await port.atAll(log.origin, log.head.size, late.signal);
    const isLate = late.signal.aborted;
    return { kind: 'appended', results, durability: isLate ? 'quorum' : 'all', isLate };
  } finally {
    callOff();
  }
}

/** Of a ledger that one node writes alone, and keepers keep: it is shown at once, and answered when they have it. */
async function appendKept<R>(
  { keepers, timers, timeoutMillis }: AppendDurablyDeps,
  log: DurableLog,
  wanted: 'quorum' | 'all',
  append: () => Promise<readonly RecordResult<R>[]>,
): Promise<DurablyAppended<R>> {
  const all = keepers?.countOf(log.origin) ?? 0;
  if (keepers === null || all === 0)
    throw refused('this node keeps the ledger alone: there is nothing but durability=local');
  // A majority of all that have it, this node among them.
  const quorum = Math.floor((all + 1) / 2);
  const late = new AbortController();
  const callOff = timers.after(timeoutMillis, () => {
    late.abort();
  });
  try {
    const results = await append();
    const count = wanted === 'all' ? all : quorum;
    const having = await keepers.atKeepers(log.origin, log.head.size, count, late.signal);
    const isLate = having < count;
    const reached = having >= all ? 'all' : having >= quorum ? 'quorum' : 'local';
    return { kind: 'appended', results, durability: isLate ? reached : wanted, isLate };
  } finally {
    callOff();
  }
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | null> {
  return new Promise((resolve, reject) => {
    signal.addEventListener(
      'abort',
      () => {
        resolve(null);
      },
      { once: true },
    );
    promise.then(resolve, reject);
  });
}

function refused(reason: string): CommandError {
  return new CommandError('DURABILITY_REFUSED', reason);
}
