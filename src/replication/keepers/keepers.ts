/**
 * Replicas outside of groups: those that keep this node's ledgers, and those logs that it keeps for others
 * (docs/decisions/0051-keepers.md). One channel to each peer for both.
 */
import type { Logger } from '../../base/logger.js';
import type { Clock } from '../../base/time.js';
import { LedgerError } from '../../ledger/ledger-error.js';
import type { LedgerStore } from '../../ledger/ledger-store.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { ReplicaLogs } from '../../ledger/replica-logs.js';
import type { Ed25519Key } from '../../tlog/ed25519.js';
import { linkKeyOf } from '../links/link-settings.js';
import type { Link } from '../links/link.js';
import type { Timers } from '../links/timers.js';
import type { ReplicaMemory } from '../replica/replica-memory.js';
import { ReplicationError } from '../replication-error.js';
import type { SharingPeer } from '../replication-settings.js';
import { type CosignedLine, withCosignatures } from './cosigned-line.js';
import type { GivenKeeper, GivenLog } from './given-log.js';
import { Giving, type GivingParts } from './giving.js';
import { KeeperChannels } from './keeper-channels.js';
import type {
  KeepersPort,
  KeepersStatus,
  KeeperStatus,
  KeptLedgerStatus,
  KeptLogStatus,
} from './keepers-port.js';
import type { KeptBook } from './kept-book.js';
import type { KeptLog } from './kept-log.js';
import { KeptLogs } from './kept-logs.js';
import { MAX_KEEPERS, type WantedKeeper, type WantedKeepers } from './wanted-keepers.js';
import type { Witnessing } from './witnessing.js';

/** What is kept for others lies apart from all else; null of a node that keeps nothing for anybody. */
export interface KeptStore {
  readonly logs: ReplicaLogs;
  readonly memory: ReplicaMemory;
  readonly book: KeptBook;
  readonly witness: Witnessing | null;
}

export interface KeepersOptions {
  readonly peers: readonly SharingPeer[];
  readonly receipt: Ed25519Key;
  readonly store: LedgerStore;
  readonly wanted: WantedKeepers;
  readonly kept: KeptStore | null;
  readonly groupLog: GivingParts['groupLog'];
  /** Whether this node has a vote for the log and no data. */
  readonly isVotedFor: (origin: string) => boolean;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly onFailure: (cause: unknown) => void;
}

const LOOK_MILLIS = 1_000;

export class Keepers implements KeepersPort {
  readonly #options: KeepersOptions;
  readonly #channels: KeeperChannels;
  readonly #giving: Giving;
  #kept: KeptLogs | null = null;
  #cancel: () => void = () => undefined;

  private constructor(options: KeepersOptions) {
    this.#options = options;
    this.#channels = new KeeperChannels((from, message) => {
      if (message.kind !== 'keep') this.#giving.hear(from.node, message);
      // Who keeps nothing says nothing.
      else if (this.#kept !== null) this.#kept.hear(from, message);
    });
    this.#giving = new Giving({ ...options, channels: this.#channels });
  }

  /** @throws as `KeptLogs.open`; nothing of it is left open then. */
  static async open(options: KeepersOptions): Promise<Keepers> {
    const keepers = new Keepers(options);
    await keepers.#openKept();
    keepers.#look();
    return keepers;
  }

  /** To be called when a link stands, before it is used. */
  onLink({ receiptKey }: SharingPeer, link: Link): void {
    this.#channels.onLink(receiptKey, link, () => {
      this.#kept?.forget(link);
    });
    this.#giving.onLink(receiptKey, link);
  }

  /** Takes no part any more. */
  async close(): Promise<void> {
    this.#cancel();
    this.#giving.close();
    await this.#kept?.close();
    const { kept } = this.#options;
    await kept?.witness?.close();
    await kept?.logs.close();
  }

  status(): KeepersStatus {
    const { kept, peers } = this.#options;
    const logs = this.#kept?.all() ?? [];
    return {
      ledgers: this.#giving.all().map((log) => this.#ledgerStatus(log)),
      kept: logs.map((log) => this.#keptStatus(log)),
      rooms: peers.flatMap(({ keeps, name, receiptKey }) =>
        keeps === null
          ? []
          : {
              peer: name,
              logs: logs.filter(({ record }) => record.for === receiptKey).length,
              bytes: this.#kept?.bytesFor(receiptKey) ?? 0,
              ...keeps,
            },
      ),
      witness: kept?.witness?.verifierKey ?? null,
    };
  }

  statusOf(tenant: string, ledger: string): KeptLedgerStatus | null {
    const log = this.#giving.of(this.#ledgerNamed(tenant, ledger).identity.handle);
    return log === null ? null : this.#ledgerStatus(log);
  }

  async set(tenant: string, name: string, keepers: readonly WantedKeeper[]): Promise<void> {
    const ledger = this.#ledgerNamed(tenant, name);
    const group = this.#options.groupLog(ledger.reader.origin);
    for (const { isWitness, node } of keepers) {
      const peer = this.#options.peers.find(({ receiptKey }) => receiptKey === node);
      if (peer === undefined) throw refused('one of them is no peer of this node');
      if (group?.hasMember(node) === true)
        throw refused(`${peer.name} is a member of the ledger's group, and has it already`);
      if (isWitness && peer.witness === null)
        throw refused(`of ${peer.name} no witness key is known: set witness in its entry`);
    }
    if (keepers.length > MAX_KEEPERS) throw refused(`a ledger has at most ${MAX_KEEPERS} keepers`);
    await this.#options.wanted.set(ledger.identity.handle, keepers);
    this.#giving.look();
  }

  countOf(origin: string): number {
    return this.#given(origin)?.keepers.size ?? 0;
  }

  async atKeepers(
    origin: string,
    size: number,
    count: number,
    signal: AbortSignal,
  ): Promise<number> {
    const log = this.#given(origin);
    return log === undefined ? 0 : this.#giving.atKeepers(log, size, count, signal);
  }

  withCosignatures(origin: string, note: string): string {
    return withCosignatures(note, this.#linesOf(origin));
  }

  newestCosigned(origin: string): string | null {
    const lines = this.#linesOf(origin);
    const newest = lines.reduce<CosignedLine | null>(
      (best, line) => (best !== null && best.size >= line.size ? best : line),
      null,
    );
    return newest && withCosignatures(newest.note, lines);
  }

  async misbehaviour(origin: string): Promise<Uint8Array | null> {
    return (await this.#options.kept?.memory.proof(origin)) ?? null;
  }

  #linesOf(origin: string): readonly CosignedLine[] {
    const keepers = this.#given(origin)?.keepers.values() ?? [];
    return [...keepers].flatMap(({ line }) => line ?? []);
  }

  #given(origin: string): GivenLog | undefined {
    return this.#giving.all().find(({ reader }) => reader.origin === origin);
  }

  async #openKept(): Promise<void> {
    const { isVotedFor, kept, store } = this.#options;
    if (kept === null) return;
    try {
      this.#kept = await KeptLogs.open({
        ...this.#options,
        ...kept,
        send: (to, message) => {
          this.#channels.send(to, message);
        },
        onOffender: (peer) => {
          const linkKey = peer === null ? null : linkKeyOf(peer);
          this.#channels.drop((link) => link.linkKey === linkKey);
        },
        isOwn: (origin) =>
          isVotedFor(origin) ||
          store.allLedgers().some(({ logs }) => logs.some((reader) => reader.origin === origin)),
      });
    } catch (cause) {
      await kept.witness?.close();
      await kept.logs.close();
      throw cause;
    }
  }

  #look(): void {
    this.#giving.look();
    this.#kept?.look();
    this.#cancel = this.#options.timers.after(LOOK_MILLIS, () => {
      this.#look();
    });
  }

  #ledgerNamed(tenant: string, name: string): Ledger {
    const { store } = this.#options;
    const found = store.tenantNamed(tenant);
    if (found === undefined) throw new LedgerError('LEDGER_UNKNOWN', 'there is no such ledger');
    return store.ledger(found.handle, name);
  }

  #ledgerStatus({ keepers, ledger, reader }: GivenLog): KeptLedgerStatus {
    const { identity, isWritable } = ledger;
    const { length, size } = reader.head;
    return {
      tenant: this.#options.store.tenantOf(identity.tenant)?.name ?? '',
      ledger: identity.name,
      origin: reader.origin,
      isWriter: isWritable,
      ...{ length, size },
      keepers: [...keepers.values()].map((keeper) => this.#keeperStatus(keeper)),
    };
  }

  #keeperStatus(keeper: GivenKeeper): KeeperStatus {
    const { heardAt, isWitness, line, node, receipt, refusal, trouble } = keeper;
    return {
      ...{ node, name: this.#nameOf(node), isWitness, heardAt, refusal, trouble },
      isLinked: this.#channels.linkTo(node) !== null,
      length: receipt?.length ?? null,
      size: receipt?.size ?? null,
      cosigned: line?.size ?? null,
    };
  }

  #keptStatus({ alarm, heardAt, isFull, record, stored }: KeptLog): KeptLogStatus {
    return {
      origin: record.origin,
      for: record.for,
      name: this.#nameOf(record.for),
      length: stored?.binding.length ?? 0,
      size: stored?.size ?? 0,
      ...{ alarm, heardAt, isFull },
    };
  }

  #nameOf(node: string): string | null {
    return this.#options.peers.find(({ receiptKey }) => receiptKey === node)?.name ?? null;
  }
}

function refused(reason: string): ReplicationError {
  return new ReplicationError('KEEPERS_REFUSED', reason);
}
