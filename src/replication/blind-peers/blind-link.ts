/**
 * One connection to a blind peer: Hypercores given to it, and asked to be kept, in the protocol `blind-peer` of Holepunch's
 * program of that name. What it answers is Hypercore's replication; it gives no receipt, and proves nothing but its key.
 */
import type SecretStream from '@hyperswarm/secret-stream';
import BlindPeerMuxer from 'blind-peer-muxer';
import { toHex } from '../../base/bytes.js';
import type { Logger } from '../../base/logger.js';
import type { GivenCore } from '../../ledger/given-core.js';
import { GuardedMux } from '../links/guarded-mux.js';
import type { LinkLimits } from '../links/link-limits.js';
import { RateBudget } from '../links/rate-budget.js';
import type { Timers } from '../links/timers.js';

/** Why a connection ended, or came to nothing. */
export type BlindLinkEnd =
  /** By the blind peer, or on the way. */
  | 'broken'
  /** The DHT leads to no such peer, or it does not answer. */
  | 'unreachable'
  /** It is there, and takes no Hypercores: it refuses this node, or is no blind peer. */
  | 'refused'
  /** It sent what makes no sense, or too much. */
  | 'garbage'
  | 'too-many'
  /** Something failed here. */
  | 'failed'
  /** With the node. */
  | 'closed';

export interface BlindLinkOptions {
  /** Its handshake may be under way. */
  readonly stream: SecretStream;
  readonly timers: Timers;
  readonly limits: Pick<LinkLimits, 'handshakeMillis' | 'messages' | 'bytes'>;
  readonly logger: Logger;
  /** The peer takes Hypercores. */
  readonly onStands: () => void;
  /** Once, whether it stood or not. */
  readonly onEnd: (why: BlindLinkEnd) => void;
}

/** Told at a time. */
const TOLD = 64;
/** Let go last, where the blind peer runs out of room. */
const PRIORITY = 1;

export class BlindLink {
  readonly #options: BlindLinkOptions;
  readonly #messages: RateBudget;
  readonly #bytes: RateBudget;
  readonly #mux: GuardedMux;
  /** Keys of what it has been given. */
  readonly #given = new Set<string>();
  readonly #giveUp: () => void;
  #channel: BlindPeerMuxer | null = null;
  #isOpen = false;
  #hasStood = false;
  #isDown = false;

  constructor(options: BlindLinkOptions) {
    const { stream, timers, limits, logger } = options;
    this.#options = options;
    this.#messages = new RateBudget(limits.messages, timers.now());
    this.#bytes = new RateBudget(limits.bytes, timers.now());
    this.#mux = new GuardedMux(stream, {
      onFrame: (bytes) => this.#admit(bytes),
      onFailure: (error, isRead) => {
        if (!isRead && !this.#isDown) logger.error('link to a blind peer failed', { error });
        this.#end(isRead ? 'garbage' : 'failed');
      },
    });
    this.#giveUp = timers.after(limits.handshakeMillis, () => {
      this.#end(this.#isOpen ? 'refused' : 'unreachable');
    });
  }

  /** It may be down when this returns. */
  begin(): void {
    const { stream } = this.#options;
    if (stream.destroyed) {
      this.#end('unreachable');
      return;
    }
    stream.on('close', () => {
      this.#end(this.#isOpen ? 'broken' : 'unreachable');
    });
    void stream.opened.then((isOpen) => {
      this.#isOpen = isOpen;
    });
    this.#channel = new BlindPeerMuxer(stream, {
      onopen: () => {
        this.#giveUp();
        this.#hasStood = true;
        if (!this.#isDown) this.#options.onStands();
      },
      onclose: () => {
        this.#end(this.#hasStood ? 'broken' : this.#isOpen ? 'refused' : 'unreachable');
      },
    });
  }

  /** Since the connection began. */
  get bytesOut(): number {
    // Before the DHT has led to the peer there is no raw stream.
    return this.#isOpen ? (this.#options.stream.rawStream.bytesTransmitted ?? 0) : 0;
  }

  hasGiven(cores: readonly GivenCore[]): boolean {
    return cores.some(({ key }) => this.#given.has(toHex(key)));
  }

  /** Those that it has not been given yet; called once the peer takes any. */
  give(cores: readonly GivenCore[]): void {
    const fresh = cores.filter(({ key }) => !this.#given.has(toHex(key)));
    for (const core of fresh) {
      this.#given.add(toHex(core.key));
      core.giveTo(this.#mux);
    }
    for (let at = 0; at < fresh.length && !this.#isDown; at += TOLD)
      this.#channel?.addCores({
        cores: fresh.slice(at, at + TOLD).map(({ key, length }) => ({ key, length })),
        ...{ priority: PRIORITY, announce: false, referrer: null },
      });
  }

  /** Resolves when the connection is gone. */
  close(): Promise<void> {
    this.#end('closed');
    const { stream } = this.#options;
    return new Promise((resolve) => {
      if (stream.closed || stream.destroyed) resolve();
      else stream.once('close', resolve);
    });
  }

  #admit(bytes: number): boolean {
    const now = this.#options.timers.now();
    if (!this.#messages.take(1, now) || !this.#bytes.take(bytes, now)) this.#end('too-many');
    return !this.#isDown;
  }

  #end(why: BlindLinkEnd): void {
    if (this.#isDown) return;
    this.#isDown = true;
    this.#giveUp();
    this.#mux.destroy();
    this.#options.onEnd(why);
  }
}
