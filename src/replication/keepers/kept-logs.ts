/** All logs that this node keeps for others: which, for whom, and within which limits. Who has no limits here has no logs here. */
import { ChirographError } from '../../base/errors.js';
import { Turns } from '../../base/turns.js';
import { LedgerError } from '../../ledger/ledger-error.js';
import type { ReplicaLogs } from '../../ledger/replica-logs.js';
import { ED25519_NOTE, parseVerifierKey } from '../../tlog/note-key.js';
import type { Link } from '../links/link.js';
import type { NodeId } from '../protocol/term.js';
import { announcedBy } from '../replica/announced.js';
import type { SharingPeer } from '../replication-settings.js';
import type { KeeperPeer } from './keeper-channels.js';
import type { KeepMessage } from './keeper-message.js';
import type { KeptBook, KeptRecord } from './kept-book.js';
import { KeptLog, type KeptLogParts } from './kept-log.js';

export interface KeptLogsParts extends KeptLogParts {
  readonly book: KeptBook;
  readonly peers: readonly SharingPeer[];
  /** Whether this node has the log as one of its own ledgers, or has a vote for it. */
  readonly isOwn: (origin: string) => boolean;
}

/** Words of one log that wait for those before them; what is dropped is said again. */
const MAX_WAITING = 8;

export class KeptLogs {
  readonly #parts: KeptLogsParts;
  /** By origin. */
  readonly #logs = new Map<string, KeptLog>();
  readonly #records = new Map<string, KeptRecord>();
  /** By peer: what its logs may take. */
  readonly #rooms = new Map<NodeId, ReplicaLogs>();
  readonly #turns = new Map<string, { readonly turns: Turns; waiting: number }>();
  readonly #opening = new Turns();
  /** Of whom the operator has been told. */
  readonly #refused = new Set<NodeId>();
  #isClosed = false;

  private constructor(parts: KeptLogsParts) {
    this.#parts = parts;
    for (const { keeps, receiptKey } of parts.peers)
      if (keeps !== null)
        this.#rooms.set(
          receiptKey,
          parts.logs.part({ bytes: keeps.maxBytes, logs: keeps.maxLogs }),
        );
  }

  /**
   * Opens what is kept for those that still have limits; what lies here of others stays as it is.
   *
   * @throws ReplicaError REPLICA_MEMORY_DAMAGED, REPLICA_MEMORY_NEWER; LedgerError LEDGER_DAMAGED. Nothing is left open then.
   */
  static async open(parts: KeptLogsParts): Promise<KeptLogs> {
    const kept = new KeptLogs(parts);
    try {
      for (const record of await parts.book.all()) {
        kept.#records.set(record.origin, record);
        await kept.#openIfRoom(record);
      }
      return kept;
    } catch (cause) {
      await kept.close();
      throw cause;
    }
  }

  /** Those that are followed, by origin. */
  all(): readonly KeptLog[] {
    return [...this.#logs.values()];
  }

  /** Of all logs of a peer; null where nothing is kept for it. */
  bytesFor(node: NodeId): number | null {
    return this.#rooms.get(node)?.bytes ?? null;
  }

  hear(from: KeeperPeer, message: KeepMessage): void {
    if (!this.#rooms.has(from.node)) {
      this.#warnOf(from.node);
      return;
    }
    const { origin } = message.announcement;
    const turn = this.#turns.get(origin) ?? { turns: new Turns(), waiting: 0 };
    if (this.#isClosed || turn.waiting >= MAX_WAITING || this.#turns.size >= MAX_HEARD) return;
    this.#turns.set(origin, turn);
    turn.waiting++;
    turn.turns
      .take(() => this.#keep(from, message))
      .catch((cause: unknown) => {
        if (!this.#isClosed) this.#parts.onFailure(cause);
      })
      .finally(() => {
        if (--turn.waiting === 0) this.#turns.delete(origin);
      });
  }

  /** What has become this node's own is another's to follow; and who lies is let go. */
  look(): void {
    for (const [origin, log] of this.#logs) {
      if (this.#parts.isOwn(origin)) {
        this.#logs.delete(origin);
        void log.close().catch(this.#parts.onFailure);
      } else log.look();
    }
  }

  forget(link: Link): void {
    for (const log of this.#logs.values()) log.forget(link);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#turns.values()].map(({ turns }) => turns.take(nothing)));
    await Promise.all(this.all().map((log) => log.close()));
    this.#logs.clear();
  }

  async #keep(from: KeeperPeer, message: KeepMessage): Promise<void> {
    const { origin, keys } = message.announcement;
    const { isOwn, send } = this.#parts;
    const refuse = (why: 'full' | 'keys' | 'member'): void => {
      send(from.node, { kind: 'refuse', origin, why });
    };
    if (this.#isClosed) return;
    // One that has become this node's own since is let go by `look`.
    if (!this.#logs.has(origin) && isOwn(origin)) {
      refuse('member');
      return;
    }
    const known = this.#records.get(origin);
    const told = {
      ...{ origin, for: from.node, firstKey: keys[0]?.verifierKey ?? '' },
      recoveryKey: message.recoveryKey,
    };
    // Nobody has a place kept for a log whose key he has not.
    if (known === undefined ? !isVouchedFor(told, message) : !isSameLog(known, told)) {
      refuse('keys');
      return;
    }
    const log = this.#logs.get(origin) ?? (await this.#begin(known ?? told));
    if (log === null) refuse('full');
    else await log.keep(from, message);
  }

  /** Null where there is no room for it. */
  #begin(record: KeptRecord): Promise<KeptLog | null> {
    return this.#opening.take(async () => {
      if (this.#isClosed) return null;
      if (!this.#records.has(record.origin)) {
        if (!this.#hasRoomFor(record)) return null;
        // A crash before leaves nothing; one from here on a log that has no blocks, and is known again.
        await this.#parts.book.add(record);
        this.#records.set(record.origin, record);
      }
      return this.#openIfRoom(record);
    });
  }

  #hasRoomFor({ for: node }: KeptRecord): boolean {
    const limit = this.#parts.peers.find(({ receiptKey }) => receiptKey === node)?.keeps?.maxLogs;
    const count = [...this.#records.values()].filter((one) => one.for === node).length;
    return limit !== undefined && count < limit;
  }

  async #openIfRoom(record: KeptRecord): Promise<KeptLog | null> {
    const { isOwn, logger } = this.#parts;
    const { origin } = record;
    const logs = this.#rooms.get(record.for);
    if (logs === undefined || isOwn(origin)) return null;
    try {
      const log = await KeptLog.open({ ...this.#parts, logs }, record);
      this.#logs.set(origin, log);
      return log;
    } catch (error) {
      if (!(error instanceof LedgerError) || error.code !== 'LEDGER_REPLICA_LIMIT') throw error;
      logger.warn('a log that was kept for a peer has no room any more', { origin, error });
      return null;
    }
  }

  #warnOf(node: NodeId): void {
    const { logger, peers } = this.#parts;
    const peer = peers.find(({ receiptKey }) => receiptKey === node);
    if (peer !== undefined && !this.#refused.has(node))
      logger.warn('a peer wants logs to be kept, and its settings do not say that it may', {
        peer: peer.name,
      });
    this.#refused.add(node);
  }
}

/** Logs that are spoken of at a time. */
const MAX_HEARD = 10_000;

function isSameLog(known: KeptRecord, told: KeptRecord): boolean {
  return known.firstKey === told.firstKey && known.recoveryKey === told.recoveryKey;
}

function isVouchedFor(
  { firstKey, origin, recoveryKey }: KeptRecord,
  { announcement }: KeepMessage,
): boolean {
  try {
    const [first, recovery] = [parseVerifierKey(firstKey), parseVerifierKey(recoveryKey)];
    if (first.type !== ED25519_NOTE || recovery.type !== ED25519_NOTE) return false;
    announcedBy(announcement, { origin, firstKey: first, recoveryKey: recovery }, []);
    return true;
  } catch (cause) {
    if (cause instanceof ChirographError) return false;
    throw cause;
  }
}

const nothing = (): Promise<void> => Promise.resolve();
