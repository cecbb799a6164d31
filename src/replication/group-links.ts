/**
 * What the groups of a node say, over its links: one channel to each peer for all ledgers. Each message is signed, and
 * a peer speaks for itself alone. What would be said again as it was goes unsigned, by its number, for all ledgers at once.
 */
import { toHex } from '../base/bytes.js';
import { BaseError } from '../base/errors.js';
import type { NoteKey } from '../keys/key-store.js';
import type { ElectionVote } from '../tlog/election.js';
import { type Again, formatAgain, MAX_AGAIN_BYTES, parseAgain } from './group-again.js';
import {
  ballotIn,
  formatGroupMessage,
  type GroupMessage,
  MAX_GROUP_MESSAGE_BYTES,
  parseGroupMessage,
  signGroupMessage,
} from './group-message.js';
import { HeardBefore, SaidBefore } from './group-repeats.js';
import { type Channel, type MessageCodec, openChannel } from './links/channel.js';
import type { LinkKey, PeerSettings } from './links/link-settings.js';
import type { Link } from './links/link.js';
import { RateBudget } from './links/rate-budget.js';
import type { Timers } from './links/timers.js';
import type { Message } from './protocol/messages.js';
import type { NodeId } from './protocol/term.js';
import { ReplicationError } from './replication-error.js';

export interface GroupLinksOptions {
  /** Receipt key of this node. */
  readonly key: NoteKey;
  /** Receipt key of a peer; null of one that is no member of anything. */
  readonly nodeOf: (peer: LinkKey) => NodeId | null;
  readonly timers: Timers;
}

export interface GroupListener {
  /** Whether a node may keep the ledger: what others say of it is passed over. */
  readonly takesPart: (node: NodeId) => boolean;
  /** @param ballot of a vote. */
  readonly hear: (from: NodeId, message: Message, ballot: ElectionVote | null) => void;
}

/** Beyond it a peer is dropped: a writer of two thousand ledgers says less. */
const BUDGET = { perSecond: 8_000, burst: 40_000 } as const;
const AGAIN_BUDGET = { perSecond: 200, burst: 1_000 } as const;
/** Of messages that are said again: ten thousand ledgers at rest say fewer. */
const REPEATS = { perSecond: 50_000, burst: 200_000 } as const;
/** What is said again waits this long for others: far less than a member waits for its writer. */
const GATHER_MILLIS = 50;

interface Conversation {
  readonly channel: Channel<GroupMessage>;
  readonly again: Channel<Again>;
  readonly said: SaidBefore;
  readonly heard: HeardBefore;
  /** Of what the peer says again. */
  readonly repeats: RateBudget;
  /** The peer takes what is said again. */
  takesAgain: boolean;
  /** Calls off what is gathered; null if nothing is. */
  cancel: (() => void) | null;
}

export class GroupLinks {
  readonly self: NodeId;
  readonly #options: GroupLinksOptions;
  readonly #conversations = new Map<NodeId, Conversation>();
  readonly #groups = new Map<string, GroupListener>();

  constructor(options: GroupLinksOptions) {
    this.#options = options;
    this.self = toHex(options.key.publicKey) as NodeId;
  }

  /** To be called when a link stands, before it is used (`LinksOptions.onLink`). */
  onLink(peer: PeerSettings, link: Link): void {
    const node = this.#options.nodeOf(peer.linkKey);
    if (node === null) return;
    const now = this.#options.timers.now();
    const conversation: Conversation = {
      channel: openChannel(link, {
        name: 'group',
        codec: codecOf(node),
        maxBytes: MAX_GROUP_MESSAGE_BYTES,
        budget: BUDGET,
        onMessage: (said) => {
          conversation.heard.heard(said, this.#listener(said) !== null);
          this.#hear(conversation, said);
        },
        onClose: () => {
          conversation.cancel?.();
          if (this.#conversations.get(node) === conversation) this.#conversations.delete(node);
        },
      }),
      again: openChannel(link, {
        name: 'again',
        codec: AGAIN,
        maxBytes: MAX_AGAIN_BYTES,
        budget: AGAIN_BUDGET,
        onMessage: (again) => {
          if (!conversation.repeats.take(again.length, this.#options.timers.now()))
            link.drop('too-many');
          else for (const said of conversation.heard.again(again)) this.#hear(conversation, said);
        },
        onOpen: () => {
          conversation.takesAgain = true;
        },
        // A peer of a version that does not know it is told everything in full.
        onClose: () => {
          conversation.takesAgain = false;
        },
      }),
      ...{
        said: new SaidBefore(),
        heard: new HeardBefore(),
        repeats: new RateBudget(REPEATS, now),
      },
      ...{ takesAgain: false, cancel: null },
    };
    this.#conversations.set(node, conversation);
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
    const conversation = this.#conversations.get(to);
    if (conversation === undefined) return false;
    const { key } = this.#options;
    const { channel, said } = conversation;
    if (conversation.takesAgain && said.isAgain(origin, message)) {
      this.#gather(conversation);
      return true;
    }
    said.said(origin, message);
    return channel.send(signGroupMessage({ from: this.self, origin, message }, key.sign));
  }

  #gather(conversation: Conversation): void {
    conversation.cancel ??= this.#options.timers.after(GATHER_MILLIS, () => {
      conversation.cancel = null;
      for (const again of conversation.said.take()) conversation.again.send(again);
    });
  }

  #hear({ said: own }: Conversation, said: GroupMessage): void {
    const { from, message, origin } = said;
    own.answered(origin);
    this.#listener(said)?.hear(from, message, ballotIn(said));
  }

  /** Of a ledger that is not kept here nobody learns anything, not even that. */
  #listener({ from, origin }: GroupMessage): GroupListener | null {
    const group = this.#groups.get(origin);
    return group?.takesPart(from) === true ? group : null;
  }
}

const AGAIN: MessageCodec<Again> = {
  encode: formatAgain,
  decode: (bytes) => asBytesError(() => parseAgain(bytes)),
};

/** Messages of one peer: those of others are garbage, whoever has signed them. */
function codecOf(peer: NodeId): MessageCodec<GroupMessage> {
  return {
    encode: formatGroupMessage,
    decode: (bytes) => {
      const said = asBytesError(() => parseGroupMessage(bytes));
      if (said.from !== peer) throw new BaseError('BYTES_MALFORMED', 'a message of another node');
      return said;
    },
  };
}

function asBytesError<T>(parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    if (!(cause instanceof ReplicationError)) throw cause;
    throw new BaseError('BYTES_MALFORMED', cause.message, { cause });
  }
}
