/**
 * The store of copies that this node keeps of others' logs, apart from its own logs: `replicas/` in the data directory
 * (docs/formats/data-directory.md). Nothing in it is of the node's own making, and all of it can be fetched again.
 */
import { join } from 'node:path';
import {
  type DurableFileSystem,
  durableFileSystem,
  makeDirectoryDurably,
} from '../keys/durable-file.js';
import { HypercoreStore } from './internal/hypercore-log.js';
import { type LogSegment, noRoom, ReplicaLog, type ReplicaObserver } from './replica-log.js';
import { WalSync } from './wal-sync.js';

export interface ReplicaLimits {
  /** Logs that are followed at a time. */
  readonly logs: number;
  /** Of all their blocks together. */
  readonly bytes: number;
}

export const REPLICA_LIMITS: ReplicaLimits = { logs: 10_000, bytes: 2 ** 40 };

export interface ReplicaLogsOptions {
  readonly limits?: Partial<ReplicaLimits>;
  readonly files?: DurableFileSystem;
}

export class ReplicaLogs {
  readonly #store: HypercoreStore;
  readonly #wal: WalSync;
  readonly #limits: ReplicaLimits;
  /** Of which these are a part, and which they count in as well. */
  readonly #whole: ReplicaLogs | null;
  /** Bytes that each open log has, or is about to have; and all of them together. */
  readonly #reserved = new Map<object, number>();
  #bytes = 0;

  private constructor(
    store: HypercoreStore,
    wal: WalSync,
    limits: ReplicaLimits,
    whole: ReplicaLogs | null = null,
  ) {
    this.#store = store;
    this.#wal = wal;
    this.#limits = limits;
    this.#whole = whole;
  }

  /**
   * @param directory `replicas/` of the data directory; made if it is not there.
   * @throws LedgerError LEDGER_LOCKED, LEDGER_DAMAGED.
   */
  static async open(
    directory: string,
    { limits = {}, files = durableFileSystem }: ReplicaLogsOptions = {},
  ): Promise<ReplicaLogs> {
    await makeDirectoryDurably(directory, files);
    const cores = join(directory, 'cores');
    await makeDirectoryDurably(cores, files);
    const store = await HypercoreStore.open(cores);
    const wal = new WalSync(join(cores, 'db'), files);
    return new ReplicaLogs(store, wal, { ...REPLICA_LIMITS, ...limits });
  }

  /** A part of the same store with limits of its own; closed with the whole. */
  part(limits: ReplicaLimits): ReplicaLogs {
    return new ReplicaLogs(this.#store, this.#wal, limits, this);
  }

  /** Of all logs that are open. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Opens the copy of a log, or begins it.
   *
   * @param segments public keys of the log's Hypercores, oldest first.
   * @param synced blocks that were on disk once: what a power cut tore behind them is fetched again.
   * @throws LedgerError LEDGER_REPLICA_LIMIT, LEDGER_DAMAGED.
   */
  async log(
    segments: readonly LogSegment[],
    observer: ReplicaObserver,
    synced: number,
  ): Promise<ReplicaLog> {
    this.#expectRoom();
    const log = await this.#open(segments, observer);
    if (await log.isWhole(Math.min(synced, log.length))) {
      await log.reserve();
      return log;
    }
    // A crash before it is begun anew leaves a part of it, which is discarded the next time.
    await log.discard();
    return this.#open(segments, observer);
  }

  async close(): Promise<void> {
    await this.#store.flush();
    await this.#store.close();
  }

  async #open(segments: readonly LogSegment[], observer: ReplicaObserver): Promise<ReplicaLog> {
    const owner = {};
    this.#reserve(owner, 0);
    const parts = {
      store: this.#store,
      wal: this.#wal,
      observer,
      reserve: (bytes: number) => {
        this.#reserve(owner, bytes);
      },
      onClose: () => {
        this.#release(owner);
      },
    };
    try {
      return await ReplicaLog.open(parts, segments);
    } catch (cause) {
      parts.onClose();
      throw cause;
    }
  }

  #expectRoom(): void {
    if (this.#whole !== null) this.#whole.#expectRoom();
    if (this.#reserved.size >= this.#limits.logs)
      throw noRoom(`this node keeps ${this.#limits.logs} replicas already`);
  }

  #release(owner: object): void {
    if (this.#whole !== null) this.#whole.#release(owner);
    this.#bytes -= this.#reserved.get(owner) ?? 0;
    this.#reserved.delete(owner);
  }

  #reserve(owner: object, bytes: number): void {
    const all = this.#bytes - (this.#reserved.get(owner) ?? 0) + bytes;
    if (all > this.#limits.bytes)
      throw noRoom(`replicas may take ${this.#limits.bytes} bytes, and this log needs more`);
    if (this.#whole !== null) this.#whole.#reserve(owner, bytes);
    this.#bytes = all;
    this.#reserved.set(owner, bytes);
  }
}
