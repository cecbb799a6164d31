/** Nodes with nothing but links, in this process and on real sockets. */
import { createHash } from 'node:crypto';
import { ByteReader, ByteWriter } from '../../../src/base/byte-codec.js';
import { BaseError } from '../../../src/base/errors.js';
import { silentLogger } from '../../../src/base/logger.js';
import { RandomPool } from '../../../src/base/random.js';
import { type KeyPair, keyPairOf } from '../../../src/keys/key-pair.js';
import type { Channel, MessageCodec } from '../../../src/replication/links/channel.js';
import { type LinkLimits, LINK_LIMITS } from '../../../src/replication/links/link-limits.js';
import {
  type LinkKey,
  linkKeyOf,
  parseLinkSettings,
} from '../../../src/replication/links/link-settings.js';
import type { PeerStatus } from '../../../src/replication/links/link-status.js';
import type { Link } from '../../../src/replication/links/link.js';
import { Links, type LinksOptions } from '../../../src/replication/links/links.js';
import { eventually } from '../../support/eventually.js';
import { FakeClock } from '../../support/fake-clock.js';
import { FakeTimers } from '../../support/fake-timers.js';

/** The same for the same name. */
export function keysOf(name: string): KeyPair {
  return keyPairOf(seedOf(name));
}

export function seedOf(name: string): Buffer {
  return createHash('sha256').update(`link of ${name}`).digest();
}

export function linkKey(name: string): LinkKey {
  return linkKeyOf(keysOf(name).publicKey);
}

export const TEXT: MessageCodec<string> = {
  encode: (text) => {
    const writer = new ByteWriter();
    writer.u8(1);
    writer.bytes(Buffer.from(text));
    return writer.finish();
  },
  decode: (bytes) => {
    const reader = new ByteReader(bytes);
    if (reader.u8() !== 1) throw new BaseError('BYTES_MALFORMED', 'no text');
    return Buffer.from(reader.bytes(reader.remaining)).toString();
  },
};

export interface NodeOptions {
  /** Name to `host:port`, or null where it is not dialled. */
  readonly peers: Readonly<Record<string, string | null>>;
  readonly listen?: string;
  readonly bootstrap?: readonly string[];
  readonly limits?: Partial<LinkLimits>;
  /** Of its wall clock. */
  readonly aheadMillis?: number;
  readonly onLink?: LinksOptions['onLink'];
  /** In place of those that stand still. */
  readonly timers?: LinksOptions['timers'];
}

/** On a channel of texts, 64 bytes each and 100 at once. */
export class TestNode {
  readonly name: string;
  readonly timers = new FakeTimers();
  readonly clock = new FakeClock();
  /** What came, with the name of whose it was. */
  readonly heard: string[] = [];
  /** Every link that stood. */
  readonly stood: Link[] = [];
  readonly #channels = new Map<string, Channel<string>>();
  #links: Links | null = null;

  private constructor(name: string) {
    this.name = name;
  }

  static async open(name: string, options: NodeOptions): Promise<TestNode> {
    const node = new TestNode(name);
    const { peers, listen = '127.0.0.1:0', bootstrap, limits, aheadMillis = 0 } = options;
    node.clock.advance(aheadMillis);
    node.#links = await Links.open({
      settings: parseLinkSettings({
        peers: Object.entries(peers).map(([peer, address]) => ({
          linkKey: linkKey(peer),
          name: peer,
          ...(address !== null && { address }),
        })),
        listen,
        ...(bootstrap !== undefined && { bootstrap }),
      }),
      keys: keysOf(name),
      clock: node.clock,
      timers: options.timers ?? node.timers,
      random: new RandomPool(),
      logger: silentLogger,
      limits: { ...LINK_LIMITS, ...limits },
      onLink: (peer, link) => {
        node.#linked(peer.name, link);
        options.onLink?.(peer, link);
      },
    });
    // The first try is due at once.
    node.timers.advance(0);
    return node;
  }

  get links(): Links {
    if (this.#links === null) throw new Error('it is open');
    return this.#links;
  }

  get port(): number {
    return this.links.status().listening?.port ?? 0;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  peer(name: string): PeerStatus {
    const found = this.links.status().peers.find((one) => one.name === name);
    if (found === undefined) throw new Error(`${name} is a peer`);
    return found;
  }

  isLinkedTo(name: string): boolean {
    return this.peer(name).state === 'linked';
  }

  say(to: string, text: string): boolean {
    return this.#channels.get(to)?.send(text) ?? false;
  }

  async close(): Promise<void> {
    await this.#links?.close();
  }

  #linked(name: string, link: Link): void {
    this.stood.push(link);
    this.#channels.set(
      name,
      link.openChannel({
        name: 'test/text',
        codec: TEXT,
        maxBytes: 64,
        budget: { perSecond: 10, burst: 100 },
        onMessage: (text) => {
          this.heard.push(`${name}: ${text}`);
        },
      }),
    );
  }
}

export async function linked(...nodes: readonly TestNode[]): Promise<void> {
  for (const one of nodes)
    for (const other of nodes)
      if (one !== other)
        await eventually(() => one.isLinkedTo(other.name), `${one.name} linked to ${other.name}`);
}

/** Each the only message of the one before it: `u8 channel 0 ‖ length ‖ u8 type 0`. */
export function nestedBatches(depth: number): Buffer {
  const layers: Buffer[] = [];
  for (let inner = 0; layers.length < depth; inner += 7) {
    const layer = Buffer.from([0, 0xfe, 0, 0, 0, 0, 0]);
    layer.writeUInt32LE(1 + inner, 2);
    layers.push(layer);
  }
  return Buffer.concat([Buffer.from([0, 0]), ...layers.reverse()]);
}
