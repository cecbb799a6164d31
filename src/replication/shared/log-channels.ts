/**
 * What nodes say of the logs that they have: keys and signed heads, one channel to each peer for all ledgers
 * (docs/formats/replica.md). It hands out the right to replicate, so it is said to those alone who keep the ledger.
 */
import { BaseError } from '../../base/errors.js';
import { type Channel, type MessageCodec, openChannel } from '../links/channel.js';
import type { Link } from '../links/link.js';
import type { Timers } from '../links/timers.js';
import type { NodeId } from '../protocol/term.js';
import {
  formatAnnouncement,
  type LogAnnouncement,
  MAX_ANNOUNCEMENT_BYTES,
  parseAnnouncement,
} from '../replica/announcement.js';
import { ReplicaError } from '../replica/replica-error.js';

/** Beyond it a peer is dropped: a writer of two thousand ledgers says less. */
const BUDGET = { perSecond: 4_000, burst: 20_000 } as const;

interface Said {
  readonly checkpoint: string;
  readonly at: number;
  /** How long it is not said again. */
  readonly pause: number;
}

interface OpenChannel {
  readonly channel: Channel<LogAnnouncement>;
  /** What was said last, by origin. */
  readonly said: Map<string, Said>;
}

/** Whoever was not ready to hear it hears it again, and less and less often: who is behind has enough to do. */
const FIRST_PAUSE_MILLIS = 1_000;
const LONGEST_PAUSE_MILLIS = 8_000;

export class LogChannels {
  readonly #timers: Timers;
  readonly #hear: (from: NodeId, announcement: LogAnnouncement) => void;
  readonly #open = new Map<NodeId, OpenChannel>();

  constructor(timers: Timers, hear: (from: NodeId, announcement: LogAnnouncement) => void) {
    this.#timers = timers;
    this.#hear = hear;
  }

  /** To be called when a link stands, before it is used. */
  onLink(node: NodeId, link: Link): void {
    const channel: Channel<LogAnnouncement> = openChannel(link, {
      name: 'log',
      codec: CODEC,
      maxBytes: MAX_ANNOUNCEMENT_BYTES,
      inParts: true,
      budget: BUDGET,
      onMessage: (announcement) => {
        this.#hear(node, announcement);
      },
      onClose: () => {
        if (this.#open.get(node)?.channel === channel) this.#open.delete(node);
      },
    });
    this.#open.set(node, { channel, said: new Map() });
  }

  /**
   * Says it, unless it was said on this link just now; what cannot be said now is said with the next one.
   *
   * @param isRepeated whether the peer has not shown yet that it has all of it.
   */
  announce(to: NodeId, announcement: LogAnnouncement, isRepeated: boolean): void {
    const open = this.#open.get(to);
    const { origin, checkpoint } = announcement;
    const [last, at] = [open?.said.get(origin), this.#timers.now()];
    const isSame = last?.checkpoint === checkpoint;
    if (open === undefined || (isSame && (!isRepeated || at < last.at + last.pause))) return;
    const pause = isSame ? Math.min(2 * last.pause, LONGEST_PAUSE_MILLIS) : FIRST_PAUSE_MILLIS;
    if (open.channel.send(announcement)) open.said.set(origin, { checkpoint, at, pause });
  }
}

const CODEC: MessageCodec<LogAnnouncement> = {
  encode: formatAnnouncement,
  decode: (bytes) => {
    try {
      return parseAnnouncement(bytes);
    } catch (cause) {
      if (!(cause instanceof ReplicaError)) throw cause;
      throw new BaseError('BYTES_MALFORMED', cause.message, { cause });
    }
  },
};
