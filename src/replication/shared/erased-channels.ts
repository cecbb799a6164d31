/** Words about erasures, one channel to each peer for all ledgers (docs/formats/shared-ledger.md). */
import { hexDigest } from '../../base/hex-digest.js';
import { isErasedSigned } from '../../tlog/erasure-word.js';
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
  readonly #hear: (from: NodeId, message: ErasedMessage) => void;
  readonly #channels = new Map<NodeId, Channel<ErasedMessage>>();

  /** @param hear only what the peer has signed. */
  constructor(hear: (from: NodeId, message: ErasedMessage) => void) {
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
        // Before it is looked whether there is such a ledger: whoever keeps none of it must not see a difference.
        if (isErasedSigned(message, { ...message, node: hexDigest(node) }))
          this.#hear(node, message);
        else link.drop('garbage');
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

/** Whether a node says it of itself: nobody signs for anybody else. */
export function isOwnWord(from: NodeId, message: ErasedMessage): boolean {
  return isErasedSigned(message, { ...message, node: hexDigest(from) });
}
