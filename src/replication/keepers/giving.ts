/**
 * What this node has others keep of the ledgers that it writes: said to those alone who are to have it, given over their links,
 * and believed by their receipts. Who is not to keep a ledger hears nothing of it.
 */
import { toHex } from '../../base/bytes.js';
import type { Logger } from '../../base/logger.js';
import type { Clock } from '../../base/time.js';
import type { LedgerStore } from '../../ledger/ledger-store.js';
import type { Link } from '../links/link.js';
import { RateBudget } from '../links/rate-budget.js';
import type { Timers } from '../links/timers.js';
import type { NodeId } from '../protocol/term.js';
import type { SharingPeer } from '../replication-settings.js';
import { cosignedLine } from './cosigned-line.js';
import { type GivenKeeper, GivenLog } from './given-log.js';
import type { KeeperChannels } from './keeper-channels.js';
import type { KeeperMessage } from './keeper-message.js';
import type { WantedKeeper, WantedKeepers } from './wanted-keepers.js';

/** A log that a group keeps, as its member here has it. */
export interface GroupLog {
  /** Whether the peer is, or is to be, one of the group. */
  readonly hasMember: (node: NodeId) => boolean;
  replicateWith(stream: object): void;
}

export interface GivingParts {
  readonly store: LedgerStore;
  readonly wanted: WantedKeepers;
  readonly peers: readonly SharingPeer[];
  readonly channels: Pick<KeeperChannels, 'linkTo' | 'send'>;
  /** Null of a log that this node keeps alone. */
  readonly groupLog: (origin: string) => GroupLog | null;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** To one peer, of all ledgers: a part of what its channel takes. */
const PACE = { perSecond: 1_000, burst: 2_000 } as const;

export class Giving {
  readonly #parts: GivingParts;
  /** By handle of the ledger. */
  readonly #logs = new Map<string, { readonly log: GivenLog; readonly ending: AbortController }>();
  readonly #paces = new Map<NodeId, RateBudget>();
  /** Which logs a link was given, and how: by origin. */
  readonly #given = new WeakMap<Link, Map<string, string>>();
  readonly #telling = new Set<GivenKeeper>();
  readonly #waiting = new Set<() => void>();
  #isClosed = false;

  constructor(parts: GivingParts) {
    this.#parts = parts;
  }

  all(): readonly GivenLog[] {
    return [...this.#logs.values()].map(({ log }) => log);
  }

  /** By handle. */
  of(ledger: string): GivenLog | null {
    return this.#logs.get(ledger)?.log ?? null;
  }

  /** To be called when a link stands, before it is used. */
  onLink(node: NodeId, link: Link): void {
    this.#given.set(link, new Map());
    this.#paces.set(node, new RateBudget(PACE, this.#parts.timers.now()));
    for (const log of this.all()) {
      const keeper = log.keepers.get(node);
      if (keeper !== undefined) keeper.said = null;
    }
  }

  hear(from: NodeId, message: Exclude<KeeperMessage, { kind: 'keep' }>): void {
    const origin = message.kind === 'receipt' ? message.receipt.origin : message.origin;
    const log = this.all().find(({ reader }) => reader.origin === origin);
    const keeper = log?.keepers.get(from);
    // Who was let go a moment ago may still speak of it.
    if (log === undefined || keeper === undefined) return;
    const { clock } = this.#parts;
    switch (message.kind) {
      case 'receipt': {
        const { receipt } = message;
        if (toHex(receipt.by) !== from) return;
        void this.#receipted(log, keeper, receipt);
        return;
      }
      case 'cosigned':
        this.#cosigned(log, keeper, message);
        return;
      case 'refuse':
        keeper.heardAt = clock.now();
        if (keeper.refusal !== message.why)
          this.#parts.logger.warn('a keeper does not keep a ledger', {
            ...{ origin, peer: this.#nameOf(from), why: message.why },
          });
        keeper.refusal = message.why;
    }
  }

  /** Ledgers come, go on in other logs, and are to be kept by others: looked at again and again. */
  look(): void {
    const { store, wanted } = this.#parts;
    for (const handle of wanted.ledgers) this.#open(handle);
    for (const [handle, { log, ending }] of this.#logs) {
      const keepers = this.#wantedOf(handle);
      log.want(keepers);
      const isGone = keepers.length === 0 || store.ledgerOf(handle)?.reader !== log.reader;
      if (isGone) {
        ending.abort();
        this.#logs.delete(handle);
        if (keepers.length > 0) this.#open(handle);
      } else this.#tellAll(log);
    }
    for (const { receiptKey } of this.#parts.peers) this.#endIfTooMuch(receiptKey);
  }

  /**
   * Resolves when that many keepers have given receipts for the first `size` entries of the log, or `signal` is aborted.
   *
   * @returns how many have.
   */
  async atKeepers(
    log: GivenLog,
    size: number,
    count: number,
    signal: AbortSignal,
  ): Promise<number> {
    while (countOf(log, size) < count && !signal.aborted && !this.#isClosed)
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          signal.removeEventListener('abort', wake);
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
        signal.addEventListener('abort', wake, { once: true });
      });
    return countOf(log, size);
  }

  close(): void {
    this.#isClosed = true;
    for (const { ending } of this.#logs.values()) ending.abort();
    this.#logs.clear();
    for (const wake of [...this.#waiting]) wake();
  }

  /** Without a key by which it could be verified no cosignature is asked for. */
  #wantedOf(handle: string): readonly WantedKeeper[] {
    const { peers, wanted } = this.#parts;
    return wanted.of(handle).map(({ isWitness, node }) => {
      const key = peers.find(({ receiptKey }) => receiptKey === node)?.witness ?? null;
      return { node, isWitness: isWitness && key !== null };
    });
  }

  #open(handle: string): void {
    const { store } = this.#parts;
    const ledger = store.ledgerOf(handle);
    const tenant = ledger && store.tenantOf(ledger.identity.tenant);
    if (ledger === undefined || tenant === undefined || this.#logs.has(handle)) return;
    const log = new GivenLog(ledger, tenant.recoveryKey);
    log.want(this.#wantedOf(handle));
    const ending = new AbortController();
    this.#logs.set(handle, { log, ending });
    void this.#watch(log, ending.signal);
  }

  /** Tells of each head as soon as there is one. */
  async #watch(log: GivenLog, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { length } = log.reader.head;
      this.#tellAll(log);
      await log.reader.grown(length, signal);
    }
  }

  #tellAll(log: GivenLog): void {
    for (const keeper of log.keepers.values()) void this.#tell(log, keeper);
  }

  async #tell(log: GivenLog, keeper: GivenKeeper): Promise<void> {
    const { channels, logger, timers } = this.#parts;
    const link = channels.linkTo(keeper.node);
    // What is being told is looked at again when there is an answer.
    if (link === null || this.#telling.has(keeper) || !this.#mayHave(log, keeper.node)) return;
    this.#telling.add(keeper);
    try {
      const now = timers.now();
      const { length } = log.reader.head;
      const message = await log.nextFor(keeper, now);
      if (message === null || this.#paces.get(keeper.node)?.take(1, now) !== true) return;
      if (channels.linkTo(keeper.node) !== link || log.keepers.get(keeper.node) !== keeper) return;
      this.#give(log, link);
      if (message.witness !== null)
        keeper.asked = { note: message.announcement.checkpoint, at: now };
      if (channels.send(keeper.node, message)) keeper.said = { length, at: now };
    } catch (error) {
      // What cannot be read now is looked at again.
      logger.warn('a keeper could not be told of a ledger', { origin: log.reader.origin, error });
    } finally {
      this.#telling.delete(keeper);
    }
  }

  /** Members of its group have it otherwise. */
  #mayHave({ reader }: GivenLog, node: NodeId): boolean {
    return this.#parts.groupLog(reader.origin)?.hasMember(node) !== true;
  }

  /** Its Hypercores, as long as the link stands. */
  #give({ reader }: GivenLog, link: Link): void {
    const { origin } = reader;
    const given = this.#given.get(link);
    const group = this.#parts.groupLog(origin);
    const how = group === null ? `own ${reader.keys.length}` : 'group';
    if (given === undefined || given.get(origin) === how) return;
    given.set(origin, how);
    // A group’s log is taken from keepers as well: only heads that its writer announces count.
    if (group === null) for (const core of reader.cores) core.giveTo(link.mux);
    else group.replicateWith(link.mux);
  }

  /** What a peer is not to have any more, or has another way now, it does not get with its next link. */
  #endIfTooMuch(node: NodeId): void {
    const link = this.#parts.channels.linkTo(node);
    if (link === null) return;
    for (const [origin, how] of this.#given.get(link) ?? []) {
      const log = this.all().find(({ reader }) => reader.origin === origin);
      const isGroup = this.#parts.groupLog(origin) !== null;
      const isWanted = log?.keepers.has(node) === true && this.#mayHave(log, node);
      if (!isWanted || isGroup !== (how === 'group')) {
        void link.close();
        return;
      }
    }
  }

  async #receipted(
    log: GivenLog,
    keeper: GivenKeeper,
    receipt: Parameters<GivenLog['receipted']>[1],
  ): Promise<void> {
    const { clock, logger } = this.#parts;
    const before = keeper.trouble;
    try {
      await log.receipted(keeper, receipt, clock.now());
    } catch (error) {
      logger.warn('a receipt could not be looked at', { origin: log.reader.origin, error });
      return;
    }
    if (keeper.trouble !== null && keeper.trouble !== before)
      logger.error('a keeper has what this log has not', {
        ...{ origin: log.reader.origin, peer: this.#nameOf(keeper.node), trouble: keeper.trouble },
        size: receipt.size,
      });
    for (const wake of [...this.#waiting]) wake();
    void this.#tell(log, keeper);
  }

  #cosigned(
    { reader }: GivenLog,
    keeper: GivenKeeper,
    { line, size }: { readonly line: string | null; readonly size: GivenKeeper['cosigned'] },
  ): void {
    const { clock, logger, peers } = this.#parts;
    keeper.heardAt = clock.now();
    keeper.cosigned = size;
    const key = peers.find(({ receiptKey }) => receiptKey === keeper.node)?.witness ?? null;
    if (line === null || keeper.asked === null || key === null) return;
    const found = cosignedLine(keeper.asked.note, line, key, clock.now());
    if (found !== null) keeper.line = found;
    else
      logger.warn('a cosignature that is not by the witness key of the peer', {
        ...{ origin: reader.origin, peer: this.#nameOf(keeper.node) },
      });
  }

  #nameOf(node: NodeId): string {
    return this.#parts.peers.find(({ receiptKey }) => receiptKey === node)?.name ?? node;
  }
}

/** Keepers that have given receipts for so many entries. */
function countOf({ keepers }: GivenLog, size: number): number {
  return [...keepers.values()].filter(({ receipt }) => (receipt?.size ?? 0) >= size).length;
}
