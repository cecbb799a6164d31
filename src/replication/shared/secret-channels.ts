/**
 * Secrets of blocks, asked for and given (docs/formats/shared-ledger.md). A block holds them wrapped with a key of the node
 * that wrote it; whoever keeps the ledger too wraps them with its own.
 */
import type { SharedSecret } from '../../ledger/log-secrets.js';
import { type Channel, openChannel } from '../links/channel.js';
import type { Link } from '../links/link.js';
import type { Timers } from '../links/timers.js';
import type { NodeId } from '../protocol/term.js';
import { ReplicationError } from '../replication-error.js';
import {
  formatSecretMessage,
  MAX_ANSWERED,
  MAX_SECRET_MESSAGE_BYTES,
  MAX_SECRETS,
  parseSecretMessage,
  type SecretMessage,
} from './secret-message.js';

export interface GivenSecrets {
  /** Of the blocks below it. */
  readonly to: number;
  readonly secrets: readonly SharedSecret[];
}

export interface SecretChannelsOptions {
  readonly timers: Timers;
  /** What a peer asks for; null where it is not for the peer to have. */
  readonly give: (
    to: NodeId,
    asked: Extract<SecretMessage, { kind: 'ask' }>,
  ) => Promise<GivenSecrets | null>;
  readonly onFailure: (cause: unknown) => void;
}

const BUDGET = { perSecond: 2_000, burst: 10_000 } as const;
/** Of a peer's, that are answered at a time: each costs a read of the log. */
const MAX_ANSWERING = 16;
const ANSWER_MILLIS = 10_000;

interface Waiting {
  readonly from: NodeId;
  readonly secrets: SharedSecret[];
  readonly take: (given: GivenSecrets | null) => void;
}

export class SecretChannels {
  readonly #options: SecretChannelsOptions;
  readonly #channels = new Map<NodeId, Channel<SecretMessage>>();
  readonly #waiting = new Map<number, Waiting>();
  readonly #answering = new Map<NodeId, number>();
  #asked = 0;

  constructor(options: SecretChannelsOptions) {
    this.#options = options;
  }

  /** To be called when a link stands, before it is used. */
  onLink(node: NodeId, link: Link): void {
    const channel: Channel<SecretMessage> = openChannel(link, {
      name: 'secrets',
      codec: { encode: formatSecretMessage, decode: parseSecretMessage },
      maxBytes: MAX_SECRET_MESSAGE_BYTES,
      budget: BUDGET,
      onMessage: (message) => {
        if (message.kind === 'ask') void this.#answer(node, channel, message);
        else this.#take(node, message);
      },
      onClose: () => {
        if (this.#channels.get(node) !== channel) return;
        this.#channels.delete(node);
        for (const [id, { from }] of this.#waiting) if (from === node) this.#end(id, null);
      },
    });
    this.#channels.set(node, channel);
  }

  isLinked(node: NodeId): boolean {
    return this.#channels.has(node);
  }

  /** @throws ReplicationError REPLICATION_UNANSWERED: ask again after a moment, or somebody else. */
  async ask(
    node: NodeId,
    asked: Pick<Extract<SecretMessage, { kind: 'ask' }>, 'origin' | 'from' | 'to'>,
  ): Promise<GivenSecrets> {
    const channel = this.#channels.get(node);
    const id = ++this.#asked;
    const given = await new Promise<GivenSecrets | null>((resolve) => {
      const cancel = this.#options.timers.after(ANSWER_MILLIS, () => {
        this.#end(id, null);
      });
      const take = (answer: GivenSecrets | null): void => {
        cancel();
        resolve(answer);
      };
      this.#waiting.set(id, { from: node, secrets: [], take });
      if (channel?.send({ kind: 'ask', id, ...asked }) !== true) this.#end(id, null);
    });
    // What goes back, or on without end, would have us ask for ever.
    if (given === null || given.to <= asked.from || given.to > asked.to)
      throw new ReplicationError(
        'REPLICATION_UNANSWERED',
        'a peer did not give the secrets of blocks that it has',
      );
    return given;
  }

  #take(node: NodeId, message: Exclude<SecretMessage, { kind: 'ask' }>): void {
    const waiting = this.#waiting.get(message.id);
    if (waiting?.from !== node) return;
    if (message.kind === 'refuse') {
      this.#end(message.id, null);
      return;
    }
    const { secrets } = waiting;
    secrets.push(...message.secrets);
    if (secrets.length > MAX_ANSWERED) this.#end(message.id, null);
    else if (!message.more) this.#end(message.id, { to: message.to, secrets });
  }

  #end(id: number, given: GivenSecrets | null): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.take(given);
  }

  async #answer(
    node: NodeId,
    channel: Channel<SecretMessage>,
    asked: Extract<SecretMessage, { kind: 'ask' }>,
  ): Promise<void> {
    const { give, onFailure } = this.#options;
    const under = this.#answering.get(node) ?? 0;
    const { id } = asked;
    if (under >= MAX_ANSWERING) {
      channel.send({ kind: 'refuse', id });
      return;
    }
    this.#answering.set(node, under + 1);
    try {
      const given = await give(node, asked);
      if (given === null) channel.send({ kind: 'refuse', id });
      else for (const part of partsOf(id, given)) channel.send(part);
    } catch (cause) {
      channel.send({ kind: 'refuse', id });
      onFailure(cause);
    } finally {
      this.#answering.set(node, (this.#answering.get(node) ?? 1) - 1);
    }
  }
}

function partsOf(id: number, { to, secrets }: GivenSecrets): SecretMessage[] {
  const count = Math.max(1, Math.ceil(secrets.length / MAX_SECRETS));
  return Array.from({ length: count }, (_, at) => ({
    ...{ kind: 'give', id, to, more: at < count - 1 },
    secrets: secrets.slice(at * MAX_SECRETS, (at + 1) * MAX_SECRETS),
  }));
}
