/**
 * Chunks that are wanted here, asked of all peers at once that may have them: each takes the next when it has room, and at
 * the end what a slow one has not sent is asked of another too. What comes is taken only if it is what was wanted.
 */
import type { Timers } from '../links/timers.js';
import type { NodeId } from '../protocol/term.js';
import { AskedPeer } from './asked-peer.js';

/** A peer that has not answered by then is not waited for. */
export const ANSWER_MILLIS = 10_000;
/** What one peer has had for so long is asked of another, where that has nothing else to do. */
const STEAL_MILLIS = 300;
/** While anything is wanted it is looked so often whether somebody is late. */
const LOOK_MILLIS = 100;

export interface WantedChunk {
  readonly origin: string;
  /** 32 bytes. */
  readonly address: Uint8Array;
  /** Whether a block is the chunk that is wanted, unchanged. */
  readonly isIt: (block: Uint8Array) => boolean;
  /** Before all that nobody waits for. */
  readonly isUrgent: boolean;
  /** How long it may take, in milliseconds, where there is nobody to ask or nobody answers. */
  readonly patience: number;
  readonly signal?: AbortSignal;
}

export interface AskingOptions {
  readonly timers: Timers;
  /** Whether the peer keeps the data of the log. */
  readonly keeps: (node: NodeId, origin: string) => boolean;
  /** It sent something in place of a chunk that another has sent unchanged. */
  readonly onLie: (node: NodeId) => void;
  /** It sent a chunk that is what was wanted. */
  readonly onChunk: (node: NodeId, bytes: number) => void;
}

interface Wanted extends WantedChunk {
  readonly until: number;
  /** Those that are asked now, and since when. */
  readonly asked: Map<AskedPeer<Wanted>, number>;
  /** Those that will not be asked again. */
  readonly refused: Set<NodeId>;
  /** Those that sent something else. */
  readonly liars: Set<NodeId>;
  readonly resolve: (block: Uint8Array | null) => void;
}

export class Asking {
  readonly #options: AskingOptions;
  readonly #peers = new Map<NodeId, AskedPeer<Wanted>>();
  /** In order, those that are asked of nobody now: what somebody waits for, and all else. */
  readonly #queues = { urgent: new Set<Wanted>(), other: new Set<Wanted>() };
  /** Those that are, the longest first. */
  readonly #underWay = new Set<Wanted>();
  #cancel: (() => void) | null = null;
  #isClosed = false;

  constructor(options: AskingOptions) {
    this.#options = options;
  }

  /** @param ask says to the peer what is wanted of it, and whether that was said. */
  join(node: NodeId, ask: (origin: string, address: Uint8Array) => boolean): void {
    const { timers } = this.#options;
    // Over a newer link: what it owes on the older one never comes.
    this.leave(node);
    const peer = new AskedPeer<Wanted>({ node, timers, ask });
    this.#peers.set(node, peer);
    this.#occupy(peer);
  }

  leave(node: NodeId): void {
    const peer = this.#peers.get(node);
    this.#peers.delete(node);
    if (peer === undefined) return;
    for (const wanted of [...this.#underWay]) if (wanted.asked.delete(peer)) this.#settle(wanted);
    this.#look();
  }

  /** @returns null if nobody who can be asked has it, or not in time, or `signal` is aborted. */
  fetch(chunk: WantedChunk): Promise<Uint8Array | null> {
    if (this.#isClosed || chunk.signal?.aborted === true) return Promise.resolve(null);
    return new Promise((resolve) => {
      const wanted: Wanted = {
        ...chunk,
        until: this.#options.timers.now() + chunk.patience,
        ...{ asked: new Map(), refused: new Set(), liars: new Set() },
        resolve: (block) => {
          chunk.signal?.removeEventListener('abort', giveUp);
          resolve(block);
        },
      };
      const giveUp = (): void => {
        this.#end(wanted, null);
      };
      chunk.signal?.addEventListener('abort', giveUp);
      this.#queueOf(wanted).add(wanted);
      for (const peer of this.#peers.values()) if (peer.hasRoom) this.#occupy(peer);
      this.#lookLater();
    });
  }

  /** @returns false for a chunk that was not asked for. */
  hear(node: NodeId, address: Uint8Array, block: Uint8Array | null): boolean {
    const peer = this.#peers.get(node);
    const waiting = peer?.answered(address);
    if (peer === undefined || waiting === undefined || waiting === null) return false;
    for (const wanted of waiting) {
      wanted.asked.delete(peer);
      if (block !== null && wanted.isIt(block)) {
        this.#options.onChunk(node, block.length);
        this.#end(wanted, block);
      } else {
        wanted.refused.add(node);
        if (block !== null) wanted.liars.add(node);
        this.#settle(wanted);
      }
    }
    // Whoever has room may take what this one did not have, too.
    for (const one of this.#peers.values()) if (one.hasRoom) this.#occupy(one);
    return true;
  }

  close(): void {
    this.#isClosed = true;
    for (const wanted of this.#all()) this.#end(wanted, null);
    this.#cancel?.();
    this.#cancel = null;
  }

  #all(): Wanted[] {
    const { urgent, other } = this.#queues;
    return [...urgent, ...other, ...this.#underWay];
  }

  #queueOf({ isUrgent }: Wanted): Set<Wanted> {
    return isUrgent ? this.#queues.urgent : this.#queues.other;
  }

  #end(wanted: Wanted, block: Uint8Array | null): void {
    const wasQueued = this.#queueOf(wanted).delete(wanted);
    if (!this.#underWay.delete(wanted) && !wasQueued) return;
    for (const peer of wanted.asked.keys()) peer.forget(wanted.address, wanted);
    wanted.resolve(block);
    // Only now is it known that it was they, and not whoever said what is wanted.
    if (block !== null) for (const node of wanted.liars) this.#options.onLie(node);
  }

  /** One who was asked is not any more: somebody else is, or nobody can be. */
  #settle(wanted: Wanted): void {
    if (wanted.asked.size > 0) return;
    const hasSomebody = [...this.#peers.keys()].some((node) => this.#mayAsk(node, wanted));
    const isRefused = wanted.refused.size > 0 && !hasSomebody;
    if (isRefused || this.#options.timers.now() >= wanted.until) {
      this.#end(wanted, null);
      return;
    }
    this.#underWay.delete(wanted);
    this.#queueOf(wanted).add(wanted);
  }

  /** Now and then: who is late, and what is to be asked of others. */
  #look(): void {
    const now = this.#options.timers.now();
    for (const wanted of this.#all()) {
      for (const [peer, since] of wanted.asked)
        if (now - since >= ANSWER_MILLIS) {
          peer.forget(wanted.address, wanted);
          wanted.asked.delete(peer);
          wanted.refused.add(peer.node);
        }
      this.#settle(wanted);
    }
    for (const peer of this.#peers.values()) this.#occupy(peer);
    this.#lookLater();
  }

  #lookLater(): void {
    const { urgent, other } = this.#queues;
    if (this.#isClosed || urgent.size + other.size + this.#underWay.size === 0) return;
    this.#cancel ??= this.#options.timers.after(LOOK_MILLIS, () => {
      this.#cancel = null;
      this.#look();
    });
  }

  #occupy(peer: AskedPeer<Wanted>): void {
    const now = this.#options.timers.now();
    for (const queue of [this.#queues.urgent, this.#queues.other])
      for (const wanted of queue) if (!this.#tryToAsk(peer, wanted, now)) return;
    for (const wanted of this.#underWay) {
      const [since = now] = wanted.asked.values();
      if (wanted.asked.size > 1 || now - since < STEAL_MILLIS) continue;
      if (!this.#tryToAsk(peer, wanted, now)) return;
    }
  }

  /** @returns false where the peer can be asked for nothing more now. */
  #tryToAsk(peer: AskedPeer<Wanted>, wanted: Wanted, now: number): boolean {
    if (!peer.hasRoom) return false;
    if (wanted.asked.has(peer) || !this.#mayAsk(peer.node, wanted)) return true;
    if (!peer.ask(wanted.origin, wanted.address, wanted)) return false;
    wanted.asked.set(peer, now);
    this.#queueOf(wanted).delete(wanted);
    this.#underWay.add(wanted);
    return true;
  }

  #mayAsk(node: NodeId, { origin, refused }: Wanted): boolean {
    return !refused.has(node) && this.#options.keeps(node, origin);
  }
}
