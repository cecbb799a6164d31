/**
 * A bad network between real sockets on loopback. Whoever is under test connects to a relay, and the relay to where it
 * leads; what happens on the way is told to it, and what is left to chance comes from its seed.
 */
import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { randomBytes } from '../../src/base/random.js';
import { SeededRandom } from './seeded-random.js';

export interface RelayOptions {
  readonly to: { readonly host: string; readonly port: number };
  readonly seed: string;
}

export interface Conditions {
  /** One way: at least, and up to so much more. */
  readonly delayMillis: number;
  readonly jitterMillis: number;
  /** Of datagrams, 0 to 1. TCP has no loss to show: it stalls. */
  readonly loss: number;
  /** Each way; 0 is as fast as it goes. */
  readonly bytesPerSecond: number;
  /** Nothing passes: what comes by TCP waits, datagrams are gone. */
  readonly isPartitioned: boolean;
}

const CLEAR: Conditions = {
  delayMillis: 0,
  jitterMillis: 0,
  loss: 0,
  bytesPerSecond: 0,
  isPartitioned: false,
};

const HOST = '127.0.0.1';

class Weather {
  readonly #random: SeededRandom;
  conditions = CLEAR;

  constructor(seed: string) {
    this.#random = new SeededRandom(seed);
  }

  change(conditions: Partial<Conditions>): void {
    this.conditions = { ...this.conditions, ...conditions };
  }

  get isLost(): boolean {
    const { isPartitioned, loss } = this.conditions;
    return this.#share() < loss || isPartitioned;
  }

  delay(): number {
    const { delayMillis, jitterMillis } = this.conditions;
    return delayMillis + jitterMillis * this.#share();
  }

  #share(): number {
    const [high = 0, low = 0] = randomBytes(this.#random, 2);
    return (high * 256 + low) / 65_536;
  }
}

/** One direction of a connection: bytes in their order, each piece when it is due. */
class Pipe {
  readonly #to: Socket;
  readonly #weather: Weather;
  /** Null is the end. */
  readonly #pieces: { readonly bytes: Uint8Array | null; readonly due: number }[] = [];
  #timer: NodeJS.Timeout | null = null;
  #last = 0;

  constructor(from: Socket, to: Socket, weather: Weather) {
    this.#to = to;
    this.#weather = weather;
    from.on('data', (bytes: Buffer) => {
      this.push(bytes);
    });
    from.on('close', () => {
      this.push(null);
    });
  }

  push(bytes: Uint8Array | null): void {
    const { bytesPerSecond } = this.#weather.conditions;
    const length = bytes?.length ?? 0;
    const taking = bytesPerSecond === 0 ? 0 : (length * 1_000) / bytesPerSecond;
    const due = Math.max(this.#last + taking, performance.now() + taking + this.#weather.delay());
    this.#last = due;
    this.#pieces.push({ bytes, due });
    this.flush();
  }

  /** Hands on what is due; the rest when it is, and nothing in a partition. */
  flush(): void {
    clearTimeout(this.#timer ?? undefined);
    if (this.#weather.conditions.isPartitioned) return;
    for (let next = this.#pieces[0]; next !== undefined; next = this.#pieces[0]) {
      const left = next.due - performance.now();
      if (left > 0) {
        this.#timer = setTimeout(() => {
          this.flush();
        }, left);
        return;
      }
      this.#pieces.shift();
      if (next.bytes === null) this.#to.destroy();
      else if (this.#to.writable) this.#to.write(next.bytes);
    }
  }
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  readonly pipes: { readonly toServer: Pipe; readonly toClient: Pipe };
}

export class TcpRelay {
  readonly #options: RelayOptions;
  readonly #weather: Weather;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  /** Connections that were taken since the beginning. */
  connections = 0;

  private constructor(options: RelayOptions) {
    this.#options = options;
    this.#weather = new Weather(options.seed);
    this.#server = createServer({ noDelay: true }, (client) => {
      this.#join(client);
    });
  }

  static async open(options: RelayOptions): Promise<TcpRelay> {
    const relay = new TcpRelay(options);
    relay.#server.listen(0, HOST);
    await once(relay.#server, 'listening');
    return relay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get address(): string {
    return `${HOST}:${this.port}`;
  }

  change(conditions: Partial<Conditions>): void {
    this.#weather.change(conditions);
    for (const { pipes } of this.#pairs) {
      pipes.toServer.flush();
      pipes.toClient.flush();
    }
  }

  partition(): void {
    this.change({ isPartitioned: true });
  }

  heal(): void {
    this.change({ isPartitioned: false });
  }

  /** Bytes that nobody sent, into every connection. */
  inject(bytes: Uint8Array, direction: 'toServer' | 'toClient' = 'toServer'): void {
    for (const { pipes } of this.#pairs) pipes[direction].push(bytes);
  }

  /** RST to both ends of every connection. */
  reset(): void {
    for (const { client, server } of this.#pairs) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const { client, server } of this.#pairs) {
      client.destroy();
      server.destroy();
    }
    await closed;
  }

  #join(client: Socket): void {
    this.connections++;
    const server = connect({ ...this.#options.to, noDelay: true });
    for (const socket of [client, server]) socket.on('error', () => undefined);
    const pipes = {
      toServer: new Pipe(client, server, this.#weather),
      toClient: new Pipe(server, client, this.#weather),
    };
    const pair = { client, server, pipes };
    this.#pairs.add(pair);
    for (const socket of [client, server])
      socket.on('close', () => {
        if (client.destroyed && server.destroyed) this.#pairs.delete(pair);
      });
  }
}

export class UdpRelay {
  readonly #options: RelayOptions;
  readonly #weather: Weather;
  readonly #front: UdpSocket = createSocket('udp4');
  /** By who sends: the socket that stands for it. */
  readonly #behind = new Map<string, UdpSocket>();
  readonly #timers = new Set<NodeJS.Timeout>();
  passed = 0;
  lost = 0;

  private constructor(options: RelayOptions) {
    this.#options = options;
    this.#weather = new Weather(options.seed);
    this.#front.on('message', (bytes, from) => {
      const { to } = this.#options;
      this.#pass(() => {
        this.#socketFor(from).send(bytes, to.port, to.host);
      });
    });
  }

  static async open(options: RelayOptions): Promise<UdpRelay> {
    const relay = new UdpRelay(options);
    relay.#front.bind(0, HOST);
    await once(relay.#front, 'listening');
    return relay;
  }

  get port(): number {
    return this.#front.address().port;
  }

  change(conditions: Partial<Conditions>): void {
    this.#weather.change(conditions);
  }

  partition(): void {
    this.change({ isPartitioned: true });
  }

  heal(): void {
    this.change({ isPartitioned: false });
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    const sockets = [this.#front, ...this.#behind.values()];
    await Promise.all(
      sockets.map((socket) => new Promise<void>((resolve) => void socket.close(resolve))),
    );
  }

  #socketFor({ address, port }: RemoteInfo): UdpSocket {
    const known = this.#behind.get(`${address} ${port}`);
    if (known !== undefined) return known;
    const socket = createSocket('udp4');
    socket.on('message', (bytes) => {
      this.#pass(() => {
        this.#front.send(bytes, port, address);
      });
    });
    this.#behind.set(`${address} ${port}`, socket);
    return socket;
  }

  /** Datagrams overtake one another where the delay varies. */
  #pass(send: () => void): void {
    if (this.#weather.isLost) {
      this.lost++;
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.passed++;
      send();
    }, this.#weather.delay());
    this.#timers.add(timer);
  }
}
