/**
 * A node's links: one to each peer of its list, by whichever way there is, and nothing for anybody else
 * (docs/formats/links.md, docs/decisions/0042-links.md).
 */
import { Lifetime } from '../../base/lifetime.js';
import type { Logger } from '../../base/logger.js';
import { randomBytes, type RandomSource } from '../../base/random.js';
import type { Clock } from '../../base/time.js';
import type { KeyPair } from '../../keys/key-pair.js';
import { ReplicationError } from '../replication-error.js';
import { Answering } from './answering.js';
import { DhtEnd } from './dht.js';
import { waysTo } from './dialling.js';
import { LINK_LIMITS, type LinkLimits } from './link-limits.js';
import { type LinkKey, linkKeyOf, type LinkSettings, type PeerSettings } from './link-settings.js';
import type { LinksStatus } from './link-status.js';
import type { Link, LinkParts } from './link.js';
import { Peer } from './peer.js';
import { Pending } from './pending.js';
import { type Listener, listenTcp } from './tcp.js';
import { systemTimers, type Timers } from './timers.js';

export interface LinksOptions {
  readonly settings: LinkSettings;
  /** Of the key store: its replication keys, `link`. */
  readonly keys: KeyPair;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly logger: Logger;
  /**
   * A link stands: channels are opened, and replication begun, before this returns. There is at most one to a peer; where
   * another takes its place, this one's channels close first.
   */
  readonly onLink: (peer: PeerSettings, link: Link) => void;
  readonly limits?: LinkLimits;
  /** For tests. */
  readonly timers?: Timers;
}

const RUN_BYTES = 16;

export class Links {
  readonly #options: LinksOptions;
  readonly #parts: LinkParts;
  readonly #peers = new Map<LinkKey, Peer>();
  readonly #pending: Pending;
  readonly #answering: Answering;
  readonly #lifetime = new Lifetime();
  #listener: Listener | null = null;
  #dht: DhtEnd | null = null;

  private constructor(options: LinksOptions) {
    const { keys, clock, random, logger, limits = LINK_LIMITS, timers = systemTimers } = options;
    this.#options = options;
    const ownKey = linkKeyOf(keys.publicKey);
    const run = randomBytes(random, RUN_BYTES);
    this.#parts = { limits, timers, clock, logger, ownKey, run };
    this.#pending = new Pending(timers, limits.handshakeMillis);
    this.#answering = new Answering(keys, this.#peers, this.#pending, limits);
  }

  /**
   * Listens, and begins to dial: it waits for no peer.
   *
   * @throws ReplicationError REPLICATION_SETTINGS_MALFORMED where the node is its own peer; the system's error where it
   * cannot listen. Nothing is left open then.
   */
  static async open(options: LinksOptions): Promise<Links> {
    const links = new Links(options);
    try {
      await links.#begin();
    } catch (cause) {
      await links.close();
      throw cause;
    }
    return links;
  }

  status(): LinksStatus {
    return {
      linkKey: this.#parts.ownKey,
      listening: this.#listener?.address ?? null,
      peers: [...this.#peers.values()].map((peer) => peer.status()),
      unproved: this.#answering.unproved,
      refused: this.#answering.refused,
    };
  }

  /** Of a peer that is linked now. */
  linkTo(linkKey: LinkKey): Link | null {
    return this.#peers.get(linkKey)?.link ?? null;
  }

  /** A way to whoever else is found through the DHT, by this node's link key: for what is no peer. Null without a DHT. */
  get dht(): Pick<DhtEnd, 'dial'> | null {
    return this.#dht;
  }

  /** Resolves when every connection is gone. */
  async close(): Promise<void> {
    await this.#lifetime.close();
  }

  async #begin(): Promise<void> {
    const { listen, peers } = this.#options.settings;
    if (peers.some(({ linkKey }) => linkKey === this.#parts.ownKey))
      throw new ReplicationError(
        'REPLICATION_SETTINGS_MALFORMED',
        'peers: one of them has the link key of this very node; take it off its own list',
      );
    if (listen !== null) {
      const listener = await listenTcp(listen, (socket) => void this.#answering.answerTcp(socket));
      this.#listener = listener;
      // Closed after the peers: it waits for what it took.
      this.#lifetime.add(() => listener.close());
    }
    const dht = this.#openDht();
    for (const peer of peers) this.#peers.set(peer.linkKey, this.#peer(peer, dht));
    this.#lifetime.add(async () => {
      this.#pending.close();
      await Promise.all([...this.#peers.values()].map((peer) => peer.close()));
    });
    for (const peer of this.#peers.values()) peer.start();
  }

  #openDht(): DhtEnd | null {
    const { settings, keys, logger } = this.#options;
    const { bootstrap, listen } = settings;
    if (bootstrap.length === 0) return null;
    const dht = new DhtEnd({
      ...{ bootstrap, listen, keys, timers: this.#parts.timers, admits: this.#answering.admits },
      onStream: (stream) => {
        this.#answering.answerDht(stream);
      },
      onUnannounced: (error) => {
        logger.warn('not announced in the DHT', { error });
      },
    });
    this.#lifetime.add(() => dht.close());
    this.#dht = dht;
    return dht;
  }

  #peer(settings: PeerSettings, dht: DhtEnd | null): Peer {
    const { keys, random, onLink } = this.#options;
    return new Peer({
      ...{ settings, parts: this.#parts, random },
      dial: waysTo(settings, { keys, pending: this.#pending, dht }),
      onLink: (link) => {
        onLink(settings, link);
      },
    });
  }
}
