/**
 * A network of Linux: each node of a cluster in a namespace of its own, with an address of its own, on one bridge; nodes find each
 * other through a private DHT, over UDP. A cable that is pulled is an interface that is down. Needs root.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { DhtNode } from '../../src/replication/dht-node.js';
import { type Name, NAMES } from '../deployment/support/cluster.js';
import type { ClusterNetwork } from '../deployment/support/network.js';

const run = promisify(execFile);

const BRIDGE = 'chirograph0';
/** For tests between networks (RFC 2544): in no routing table of a machine that this runs on. */
const GATEWAY = '198.18.77.1';
const DHT_NODES = 4;
const DHT_PORT = 49_737;

export class NamespaceNetwork implements ClusterNetwork {
  readonly #dht: DhtNode[] = [];

  static async open(): Promise<NamespaceNetwork> {
    const network = new NamespaceNetwork();
    // What a run that was killed has left.
    await network.#remove();
    await ip('link', 'add', BRIDGE, 'type', 'bridge');
    await ip('addr', 'add', `${GATEWAY}/24`, 'dev', BRIDGE);
    await ip('link', 'set', BRIDGE, 'up');
    for (const name of NAMES) await network.#plug(name);
    await network.#openDht();
    return network;
  }

  get bootstrap(): readonly string[] {
    return this.#dht.map(({ address: { host, port } }) => `${host}:${port}`);
  }

  hostOf(name: Name): string {
    return `198.18.77.${10 + NAMES.indexOf(name)}`;
  }

  wrapOf(name: Name): readonly string[] {
    return ['ip', 'netns', 'exec', namespaceOf(name)];
  }

  way(): Promise<null> {
    return Promise.resolve(null);
  }

  async cutOff(name: Name): Promise<void> {
    await ip('link', 'set', cableOf(name), 'down');
  }

  /** One cable after the other has a loose contact. */
  async worsen(): Promise<void> {
    for (const name of NAMES) {
      await this.cutOff(name);
      await ip('link', 'set', cableOf(name), 'up');
    }
  }

  async calm(): Promise<void> {
    for (const name of NAMES) await ip('link', 'set', cableOf(name), 'up');
  }

  async close(): Promise<void> {
    for (const node of this.#dht.splice(0)) await node.close();
    await this.#remove();
  }

  async #plug(name: Name): Promise<void> {
    const namespace = namespaceOf(name);
    const inside = ['-n', namespace];
    await ip('netns', 'add', namespace);
    await ip(
      'link',
      'add',
      cableOf(name),
      'type',
      'veth',
      'peer',
      'name',
      'eth0',
      'netns',
      namespace,
    );
    await ip('link', 'set', cableOf(name), 'master', BRIDGE, 'up');
    await ip(...inside, 'addr', 'add', `${this.hostOf(name)}/24`, 'dev', 'eth0');
    await ip(...inside, 'link', 'set', 'eth0', 'up');
    await ip(...inside, 'link', 'set', 'lo', 'up');
    await ip(...inside, 'route', 'add', 'default', 'via', GATEWAY);
  }

  async #openDht(): Promise<void> {
    const first = { host: GATEWAY, port: DHT_PORT };
    for (let at = 0; at < DHT_NODES; at++) {
      const options = {
        listen: { host: GATEWAY, port: DHT_PORT + at },
        ...{ publicHost: GATEWAY, bootstrap: at === 0 ? [] : [first] },
      };
      this.#dht.push(await DhtNode.open(options));
    }
  }

  async #remove(): Promise<void> {
    for (const name of NAMES) await ip('netns', 'del', namespaceOf(name)).catch(isGone);
    await ip('link', 'del', BRIDGE).catch(isGone);
  }
}

function namespaceOf(name: Name): string {
  return `chirograph-${name}`;
}

/** The end that is plugged into the bridge. */
function cableOf(name: Name): string {
  return `chirograph-${name}`;
}

async function ip(...argv: string[]): Promise<void> {
  await run('ip', argv);
}

function isGone(cause: unknown): void {
  if (!/No such file|Cannot find device/.test(String(cause))) throw cause;
}
