/**
 * How far entries are to have come when an append is answered. A ledger that is shared shows nothing before a write quorum
 * has it, which may take longer than a client waits: then the append goes on, and the answer says so.
 */
import type { Timers } from '../replication/links/timers.js';
import type { ReplicationPort } from '../replication/replication-port.js';
import type { RecordResult } from './append-target.js';
import { CommandError } from './command-error.js';

/** On the disk of this node alone; of a write quorum; of all members that keep the data. */
export const DURABILITIES = ['local', 'quorum', 'all'] as const;
export type Durability = (typeof DURABILITIES)[number];

export interface AppendDurablyDeps {
  /** Null of a node without peers. */
  readonly port: Pick<ReplicationPort, 'lagOf' | 'atAll'> | null;
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
  { port, timers, timeoutMillis }: AppendDurablyDeps,
  log: DurableLog,
  wanted: Durability | null,
  append: () => Promise<readonly RecordResult<R>[]>,
): Promise<DurablyAppended<R>> {
  const isShared = port !== null && port.lagOf(log.origin) !== null;
  if (!isShared) {
    if (wanted !== null && wanted !== 'local')
      throw refused('this node keeps the ledger alone: there is nothing but durability=local');
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
