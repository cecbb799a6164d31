/**
 * A copy of a log that another node writes. It takes blocks from whoever it is given a stream to, asks for no more than
 * it was told to, and follows no fork: what it has, it keeps. Hypercore checks each block against the signature of the
 * log's key; what the blocks must say besides is for whoever follows the log to check.
 */
import type Hypercore from 'hypercore';
import type { HypercoreProof, KeyPair } from 'hypercore';
import { Turns } from '../base/turns.js';
import type { GivenCore } from './given-core.js';
import {
  HypercoreLog,
  type HypercoreStore,
  type OpenSegment,
  takeTree,
} from './internal/hypercore-log.js';
import { appendBlock, treeHash } from './internal/hypercore-tree.js';
import type { LogSegment } from './internal/log-segments.js';
import { orAborted, signalled } from './internal/signalled.js';
import { LedgerError } from './ledger-error.js';
import type { WalSync } from './wal-sync.js';

export { hypercoreDiscoveryKey } from './internal/hypercore-log.js';
export { type LogSegment, segmentsOfKeys } from './internal/log-segments.js';

/** What is told as it happens. Nothing of it may throw. */
export interface ReplicaObserver {
  /** A peer has come, or has more than before. */
  readonly onNews: () => void;
  /** Two heads that the log's key signed and that cannot be of one Hypercore; of the log's own blocks from now on none is taken. */
  readonly onConflict: (conflict: ReplicaConflict) => void;
  /** A peer sent what is not of this log: garbage, or blocks that were altered. */
  readonly onInvalidData: (peer: Uint8Array | null) => void;
}

export interface ReplicaConflict {
  /** In which Hypercore. */
  readonly segment: LogSegment;
  /** Blocks that both heads are compared at. */
  readonly length: number;
  /** What the other side showed: a head that the log's key signed. */
  readonly proof: HypercoreProof;
}

export interface PeerFork {
  /** By which the link knows the peer. */
  readonly peer: Uint8Array | null;
  /** How often the peer says that it has cut the Hypercore. */
  readonly fork: number;
}

/** What is on disk. */
export interface StoredLength {
  /** Number of blocks, from the first on. */
  readonly length: number;
  /** BLAKE2b tree hash of them, 32 bytes. */
  readonly treeHash: Uint8Array;
}

export interface ReplicaLogParts {
  readonly store: HypercoreStore;
  readonly wal: WalSync;
  readonly observer: ReplicaObserver;
  /** @throws LedgerError LEDGER_REPLICA_LIMIT if there is no room for so many bytes of this log. */
  readonly reserve: (bytes: number) => void;
  readonly onClose: () => void;
}

/** Asked for at a time: over TCP at 50 ms Hypercore's own 48 move a ninth of what these do. */
const INFLIGHT = [170, 512] as const;
const OPTIONS = { pushOnly: false, inflightRange: INFLIGHT };

export class ReplicaLog {
  readonly #parts: ReplicaLogParts;
  readonly #segments: OpenSegment[] = [];
  readonly #log = new HypercoreLog(this.#segments);
  readonly #ends: LogSegment[] = [];
  readonly #streams = new Set<object>();
  /** The streams that each Hypercore is on already. */
  readonly #attached = new WeakMap<Hypercore, WeakSet<object>>();
  readonly #beginning = new Turns();
  #isClosing = false;

  private constructor(parts: ReplicaLogParts) {
    this.#parts = parts;
  }

  /** @throws LedgerError LEDGER_DAMAGED. */
  static async open(parts: ReplicaLogParts, segments: readonly LogSegment[]): Promise<ReplicaLog> {
    const log = new ReplicaLog(parts);
    for (const segment of segments) await log.extend(segment);
    return log;
  }

  /** Of the first Hypercore: what the seals of all blocks are bound to. */
  get key(): Uint8Array {
    return this.#log.key;
  }

  get segments(): readonly LogSegment[] {
    return this.#ends;
  }

  get cores(): readonly GivenCore[] {
    return this.#log.cores;
  }

  discoveryKeyAt(length: number): Uint8Array {
    return this.#log.discoveryKeyAt(length);
  }

  /** Blocks that are there, from the first on; written, and perhaps not on disk. */
  get length(): number {
    let end = 0;
    for (const [at, { core, from }] of this.#segments.entries()) {
      const next = this.#segments[at + 1]?.from ?? Infinity;
      const missing = core.core.bitfield.findFirst(false, from);
      end = Math.min(missing === -1 ? core.length : missing, Math.max(core.length, from), next);
      if (end < next) break;
    }
    return end;
  }

  /** The log goes on in another Hypercore. @throws LedgerError LEDGER_DAMAGED if it does not begin where this one ends. */
  async extend(segment: LogSegment): Promise<void> {
    const core = await this.#parts.store.core(segment, OPTIONS);
    const open = { core, from: segment.begins?.length ?? 0 };
    this.#segments.push(open);
    this.#ends.push(segment);
    this.#watch(open, segment);
    await this.#begin(this.#segments.length - 1);
  }

  /**
   * Takes blocks from whoever is at the other end, and gives those that are there.
   *
   * @param stream a Noise stream, or the Protomux on one.
   */
  replicateWith(stream: object): void {
    this.#streams.add(stream);
    for (const { core, from } of this.#segments)
      if (core.length >= from) this.#attach(core, stream);
  }

  /** From here on nothing is asked for: what is there is kept, and given. */
  async stopTaking(): Promise<void> {
    for (const segment of this.#ends)
      await (await this.#parts.store.core(segment, { ...OPTIONS, pushOnly: true })).close();
  }

  /** The stream has ended. */
  forget(stream: object): void {
    this.#streams.delete(stream);
  }

  /** What peers say of cuts; a log of ours is never cut, so any but 0 is news. */
  peerForks(): PeerFork[] {
    return this.#segments.flatMap(({ core }) =>
      core.peers
        .filter(({ remoteFork }) => remoteFork !== core.fork)
        .map(({ remotePublicKey: peer, remoteFork: fork }) => ({ peer, fork })),
    );
  }

  /**
   * Asks for all blocks below a length, and waits for them for as long as `signal` allows: a peer that has them may come
   * any time. Written when it returns, and not yet on disk.
   *
   * @throws LedgerError LEDGER_REPLICA_LIMIT; what `signal` was aborted with.
   */
  async fetch(to: number, signal: AbortSignal): Promise<void> {
    for (const [at, { from }] of this.#segments.entries()) {
      const end = Math.min(to, this.#segments[at + 1]?.from ?? Infinity);
      if (end <= from || this.length >= end) continue;
      await this.#begin(at);
      await this.#fetchInto(at, end, signal);
    }
  }

  /** @throws LedgerError LEDGER_DAMAGED if the block is not there. */
  block(number: number): Promise<Uint8Array> {
    return this.#log.block(number);
  }

  /** @throws LedgerError LEDGER_DAMAGED if the tree is not there. */
  treeHash(length: number): Promise<Uint8Array> {
    return this.#log.treeHash(length);
  }

  /** Claims the room that its blocks take, those to come among them. @throws LedgerError LEDGER_REPLICA_LIMIT. */
  async reserve(): Promise<void> {
    // Of the signed head: the tree at any length before is only there once the blocks are.
    this.#parts.reserve(await this.#log.byteLength(this.#log.length));
  }

  /** Whether all blocks from a length on are there that Hypercore has noted, and the tree over them: a power cut may leave a hole. */
  async isWhole(from: number): Promise<boolean> {
    const { length } = this;
    for (let number = from; number < length; number++)
      if ((await this.#log.blockIfThere(number)) === null) return false;
    for (const [at, { core }] of this.#segments.entries()) {
      // What lies behind the end of a Hypercore is no part of the log.
      const end = Math.min(core.length, this.#segments[at + 1]?.from ?? Infinity);
      if (end > 0 && !(await this.#log.hasTree(end))) return false;
    }
    return true;
  }

  /**
   * The signed head, proven from the roots at a length on; for proofs of misbehaviour.
   *
   * @param length at most that of the Hypercore that the last block below it is in.
   */
  proofFrom(length: number): Promise<HypercoreProof> {
    return this.#log.proofFrom(length);
  }

  /**
   * Puts on disk what is there, and says how much that is. Nobody may be told of a block before.
   *
   * @throws LedgerError LEDGER_FAILED: nothing may be claimed any more.
   */
  async sync(): Promise<StoredLength> {
    const { length } = this;
    const treeHash = await this.treeHash(length);
    // A crash before this returns leaves any part of what was not synced before; nothing of it was claimed.
    await this.#parts.wal.sync();
    return { length, treeHash };
  }

  /** What the tree hash will be with that block behind those that are there. @param length that are there. */
  async treeHashWith(length: number, block: Uint8Array): Promise<Uint8Array> {
    return treeHash(appendBlock(await this.#log.rootsAt(length), length, block));
  }

  /**
   * One more block of this node's own in the newest Hypercore. Written when it returns, and not yet on disk.
   *
   * @throws LedgerError LEDGER_REPLICA_LIMIT, LEDGER_DAMAGED.
   */
  async append(block: Uint8Array, keyPair: KeyPair): Promise<void> {
    await this.#log.append([block], keyPair);
    await this.reserve();
  }

  /**
   * The log does not go on in the Hypercores after the first so many: they lie there, and nobody is given them.
   *
   * @param count at least 1.
   */
  async rewind(count: number): Promise<void> {
    this.#ends.splice(count);
    for (const { core } of this.#segments.splice(count)) await core.close();
  }

  /** Removes it from the store, to be fetched anew. */
  async discard(): Promise<void> {
    this.#isClosing = true;
    for (const { core } of this.#segments) await core.purge();
    this.#parts.onClose();
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await Promise.all(this.#segments.map(({ core }) => core.close()));
    this.#parts.onClose();
  }

  async #fetchInto(at: number, end: number, signal: AbortSignal): Promise<void> {
    const core = this.#core(at);
    while (core.length < end) await signalled(core, 'append', signal);
    await this.reserve();
    const start = Math.max(this.length, this.#segments[at]?.from ?? 0);
    const range = core.download({ start, end, linear: true });
    try {
      await orAborted(range.done(), signal);
    } finally {
      range.destroy();
    }
  }

  /**
   * Gives a Hypercore the tree that it goes on from, once that is there, and lets its blocks come in. One after the other: a
   * tree that is there already is not taken again.
   */
  #begin(at: number): Promise<void> {
    return this.#beginning.take(() => this.#beginNow(at));
  }

  async #beginNow(at: number): Promise<void> {
    const before = this.#segments[at - 1]?.core;
    const begins = this.#ends[at]?.begins ?? null;
    const core = this.#core(at);
    // Blocks of it may have come before a crash: it has its tree then, and is on no stream yet.
    if (begins !== null && before !== undefined && core.length < begins.length) {
      await takeTree(core, before, begins);
      if (core.length < begins.length) return;
    }
    for (const stream of this.#streams) this.#attach(core, stream);
  }

  #attach(core: Hypercore, stream: object): void {
    const streams = this.#attached.get(core) ?? new WeakSet();
    if (!streams.has(stream)) core.replicate(stream);
    this.#attached.set(core, streams.add(stream));
  }

  #core(at: number): Hypercore {
    const segment = this.#segments[at];
    if (segment === undefined) throw new Error('a replica without that Hypercore');
    return segment.core;
  }

  #watch(open: OpenSegment, segment: LogSegment): void {
    const { core } = open;
    const { observer } = this.#parts;
    core.on('append', observer.onNews);
    core.on('peer-add', observer.onNews);
    core.on('verification-error', (_error, _request, _data, from) => {
      observer.onInvalidData(from.remotePublicKey);
    });
    core.on('conflict', (length, _fork, proof) => {
      // Hypercore closes what it found a conflict in. It is opened again to be read; it takes part in nothing any more.
      core.once('close', () => {
        if (!this.#isClosing) void this.#reopen(open, segment, { segment, length, proof });
      });
    });
  }

  async #reopen(open: OpenSegment, segment: LogSegment, conflict: ReplicaConflict): Promise<void> {
    const core = await this.#parts.store.core(segment, { ...OPTIONS, pushOnly: true });
    this.#segments.splice(this.#segments.indexOf(open), 1, { ...open, core });
    this.#parts.observer.onConflict(conflict);
  }
}

export function noRoom(what: string): LedgerError {
  return new LedgerError('LEDGER_REPLICA_LIMIT', what);
}
