/**
 * A node of a private DHT: it stores nothing of any ledger, and helps the nodes of a deployment to find each other. It
 * learns from the others by which address it is reached; the first one has nobody to learn it from, and is told.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv4 } from 'node:net';
import HyperDHT from 'hyperdht';
import { systemErrorCode } from '../base/system-error.js';
import { formatHostPort, type HostPort } from './links/link-settings.js';
import { ReplicationError } from './replication-error.js';

export interface DhtNodeOptions {
  /** IPv4, to bind to; UDP. Port 0 takes any that is free, and is not for the first. */
  readonly listen: HostPort;
  /** IPv4 by which the others reach the first node. */
  readonly publicHost: string;
  /** Empty for the first node of a DHT. */
  readonly bootstrap: readonly HostPort[];
}

export class DhtNode {
  readonly #dht: HyperDHT;
  /** What it is bound to. */
  readonly address: HostPort;

  private constructor(dht: HyperDHT, address: HostPort) {
    this.#dht = dht;
    this.address = address;
  }

  /**
   * Resolves when the other nodes have been asked, whether they answer or not.
   *
   * @throws ReplicationError REPLICATION_DHT_UNUSABLE.
   */
  static async open(options: DhtNodeOptions): Promise<DhtNode> {
    const { listen } = options;
    checkOptions(options);
    await checkBinding(listen);
    const dht = create(options);
    await dht.fullyBootstrapped();
    return new DhtNode(dht, { host: listen.host, port: dht.address().port });
  }

  /** How many other nodes it knows. */
  get known(): number {
    return this.#dht.toArray().length;
  }

  /** Resolves when nothing more is sent. */
  async close(): Promise<void> {
    await this.#dht.destroy();
  }
}

function checkOptions({ listen, publicHost, bootstrap }: DhtNodeOptions): void {
  if (!isIPv4(listen.host)) throw unusable('the address to listen on must be IPv4');
  if (bootstrap.length > 0) return;
  if (!isIPv4(publicHost) || publicHost === '0.0.0.0')
    throw unusable('the first node must be told the IPv4 address by which the others reach it');
  if (listen.port === 0)
    throw unusable('the first node needs a port of its own: the others name it');
}

/** First, with a socket of ours: HyperDHT that cannot bind cannot be closed either, and keeps the process. */
async function checkBinding({ host, port }: HostPort): Promise<void> {
  const socket = createSocket('udp4').bind(port, host);
  try {
    await once(socket, 'listening');
  } catch (cause) {
    const why = systemErrorCode(cause) ?? 'it cannot be bound to';
    throw unusable(`UDP ${formatHostPort({ host, port })}: ${why}`, cause);
  }
  await new Promise<void>((resolve) => void socket.close(resolve));
}

function create({ listen, publicHost, bootstrap }: DhtNodeOptions): HyperDHT {
  const options = {
    ...listen,
    anyPort: listen.port === 0,
    bootstrap,
    ephemeral: false,
    firewalled: false,
  };
  return bootstrap.length > 0
    ? new HyperDHT(options)
    : HyperDHT.bootstrapper(listen.port, publicHost, options);
}

function unusable(message: string, cause?: unknown): ReplicationError {
  return new ReplicationError('REPLICATION_DHT_UNUSABLE', message, { cause });
}
