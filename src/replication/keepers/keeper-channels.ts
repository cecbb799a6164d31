/** The one channel to each peer on which keeping is spoken of, for all logs. */
import { type Channel, openChannel } from '../links/channel.js';
import type { Link } from '../links/link.js';
import type { NodeId } from '../protocol/term.js';
import { KEEPER_CODEC, type KeeperMessage, MAX_KEEPER_MESSAGE_BYTES } from './keeper-message.js';

/** Each `keep` is answered with three messages at most, and a writer paces itself: see `Giving`. */
const BUDGET = { perSecond: 4_000, burst: 20_000 } as const;

export interface KeeperPeer {
  readonly node: NodeId;
  readonly link: Link;
}

export class KeeperChannels {
  readonly #hear: (from: KeeperPeer, message: KeeperMessage) => void;
  readonly #channels = new Map<NodeId, { channel: Channel<KeeperMessage>; link: Link }>();

  constructor(hear: (from: KeeperPeer, message: KeeperMessage) => void) {
    this.#hear = hear;
  }

  /** To be called when a link stands, before it is used. @param onClose called once, with the link. */
  onLink(node: NodeId, link: Link, onClose: () => void): void {
    const channel: Channel<KeeperMessage> = openChannel(link, {
      name: 'keepers',
      codec: KEEPER_CODEC,
      maxBytes: MAX_KEEPER_MESSAGE_BYTES,
      budget: BUDGET,
      onMessage: (message) => {
        this.#hear({ node, link }, message);
      },
      onClose: () => {
        if (this.#channels.get(node)?.channel === channel) this.#channels.delete(node);
        onClose();
      },
    });
    this.#channels.set(node, { channel, link });
  }

  linkTo(node: NodeId): Link | null {
    return this.#channels.get(node)?.link ?? null;
  }

  /** @returns whether it was said. */
  send(to: NodeId, message: KeeperMessage): boolean {
    return this.#channels.get(to)?.channel.send(message) ?? false;
  }

  /** It sent what is not of a log, or says that it has cut one. @param peer by which links know it. */
  drop(isIt: (link: Link) => boolean): void {
    for (const { link } of this.#channels.values()) if (isIt(link)) link.drop('garbage');
  }
}
