/** The network between the nodes of a cluster: on loopback, where each way in which one dials another leads through a relay. */
import { type Conditions, TcpRelay } from '../../support/link-relay.js';
import { type Name } from './cluster.js';

export interface ClusterNetwork {
  /** Where a node listens. */
  hostOf(name: Name): string;
  /** What a node's process is run under. */
  wrapOf(name: Name): readonly string[];
  /** What a node dials to reach another; null where it finds it by itself. @param port of the other's links. */
  way(from: Name, to: Name, port: number): Promise<string | null>;
  /** Of a private DHT, for those that find each other. */
  readonly bootstrap: readonly string[];
  /** No other node reaches that one. */
  cutOff(name: Name): Promise<void>;
  /** Slow everywhere, and never the same. */
  worsen(): Promise<void>;
  /** As it should be. */
  calm(): Promise<void>;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const CALM = { delayMillis: 0, jitterMillis: 0, bytesPerSecond: 0, isPartitioned: false };
const BAD = { delayMillis: 20, jitterMillis: 40, bytesPerSecond: 500_000 };

export class RelayNetwork implements ClusterNetwork {
  readonly bootstrap = [];
  readonly #seed: string;
  readonly #relays: { readonly ends: readonly Name[]; readonly relay: TcpRelay }[] = [];

  constructor(seed: string) {
    this.#seed = seed;
  }

  hostOf(): string {
    return HOST;
  }

  wrapOf(): readonly string[] {
    return [];
  }

  async way(from: Name, to: Name, port: number): Promise<string> {
    const seed = `${this.#seed} ${from} ${to}`;
    const relay = await TcpRelay.open({ to: { host: HOST, port }, seed });
    this.#relays.push({ ends: [from, to], relay });
    return relay.address;
  }

  cutOff(name: Name): Promise<void> {
    return this.#change({ isPartitioned: true }, name);
  }

  worsen(): Promise<void> {
    return this.#change(BAD);
  }

  calm(): Promise<void> {
    return this.#change(CALM);
  }

  async close(): Promise<void> {
    for (const { relay } of this.#relays.splice(0)) await relay.close();
  }

  #change(conditions: Partial<Conditions>, name?: Name): Promise<void> {
    for (const { ends, relay } of this.#relays)
      if (name === undefined || ends.includes(name)) relay.change(conditions);
    return Promise.resolve();
  }
}
