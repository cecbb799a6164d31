/**
 * A log's blocks back from a blind peer, into a store of their own. Hypercore takes none that the log's key has not signed for;
 * what they hold is opened and counted here, as any reader of the log does.
 */
import type SecretStream from '@hyperswarm/secret-stream';
import type { GivenCore } from '../../ledger/given-core.js';
import type { ReplicaLog } from '../../ledger/replica-log.js';
import { GuardedMux } from '../links/guarded-mux.js';
import { LINK_LIMITS } from '../links/link-limits.js';
import { RateBudget } from '../links/rate-budget.js';
import type { Timers } from '../links/timers.js';
import {
  BlockFlaw,
  KeysFlaw,
  type Walk,
  WALK_START,
  walkBlock,
  type WalkedLog,
} from '../replica/walk.js';
import { ReplicationError } from '../replication-error.js';

export interface FetchParts {
  /** To the blind peer; its handshake may be under way. Destroyed at the end. */
  readonly stream: SecretStream;
  /** The blind peer's, 32 bytes. */
  readonly peer: Uint8Array;
  readonly timers: Timers;
}

/** Without a new block for so long, what is here is all that comes. */
const STALL_MILLIS = 15_000;
/** For the peer to say of more Hypercores that it has them, once all that it spoke of are here. */
const SETTLE_MILLIS = 2_000;
const LOOK_MILLIS = 100;

/**
 * Resolves when the log has all that the peer says to have, or no more comes; written then, and not yet on disk.
 *
 * @returns how many blocks the peer says to have.
 * @throws ReplicationError REPLICATION_PEER_UNREACHABLE; REPLICATION_UNANSWERED where it has nothing of the log.
 */
export async function fetchLog(log: ReplicaLog, parts: FetchParts): Promise<number> {
  const { stream, peer, timers } = parts;
  const mux = guarded(stream, timers);
  log.replicateWith(mux);
  try {
    if (!(await openedInTime(stream, timers)))
      throw new ReplicationError(
        'REPLICATION_PEER_UNREACHABLE',
        'the DHT leads to no such blind peer, or it does not answer',
      );
    let there = 0;
    let idleSince = timers.now();
    for (;;) {
      there = Math.max(there, lengthAt(log.cores, peer));
      const wanted = Math.max(there, beginsAt(log, peer) ?? 0);
      if (wanted > log.length) {
        if (!(await isFetched(log, wanted, parts))) break;
        idleSince = timers.now();
      }
      const patience = there === 0 ? STALL_MILLIS : SETTLE_MILLIS;
      if (stream.destroyed || timers.now() - idleSince >= patience) break;
      await pause(timers, LOOK_MILLIS);
    }
    if (there > 0) return there;
    throw new ReplicationError(
      'REPLICATION_UNANSWERED',
      'the blind peer says nothing of this log: it was never given it, or has let it go',
    );
  } finally {
    log.forget(mux);
    mux.destroy();
  }
}

export interface ReadLog {
  /** As far as the blocks are what the log's writer writes. */
  readonly walk: Walk;
  /** What is wrong with the block behind it; null where there is none. */
  readonly flaw: string | null;
}

/** @param onBlock told of the walk behind each. @throws LedgerError LEDGER_DAMAGED. */
export async function readFetched(
  log: ReplicaLog,
  known: WalkedLog,
  onBlock: (walk: Walk) => void,
): Promise<ReadLog> {
  let walk = WALK_START;
  while (walk.length < log.length) {
    try {
      walk = walkBlock(walk, await log.block(walk.length), known);
    } catch (cause) {
      if (!(cause instanceof BlockFlaw) && !(cause instanceof KeysFlaw)) throw cause;
      return { walk, flaw: cause.message };
    }
    onBlock(walk);
  }
  return { walk, flaw: null };
}

/** Blocks of the log that the peer says to have a signed head over. */
function lengthAt(cores: readonly GivenCore[], peer: Uint8Array): number {
  const lengths = cores.map((core, at) =>
    Math.min(core.heldBy(peer)?.length ?? 0, cores[at + 1]?.from ?? Infinity),
  );
  return Math.max(0, ...lengths);
}

/**
 * The first block of a Hypercore that the log goes on in, once it has come to its beginning: the peer is not asked of it before,
 * and says nothing by itself. Null where there is none, or where the peer has spoken of it.
 */
function beginsAt({ cores, length }: ReplicaLog, peer: Uint8Array): number | null {
  const next = cores.find((core, at) => at > 0 && core.from === length);
  return next?.heldBy(peer) === null ? length + 1 : null;
}

/** False where no more came. @throws LedgerError LEDGER_REPLICA_LIMIT. */
async function isFetched(
  log: ReplicaLog,
  to: number,
  { stream, timers }: FetchParts,
): Promise<boolean> {
  const stalled = new AbortController();
  let seen = { length: log.length, at: timers.now() };
  let cancel = (): void => undefined;
  const look = (): void => {
    const now = timers.now();
    if (log.length !== seen.length) seen = { length: log.length, at: now };
    if (stream.destroyed || now - seen.at >= STALL_MILLIS) stalled.abort(new Stalled());
    else cancel = timers.after(LOOK_MILLIS, look);
  };
  look();
  try {
    await log.fetch(to, stalled.signal);
    return true;
  } catch (cause) {
    if (cause instanceof Stalled) return false;
    throw cause;
  } finally {
    cancel();
  }
}

class Stalled extends Error {}

async function openedInTime(stream: SecretStream, timers: Timers): Promise<boolean> {
  const cancel = timers.after(LINK_LIMITS.handshakeMillis, () => {
    stream.destroy();
  });
  const isOpen = await stream.opened;
  cancel();
  return isOpen;
}

function guarded(stream: SecretStream, timers: Timers): GuardedMux {
  const messages = new RateBudget(LINK_LIMITS.messages, timers.now());
  const bytes = new RateBudget(LINK_LIMITS.bytes, timers.now());
  return new GuardedMux(stream, {
    onFrame: (length) => {
      const isWithin = messages.take(1, timers.now()) && bytes.take(length, timers.now());
      if (!isWithin) stream.destroy();
      return isWithin;
    },
    // The link has ended then, and with it what comes.
    onFailure: () => undefined,
  });
}

function pause(timers: Timers, millis: number): Promise<void> {
  return new Promise((resolve) => {
    timers.after(millis, resolve);
  });
}
