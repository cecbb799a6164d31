/** Ledgers offered to peers, over their links (docs/formats/shared-ledger.md). */
import { type Channel, openChannel } from '../links/channel.js';
import type { Link } from '../links/link.js';
import type { NodeId } from '../protocol/term.js';
import { formatOffer, type LedgerOffer, MAX_OFFER_BYTES, parseOffer } from './offer.js';

/** Each may be as large as a message may be: no more of them are kept than are being taken. */
const BUDGET = { perSecond: 200, burst: 1_000 } as const;

export class OfferChannels {
  readonly #take: (from: NodeId, offer: LedgerOffer) => void;
  readonly #channels = new Map<NodeId, Channel<LedgerOffer>>();

  constructor(take: (from: NodeId, offer: LedgerOffer) => void) {
    this.#take = take;
  }

  /** To be called when a link stands, before it is used. @param onClose called once, with the link. */
  onLink(node: NodeId, link: Link, onClose: () => void): void {
    const channel: Channel<LedgerOffer> = openChannel(link, {
      name: 'offers',
      codec: { encode: formatOffer, decode: parseOffer },
      maxBytes: MAX_OFFER_BYTES,
      budget: BUDGET,
      onMessage: (offer) => {
        this.#take(node, offer);
      },
      onClose: () => {
        if (this.#channels.get(node) === channel) this.#channels.delete(node);
        onClose();
      },
    });
    this.#channels.set(node, channel);
  }

  /** @returns whether it was said. */
  send(to: NodeId, offer: LedgerOffer): boolean {
    return this.#channels.get(to)?.send(offer) ?? false;
  }
}
