/** A peer with a node's own keys that links as the node does, and then says what no node of ours says. */
import { join } from 'node:path';
import { silentLogger } from '../../src/base/logger.js';
import { RandomPool } from '../../src/base/random.js';
import { systemClock } from '../../src/base/time.js';
import { DirectoryKeyStore } from '../../src/keys/directory-key-store.js';
import type { NoteKey } from '../../src/keys/key-store.js';
import { formatGroupMessage, signGroupMessage } from '../../src/replication/group-message.js';
import { type Channel, openChannel } from '../../src/replication/links/channel.js';
import type { Link } from '../../src/replication/links/link.js';
import { Links } from '../../src/replication/links/links.js';
import type { Message } from '../../src/replication/protocol/messages.js';
import type { NodeId } from '../../src/replication/protocol/term.js';
import { parseReplicationSettings } from '../../src/replication/replication-settings.js';
import {
  formatSecretMessage,
  parseSecretMessage,
} from '../../src/replication/shared/secret-message.js';
import { eventually } from './eventually.js';
import type { PeerCard } from './sharing-services.js';

const CHANNELS = ['log', 'group', 'secrets', 'offers'] as const;
const BUDGET = { perSecond: 100_000, burst: 100_000 };
const MAX_BYTES = 1024 * 1024;

export class HostilePeer {
  readonly #receipt: NoteKey;
  readonly #channels = new Map<string, Channel<Uint8Array>>();
  #links: Links | null = null;
  /** What came without being asked for, but on the channel of secrets: `channel`. */
  readonly heard: string[] = [];
  readonly #answers: string[] = [];
  #asked = 0;

  private constructor(receipt: NoteKey) {
    this.#receipt = receipt;
  }

  /** @param root of the node whose keys these are; it is stopped. */
  static async open(
    root: string,
    card: PeerCard,
    peers: readonly PeerCard[],
  ): Promise<HostilePeer> {
    const keyStore = await DirectoryKeyStore.open({
      ...{ directory: join(root, 'data.keys'), dataDirectory: join(root, 'data') },
      random: new RandomPool(),
    });
    const keys = await keyStore.beginReplicationKeys();
    const peer = new HostilePeer(keys.receipt);
    peer.#links = await Links.open({
      settings: parseReplicationSettings({
        ...{ site: card.site, listen: card.address },
        peers: peers.map((one) => ({ ...one, offers: true })),
      }),
      ...{ keys: keys.link, clock: systemClock, random: new RandomPool(), logger: silentLogger },
      onLink: (_, link) => {
        peer.#onLink(link);
      },
    });
    return peer;
  }

  get isLinked(): boolean {
    return this.#channels.size > 0;
  }

  /** Receipts for more than there is, in terms that there are not, a vote that nobody asked for. @returns whether it was said. */
  lie(origin: string): boolean {
    const self = Buffer.from(this.#receipt.publicKey).toString('hex') as NodeId;
    const lies: readonly Message[] = [
      { kind: 'receipt', term: { node: self, number: 1 }, length: 1_000 },
      { kind: 'receipt', term: { node: self, number: 2 ** 39 }, length: 4 },
      {
        kind: 'vote',
        term: { node: self, number: 7 },
        end: { segments: [], length: 0 },
        groups: [],
      },
      { kind: 'yield', term: { node: self, number: 1 } },
    ];
    return lies.every((message) => this.#say(origin, self, message));
  }

  /** @returns whether it was sent. */
  garbage(channel: string): boolean {
    return this.#channels.get(channel)?.send(new Uint8Array(64).fill(0xff)) === true;
  }

  /** Asks for secrets, and for votes. @returns what kinds of answers came, other than none. */
  async askEverything(origin: string): Promise<readonly string[]> {
    const self = Buffer.from(this.#receipt.publicKey).toString('hex') as NodeId;
    const term = { node: self, number: 3 };
    this.#say(origin, self, { kind: 'ask', term, isRecovering: false });
    this.#say(origin, self, { kind: 'elect', term });
    this.#say(origin, self, {
      ...{ kind: 'announce', term, shown: 0 },
      end: { segments: [{ begins: 0, term }], length: 1 },
    });
    const before = this.#answers.length;
    const id = ++this.#asked;
    this.#channels
      .get('secrets')
      ?.send(formatSecretMessage({ kind: 'ask', id, origin, from: 0, to: 3 }));
    // It comes behind whatever else was said: the link keeps the order.
    await eventually(() => this.#answers.length > before, 'an answer');
    return this.#answers.slice(before);
  }

  async close(): Promise<void> {
    await this.#links?.close();
    this.#links = null;
  }

  #say(origin: string, self: NodeId, message: Message): boolean {
    const { sign } = this.#receipt;
    const bytes = formatGroupMessage(signGroupMessage({ from: self, origin, message }, sign));
    return this.#channels.get('group')?.send(bytes) === true;
  }

  #onLink(link: Link): void {
    for (const name of CHANNELS) {
      const channel: Channel<Uint8Array> = openChannel(link, {
        ...{ name, maxBytes: MAX_BYTES, budget: BUDGET },
        codec: { encode: (bytes: Uint8Array) => bytes, decode: (bytes) => bytes.slice() },
        onMessage: (bytes) => {
          if (name === 'secrets') this.#answers.push(parseSecretMessage(bytes).kind);
          else this.heard.push(name);
        },
        onClose: () => {
          if (this.#channels.get(name) === channel) this.#channels.delete(name);
        },
      });
      this.#channels.set(name, channel);
    }
  }
}
