/** A peer on the list: its one link, what became of earlier ones, and whether it is welcome now. */
import type SecretStream from '@hyperswarm/secret-stream';
import type { UnixMillis } from '../../base/brand.js';
import type { RandomSource } from '../../base/random.js';
import { systemErrorMessage } from '../../base/system-error.js';
import { isBetter } from './hello.js';
import type { PeerSettings } from './link-settings.js';
import type { PeerStatus } from './link-status.js';
import { type DropReason, Link, type LinkParts } from './link.js';
import { Redial } from './redial.js';

export interface Secured {
  readonly stream: SecretStream;
  readonly via: 'tcp' | 'dht';
}

export interface PeerOptions {
  readonly settings: PeerSettings;
  readonly parts: LinkParts;
  readonly random: RandomSource;
  /** Null where it cannot be dialled, and dials us. @throws whatever keeps it from being reached. */
  readonly dial: (() => Promise<Secured>) | null;
  /** A link stands. */
  readonly onLink: (link: Link) => void;
}

/** What a peer is banned for: all of it came under its own keys, and nobody between the two can make it look so. */
const OFFENCES: ReadonlySet<DropReason> = new Set(['garbage', 'too-large', 'too-many', 'unread']);

export class Peer {
  readonly settings: PeerSettings;
  readonly #options: PeerOptions;
  readonly #redial: Redial | null;
  readonly #dropped = new Map<DropReason, number>();
  readonly #unproved = new Set<Link>();
  #link: Link | null = null;
  /** Monotonic. */
  #stoodAt = 0;
  #bannedUntil = -Infinity;
  #since: UnixMillis | null = null;
  #dials = 0;
  #links = 0;
  /** Of links that are gone. */
  #past = { bytesIn: 0, bytesOut: 0 };
  #lastDrop: DropReason | null = null;
  #lastFailure: string | null = null;
  #isClosed = false;

  constructor(options: PeerOptions) {
    const { parts, random, dial } = options;
    this.settings = options.settings;
    this.#options = options;
    this.#redial = dial && new Redial({ ...parts, random, dial: () => this.#dial(dial) });
  }

  /** False while it is banned: it gets no more of an answer than a stranger. */
  get isWelcome(): boolean {
    return !this.#isClosed && this.#options.parts.timers.now() >= this.#bannedUntil;
  }

  get link(): Link | null {
    return this.#link;
  }

  start(): void {
    this.#redial?.start();
  }

  /** A stream that it dialled. @param onProved also when it comes to nothing. */
  answered(secured: Secured, onProved: () => void): void {
    this.#connect(secured, 0, onProved);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const links = [...this.#unproved, ...(this.#link === null ? [] : [this.#link])];
    await Promise.all([this.#redial?.stop(), ...links.map((link) => link.close())]);
  }

  status(): PeerStatus {
    const { limits } = this.#options.parts;
    const { name, linkKey } = this.settings;
    const link = this.#link;
    const trip = link?.roundTrip ?? null;
    return {
      ...{ name, linkKey, state: this.#state(), via: link?.via ?? null, since: this.#since },
      bytesIn: this.#past.bytesIn + (link?.bytesIn ?? 0),
      bytesOut: this.#past.bytesOut + (link?.bytesOut ?? 0),
      rttMillis: trip?.rttMillis ?? null,
      clockOffsetMillis: trip?.offsetMillis ?? null,
      isClockSkewed: Math.abs(trip?.offsetMillis ?? 0) > limits.maxClockSkewMillis,
      reconnects: Math.max(0, this.#links - 1),
      failures: this.#redial?.failures ?? 0,
      dropped: Object.fromEntries(this.#dropped),
      lastDrop: this.#lastDrop,
      lastFailure: this.#lastFailure,
    };
  }

  #state(): PeerStatus['state'] {
    if (this.#link !== null) return 'linked';
    if (!this.isWelcome) return 'banned';
    return this.#redial?.state ?? 'waiting';
  }

  async #dial(dial: () => Promise<Secured>): Promise<void> {
    if (!this.isWelcome) return;
    try {
      const secured = await dial();
      await new Promise<void>((resolve) => {
        this.#connect(secured, ++this.#dials, resolve);
      });
    } catch (cause) {
      this.#lastFailure = systemErrorMessage(cause);
    }
  }

  #connect({ stream, via }: Secured, dial: number, onSettled: () => void): void {
    const settled = (link: Link): void => {
      this.#unproved.delete(link);
      onSettled();
    };
    const link = new Link(
      {
        ...{ stream, via, dial },
        onProved: (proved) => {
          this.#proved(proved);
          settled(proved);
        },
        onDown: (ended, reason) => {
          this.#down(ended, reason);
          settled(ended);
        },
      },
      this.#options.parts,
    );
    this.#unproved.add(link);
    link.begin();
  }

  #proved(link: Link): void {
    const standing = this.#link;
    const [later, before] = [link.dialled, standing?.dialled];
    if (!this.isWelcome || later === null || (before && !isBetter(later, before))) {
      void link.close('surplus');
      return;
    }
    this.#link = link;
    if (standing !== null) void standing.close('surplus');
    this.#stand(link);
  }

  #stand(link: Link): void {
    const { parts, onLink } = this.#options;
    this.#links++;
    this.#lastFailure = null;
    this.#stoodAt = parts.timers.now();
    this.#since = parts.clock.now();
    this.#redial?.linked();
    link.stand();
    parts.logger.info('link up', { peer: this.settings.name, via: link.via });
    try {
      onLink(link);
    } catch (cause) {
      link.fail(cause);
    }
  }

  #down(link: Link, reason: DropReason): void {
    this.#dropped.set(reason, (this.#dropped.get(reason) ?? 0) + 1);
    this.#past.bytesIn += link.bytesIn;
    this.#past.bytesOut += link.bytesOut;
    if (OFFENCES.has(reason)) this.#ban(reason);
    if (this.#link === link) this.#lost(reason);
    // Of what never stood, why it did not; that there was a better one is no failure.
    else if (reason !== 'surplus') this.#lastFailure = reason;
  }

  #ban(reason: DropReason): void {
    const { timers, limits, logger } = this.#options.parts;
    this.#bannedUntil = timers.now() + limits.banMillis;
    logger.warn('peer banned', { peer: this.settings.name, reason });
  }

  #lost(reason: DropReason): void {
    const { timers, limits, clock, logger } = this.#options.parts;
    const now = timers.now();
    this.#link = null;
    this.#lastDrop = reason;
    this.#since = clock.now();
    logger.info('link down', { peer: this.settings.name, reason });
    const wasGood = now - this.#stoodAt >= limits.stableMillis;
    this.#redial?.lost(wasGood, Math.max(0, this.#bannedUntil - now));
  }
}
