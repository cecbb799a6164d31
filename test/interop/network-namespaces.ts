/**
 * A network of Linux: each node of a cluster in a namespace of its own, with an address of its own, and between them a router of
 * ours (router.py), which loses and delays packets by a seed and cuts nodes off. They reach each other by TCP, at addresses that
 * they are given, or find each other through a private DHT, over UDP. Needs root.
 */
import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';
import { DhtNode } from '../../src/replication/dht-node.js';
import { type Name, NAMES } from '../deployment/support/cluster.js';
import type { ClusterNetwork } from '../deployment/support/network.js';

const run = promisify(execFile);

/** For tests between networks (RFC 2544): in no routing table of a machine that this runs on. */
const NETWORK = '198.18.77';
const GATEWAY = `${NETWORK}.1`;
const DHT_NODES = 4;
const DHT_PORT = 49_737;

interface Weather {
  /** One way: at least, and up to so much more. */
  readonly delayMillis: number;
  readonly jitterMillis: number;
  /** Of packets, 0 to 1. */
  readonly loss: number;
  /** Whom nobody reaches but who watches. */
  readonly apart: readonly Name[];
}

const CALM: Weather = { delayMillis: 1, jitterMillis: 1, loss: 0.002, apart: [] };
const BAD: Weather = { delayMillis: 20, jitterMillis: 40, loss: 0.03, apart: [] };

type Router = ChildProcessByStdio<Writable, Readable, null>;

export interface NamespaceOptions {
  readonly seed: string;
  readonly over: 'tcp' | 'udp';
}

export class NamespaceNetwork implements ClusterNetwork {
  readonly #over: NamespaceOptions['over'];
  readonly #router: Router;
  readonly #dht: DhtNode[] = [];
  #weather = CALM;
  /** Between nodes and to them; said once it is closed. */
  packets = { passed: 0, lost: 0 };

  private constructor(over: NamespaceOptions['over'], router: Router) {
    this.#over = over;
    this.#router = router;
  }

  static async open({ seed, over }: NamespaceOptions): Promise<NamespaceNetwork> {
    // What a run that was killed has left.
    await removeNamespaces();
    const network = new NamespaceNetwork(over, await startRouter(seed));
    try {
      for (const name of NAMES) await plug(name);
      await ip('addr', 'add', `${GATEWAY}/24`, 'dev', deviceOf('gateway'));
      await ip('link', 'set', deviceOf('gateway'), 'up');
      await network.calm();
      if (over === 'udp') await network.#openDht();
      return network;
    } catch (cause) {
      await network.close();
      throw cause;
    }
  }

  get bootstrap(): readonly string[] {
    return this.#dht.map(({ address: { host, port } }) => `${host}:${port}`);
  }

  hostOf(name: Name): string {
    return addressOf(name);
  }

  wrapOf(name: Name): readonly string[] {
    return ['ip', 'netns', 'exec', namespaceOf(name)];
  }

  way(_: Name, to: Name, port: number): Promise<string | null> {
    return Promise.resolve(this.#over === 'tcp' ? `${addressOf(to)}:${port}` : null);
  }

  cutOff(name: Name): Promise<void> {
    return this.#change({ ...this.#weather, apart: [name] });
  }

  worsen(): Promise<void> {
    return this.#change(BAD);
  }

  calm(): Promise<void> {
    return this.#change(CALM);
  }

  async close(): Promise<void> {
    for (const node of this.#dht.splice(0)) await node.close();
    const said = once(this.#router.stdout, 'data') as Promise<[Buffer]>;
    this.#router.stdin.end();
    this.packets = JSON.parse((await said)[0].toString()) as typeof this.packets;
    await removeNamespaces();
  }

  #change(weather: Weather): Promise<void> {
    if (this.#router.exitCode !== null) throw new Error('the router has ended');
    this.#weather = weather;
    this.#router.stdin.write(`${JSON.stringify(weather)}\n`);
    return Promise.resolve();
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
}

/** Resolves when its devices are there. */
async function startRouter(seed: string): Promise<Router> {
  const program = new URL('router.py', import.meta.url).pathname;
  const places = [`gateway=${GATEWAY}`, ...NAMES.map((name) => `${name}=${addressOf(name)}`)];
  const router = spawn('python3', [program, seed, ...places], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const isReady = once(router.stdout, 'data').then(() => true);
  if (!(await Promise.race([isReady, once(router, 'exit').then(() => false)])))
    throw new Error(`the router ended with ${router.exitCode}`);
  return router;
}

/** The router keeps its end of the device, wherever that is moved to. */
async function plug(name: Name): Promise<void> {
  const namespace = namespaceOf(name);
  const device = deviceOf(name);
  const inside = ['-n', namespace];
  await ip('netns', 'add', namespace);
  await ip('link', 'set', device, 'netns', namespace);
  await ip(...inside, 'addr', 'add', `${addressOf(name)}/24`, 'dev', device);
  await ip(...inside, 'link', 'set', device, 'up');
  await ip(...inside, 'link', 'set', 'lo', 'up');
}

async function removeNamespaces(): Promise<void> {
  for (const name of NAMES) await ip('netns', 'del', namespaceOf(name)).catch(isGone);
}

function addressOf(name: Name): string {
  return `${NETWORK}.${10 + NAMES.indexOf(name)}`;
}

function namespaceOf(name: Name): string {
  return `chirograph-${name}`;
}

/** Fifteen characters at most, says Linux. */
function deviceOf(name: string): string {
  return `chiro-${name}`;
}

async function ip(...argv: string[]): Promise<void> {
  await run('ip', argv);
}

function isGone(cause: unknown): void {
  if (!String(cause).includes('No such file')) throw cause;
}
