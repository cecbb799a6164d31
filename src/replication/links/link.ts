/**
 * One secure stream to one peer: proved by its hello, then looked after until either side, or what lies between them, ends
 * it. It decides nothing about other links to the same peer; links.ts does, when it is proved.
 */
import type SecretStream from '@hyperswarm/secret-stream';
import type { Logger } from '../../base/logger.js';
import type { Clock } from '../../base/time.js';
import {
  type Channel,
  type ChannelHost,
  type ChannelOptions,
  type Offence,
  openChannel,
} from './channel.js';
import { GuardedMux } from './guarded-mux.js';
import { type Dialled, HELLO, HELLO_FORMAT, type Hello } from './hello.js';
import type { LinkLimits } from './link-limits.js';
import { type LinkKey, linkKeyOf } from './link-settings.js';
import { PING_CODEC, type PingMessage, type RoundTrip, RoundTrips } from './ping.js';
import { RateBudget } from './rate-budget.js';
import type { Timers } from './timers.js';

/** Why a link ended. */
export type DropReason =
  | Offence
  /** The connection, by the peer or on the way; also what was altered on the way. */
  | 'broken'
  /** Not a byte came. */
  | 'idle'
  /** It answers no ping. */
  | 'stalled'
  /** It did not prove itself in time. */
  | 'unproved'
  /** It speaks a later format than this version. */
  | 'newer'
  /** Something failed here. */
  | 'failed'
  /** There is a better one to the same peer. */
  | 'surplus'
  /** By whoever uses it, or with the node. */
  | 'closed';

export interface LinkParts {
  readonly limits: LinkLimits;
  readonly timers: Timers;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly ownKey: LinkKey;
  /** Of this node's, 16 bytes. */
  readonly run: Uint8Array;
}

export interface LinkOrigin {
  readonly stream: SecretStream;
  readonly via: 'tcp' | 'dht';
  /** Our count of what we dialled to this peer; 0 where it dialled. */
  readonly dial: number;
  /** The peer has said its hello, under keys that are its own. Before that, nothing else is done with the link. */
  readonly onProved: (link: Link) => void;
  /** Once. */
  readonly onDown: (link: Link, reason: DropReason) => void;
}

/** Of what only says that it is there. */
const PING_CHANNEL = { name: 'ping', maxBytes: 13, budget: { perSecond: 5, burst: 20 } } as const;

export class Link implements ChannelHost {
  readonly mux: GuardedMux;
  readonly timers: Timers;
  readonly linkKey: LinkKey;
  readonly #origin: LinkOrigin;
  readonly #parts: LinkParts;
  readonly #trips = new RoundTrips();
  readonly #messages: RateBudget;
  readonly #bytes: RateBudget;
  #dialled: Dialled | null = null;
  #cancel: () => void;
  #queued = 0;
  #seen = { bytes: 0, at: 0 };
  #isDown = false;

  constructor(origin: LinkOrigin, parts: LinkParts) {
    const { limits, timers } = parts;
    this.#origin = origin;
    this.#parts = parts;
    this.timers = timers;
    this.linkKey = linkKeyOf(origin.stream.remotePublicKey);
    this.#messages = new RateBudget(limits.messages, timers.now());
    this.#bytes = new RateBudget(limits.bytes, timers.now());
    this.#cancel = timers.after(limits.handshakeMillis, () => {
      this.#end('unproved');
    });
    this.mux = new GuardedMux(origin.stream, {
      onFrame: (bytes) => this.#admit(bytes),
      onFailure: (cause, isRead) => {
        if (isRead) this.drop('garbage');
        else this.fail(cause);
      },
    });
  }

  /** Says hello. It may be down when this returns. */
  begin(): void {
    const { stream, dial } = this.#origin;
    if (stream.destroyed) {
      this.#end('broken');
      return;
    }
    stream.on('close', () => {
      this.#end('broken');
    });
    const control = this.mux.createChannel({
      protocol: 'chirograph/link',
      handshake: HELLO,
      messages: [],
      onopen: (hello) => {
        this.#greeted(hello);
      },
      onclose: () => {
        this.#end('broken');
      },
    });
    control?.open({ format: HELLO_FORMAT, run: this.#parts.run, dial });
  }

  get stream(): SecretStream {
    return this.#origin.stream;
  }

  get via(): 'tcp' | 'dht' {
    return this.#origin.via;
  }

  /** Null before it is proved. */
  get dialled(): Dialled | null {
    return this.#dialled;
  }

  get roundTrip(): RoundTrip | null {
    return this.#trips.newest;
  }

  /** Since the connection began, handshake included. */
  get bytesIn(): number {
    const { bytesRead, bytesReceived = 0 } = this.stream.rawStream;
    return bytesRead ?? bytesReceived;
  }

  get bytesOut(): number {
    const { bytesWritten, bytesTransmitted = 0 } = this.stream.rawStream;
    return bytesWritten ?? bytesTransmitted;
  }

  /** From here on it is pinged, and dropped when it is dead. */
  stand(): void {
    this.#cancel();
    this.#seen = { bytes: this.bytesIn, at: this.timers.now() };
    const ping = this.openChannel<PingMessage>({
      ...PING_CHANNEL,
      codec: PING_CODEC,
      onMessage: (message) => {
        this.#pinged(message, ping);
      },
    });
    this.#look(ping);
  }

  openChannel<T>(options: ChannelOptions<T>): Channel<T> {
    return openChannel(this, options);
  }

  queue(bytes: number): boolean {
    if (this.mux.drained) this.#queued = 0;
    this.#queued += bytes;
    if (this.#queued > this.#parts.limits.maxQueuedBytes) this.drop('unread');
    return !this.#isDown;
  }

  drop(offence: Offence): void {
    this.#end(offence);
  }

  fail(cause: unknown): void {
    if (!this.#isDown) this.#parts.logger.error('link failed', { error: cause });
    this.#end('failed');
  }

  /** Resolves when the stream is gone. */
  close(reason: 'closed' | 'surplus' = 'closed'): Promise<void> {
    this.#end(reason);
    const { stream } = this;
    return new Promise((resolve) => {
      if (stream.closed || stream.destroyed) resolve();
      else stream.once('close', resolve);
    });
  }

  #greeted(hello: Hello): void {
    if (this.#isDown) return;
    if (hello.format > HELLO_FORMAT) {
      this.#end('newer');
      return;
    }
    const isOurs = this.stream.isInitiator;
    this.#dialled = {
      dialler: isOurs ? this.#parts.ownKey : this.linkKey,
      run: hello.run,
      dial: isOurs ? this.#origin.dial : hello.dial,
    };
    this.#origin.onProved(this);
  }

  #admit(bytes: number): boolean {
    const now = this.timers.now();
    if (!this.#messages.take(1, now) || !this.#bytes.take(bytes, now)) this.drop('too-many');
    return !this.#isDown;
  }

  #look(ping: Channel<PingMessage>): void {
    const { limits, clock } = this.#parts;
    const now = this.timers.now();
    const bytes = this.bytesIn;
    if (bytes !== this.#seen.bytes) this.#seen = { bytes, at: now };
    if (now - this.#seen.at >= limits.idleMillis) {
      this.#end('idle');
      return;
    }
    const since = this.#trips.waitingSince;
    if (since === null) ping.send(this.#trips.begin(now, clock.now()));
    else if (now - since >= limits.stallMillis) {
      this.#end('stalled');
      return;
    }
    // The ping may have been one thing too much that waits for the peer.
    if (this.#isDown) return;
    this.#cancel = this.timers.after(limits.pingMillis, () => {
      this.#look(ping);
    });
  }

  #pinged(message: PingMessage, ping: Channel<PingMessage>): void {
    const { clock } = this.#parts;
    if (message.kind === 'ping') ping.send({ kind: 'pong', id: message.id, at: clock.now() });
    else if (!this.#trips.answered(message.id, message.at, this.timers.now())) this.drop('garbage');
  }

  #end(reason: DropReason): void {
    if (this.#isDown) return;
    this.#isDown = true;
    this.#cancel();
    this.mux.destroy();
    this.#origin.onDown(this, reason);
  }
}
