/**
 * What the groups of a node say, over its links: one channel to each peer for all ledgers. Each message is signed, and
 * a peer speaks for itself alone.
 */
import { toHex } from '../base/bytes.js';
import { BaseError } from '../base/errors.js';
import type { NoteKey } from '../keys/key-store.js';
import type { ElectionVote } from '../tlog/election.js';
import {
  ballotIn,
  formatGroupMessage,
  type GroupMessage,
  MAX_GROUP_MESSAGE_BYTES,
  parseGroupMessage,
  signGroupMessage,
} from './group-message.js';
import { type Channel, type MessageCodec, openChannel } from './links/channel.js';
import type { LinkKey, PeerSettings } from './links/link-settings.js';
import type { Link } from './links/link.js';
import type { Message } from './protocol/messages.js';
import type { NodeId } from './protocol/term.js';
import { ReplicationError } from './replication-error.js';

export interface GroupLinksOptions {
  /** Receipt key of this node. */
  readonly key: NoteKey;
  /** Receipt key of a peer; null of one that is no member of anything. */
  readonly nodeOf: (peer: LinkKey) => NodeId | null;
}

export interface GroupListener {
  /** Whether a node may keep the ledger: what others say of it is passed over. */
  readonly takesPart: (node: NodeId) => boolean;
  /** @param ballot of a vote. */
  readonly hear: (from: NodeId, message: Message, ballot: ElectionVote | null) => void;
}

/** Beyond it a peer is dropped: a writer of two thousand ledgers says less. */
const BUDGET = { perSecond: 8_000, burst: 40_000 } as const;

export class GroupLinks {
  readonly self: NodeId;
  readonly #options: GroupLinksOptions;
  readonly #channels = new Map<NodeId, Channel<GroupMessage>>();
  readonly #groups = new Map<string, GroupListener>();

  constructor(options: GroupLinksOptions) {
    this.#options = options;
    this.self = toHex(options.key.publicKey) as NodeId;
  }

  /** To be called when a link stands, before it is used (`LinksOptions.onLink`). */
  onLink(peer: PeerSettings, link: Link): void {
    const node = this.#options.nodeOf(peer.linkKey);
    if (node === null) return;
    const channel: Channel<GroupMessage> = openChannel(link, {
      name: 'group',
      codec: codecOf(node),
      maxBytes: MAX_GROUP_MESSAGE_BYTES,
      budget: BUDGET,
      // Of a ledger that is not kept here nobody learns anything, not even that.
      onMessage: (said) => {
        const { from, origin, message } = said;
        const group = this.#groups.get(origin);
        if (group?.takesPart(from) === true) group.hear(from, message, ballotIn(said));
      },
      onClose: () => {
        if (this.#channels.get(node) === channel) this.#channels.delete(node);
      },
    });
    this.#channels.set(node, channel);
  }

  /** @returns what ends it. */
  join(origin: string, listener: GroupListener): () => void {
    this.#groups.set(origin, listener);
    return () => {
      if (this.#groups.get(origin) === listener) this.#groups.delete(origin);
    };
  }

  /** What cannot be said now is lost: the protocol says again what matters. @returns whether it was said. */
  send(origin: string, to: NodeId, message: Message): boolean {
    const channel = this.#channels.get(to);
    if (channel === undefined) return false;
    const { key } = this.#options;
    return channel.send(signGroupMessage({ from: this.self, origin, message }, key.sign));
  }
}

/** Messages of one peer: those of others are garbage, whoever has signed them. */
function codecOf(peer: NodeId): MessageCodec<GroupMessage> {
  return {
    encode: formatGroupMessage,
    decode: (bytes) => {
      const said = parsed(bytes);
      if (said.from !== peer) throw new BaseError('BYTES_MALFORMED', 'a message of another node');
      return said;
    },
  };
}

function parsed(bytes: Uint8Array): GroupMessage {
  try {
    return parseGroupMessage(bytes);
  } catch (cause) {
    if (!(cause instanceof ReplicationError)) throw cause;
    throw new BaseError('BYTES_MALFORMED', cause.message, { cause });
  }
}
