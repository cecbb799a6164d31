/** Words about erasures, one channel to each peer for all ledgers (docs/formats/shared-ledger.md). */
import { type Channel, openChannel } from '../links/channel.js';
import type { Link } from '../links/link.js';
import type { NodeId } from '../protocol/term.js';
import {
  type ErasedMessage,
  formatErasedMessage,
  MAX_ERASED_MESSAGE_BYTES,
  parseErasedMessage,
} from './erased-message.js';

/** One a second and ledger, until it is in the log. */
const BUDGET = { perSecond: 2_000, burst: 10_000 } as const;

export class ErasedChannels {
  readonly #hear: (from: NodeId, message: ErasedMessage) => boolean;
  readonly #channels = new Map<NodeId, Channel<ErasedMessage>>();

  /** @param hear false ends the link: it is not the sender's word. */
  constructor(hear: (from: NodeId, message: ErasedMessage) => boolean) {
    this.#hear = hear;
  }

  /** To be called when a link stands, before it is used. */
  onLink(node: NodeId, link: Link): void {
    const channel: Channel<ErasedMessage> = openChannel(link, {
      name: 'erasures',
      codec: { encode: formatErasedMessage, decode: parseErasedMessage },
      maxBytes: MAX_ERASED_MESSAGE_BYTES,
      budget: BUDGET,
      onMessage: (message) => {
        if (!this.#hear(node, message)) link.drop('garbage');
      },
      onClose: () => {
        if (this.#channels.get(node) === channel) this.#channels.delete(node);
      },
    });
    this.#channels.set(node, channel);
  }

  /** What cannot be said now is said again. */
  send(to: NodeId, message: ErasedMessage): void {
    this.#channels.get(to)?.send(message);
  }
}
