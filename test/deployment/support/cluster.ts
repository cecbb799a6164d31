/** Three nodes as an operator runs them, each a process with its own data, keys and HTTP, on a network as bad as a test wants it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCli } from '../../cli/support/run-cli.js';
import { RunningNode } from '../../cli/support/running-node.js';
import { ask, type NodeAddress } from '../../faults/node-calls.js';
import { eventually } from '../../support/eventually.js';
import { freePort } from '../../support/free-port.js';
import { program } from '../../support/product.js';
import type { ClusterNetwork } from './network.js';

export const NAMES = ['a', 'b', 'c'] as const;
export type Name = (typeof NAMES)[number];

export const LEDGER = 'kyc';
const ADMIN = 'an-admin-key-for-clusters-0123456789abcdef';
const TENANT = 'acme';
/** Lines. */
const LOGGED = 12;
const STARTING_MILLIS = 120_000;

export interface ClusterOptions {
  readonly root: string;
  /** Closed with the cluster. */
  readonly network: ClusterNetwork;
}

interface Member {
  readonly port: number;
  readonly linkPort: number;
  running: RunningNode | null;
  /** Of the tenant. */
  key: string;
}

interface Status {
  readonly ledgers: readonly { readonly role: string; readonly size: number }[];
}

export class Cluster {
  readonly #options: ClusterOptions;
  readonly #members = new Map<Name, Member>();

  private constructor(options: ClusterOptions) {
    this.#options = options;
  }

  /** All three run, and keep a ledger together. */
  static async open(options: ClusterOptions): Promise<Cluster> {
    const cluster = new Cluster(options);
    try {
      await cluster.#begin();
      return cluster;
    } catch (cause) {
      await cluster.close();
      throw cause;
    }
  }

  /** For a client of the tenant. */
  address(name: Name): NodeAddress {
    return { ...this.#admin(name), key: this.#member(name).key };
  }

  /** An admin of the tenant that is somebody else, for what takes two. */
  async officer(name: Name): Promise<NodeAddress> {
    const wanted = { role: 'admin', author: 'officer' };
    return { ...this.#admin(name), key: await makeKey(this.address(name), wanted) };
  }

  /** Whose HTTP has that URL. */
  at(url: string): Name | null {
    return NAMES.find((name) => url.startsWith(`${this.#admin(name).url}/`)) ?? null;
  }

  isRunning(name: Name): boolean {
    return (this.#members.get(name)?.running ?? null) !== null;
  }

  /** Resolves when it answers. */
  async start(name: Name): Promise<void> {
    const { network, root } = this.#options;
    const member = this.#member(name);
    const at = ['--host', network.hostOf(name), '--port', String(member.port)];
    const files = ['--data', this.dataOf(name), '--replication', join(root, `${name}.json`)];
    const env = { CHIROGRAPH_ADMIN_KEY: ADMIN };
    const wrap = network.wrapOf(name);
    member.running = new RunningNode(['serve', ...at, ...files], env, wrap, program);
    await member.running.until('listening');
  }

  /** At once, as `kill -9` does. */
  async kill(name: Name): Promise<void> {
    const { running } = this.#member(name);
    running?.signal('SIGKILL');
    await running?.ended();
    this.#member(name).running = null;
  }

  /** In peace. @returns its exit code. */
  async stop(name: Name): Promise<number | null> {
    const { running } = this.#member(name);
    running?.signal('SIGTERM');
    const code = (await running?.ended()) ?? null;
    this.#member(name).running = null;
    return code;
  }

  /** What the processes said that ended by themselves. */
  async fallen(): Promise<string[]> {
    const running = [...this.#members].flatMap(([name, { running: node }]) =>
      node === null ? [] : [{ name, node }],
    );
    const now = new Promise<'running'>((resolve) => setImmediate(resolve, 'running'));
    const ends = running.map(async ({ name, node }) => {
      const code = await Promise.race([node.ended(), now]);
      return code === 'running' ? [] : [`${name} ended with ${code}: ${node.stderr}`];
    });
    return (await Promise.all(ends)).flat();
  }

  get network(): ClusterNetwork {
    return this.#options.network;
  }

  /** Who says that it writes: none, or two of which one does not know better yet. */
  async writers(): Promise<Name[]> {
    const found: Name[] = [];
    for (const name of NAMES) {
      const status = this.isRunning(name) ? await this.#status(name) : null;
      if (status?.ledgers[0]?.role === 'writing') found.push(name);
    }
    return found;
  }

  /** @returns what the command said if it failed. */
  async move(from: Name, to: Name): Promise<string | null> {
    const env = { CHIROGRAPH_URL: this.#admin(from).url, CHIROGRAPH_KEY: this.address(from).key };
    const { code, stderr } = await runCli(['ledger', 'move', LEDGER, '--to', to], env);
    return code === 0 ? null : stderr;
  }

  /** Whether clients of the tenant have a key for it. */
  takesClients(name: Name): boolean {
    return this.isRunning(name) && this.#member(name).key !== '';
  }

  /** `restore` at a stopped node. With nothing left, clients have to log in again. @param how its arguments. */
  async goOn(name: Name, how: readonly string[]): Promise<string> {
    if (how.includes('--empty')) this.#member(name).key = '';
    return this.run(name, ['restore', ...how]);
  }

  /** A command on the data of a stopped node. */
  async run(name: Name, argv: readonly string[]): Promise<string> {
    return cli([...argv, '--data', this.dataOf(name)]);
  }

  /** What each says of itself and last logged, for whoever has to find out what went wrong. */
  async describe(): Promise<string> {
    const all = await Promise.all(
      NAMES.map(async (name) => {
        const { running } = this.#member(name);
        const logged = running?.log.filter(({ level }) => level !== 'debug').slice(-LOGGED) ?? [];
        return { name, status: await this.#status(name), logged };
      }),
    );
    return all.map((one) => JSON.stringify(one)).join('\n');
  }

  async fsck(name: Name): Promise<string[]> {
    const { code, stdout, stderr } = await runCli(['fsck', '--data', this.dataOf(name)]);
    return code === 0 ? [] : [`fsck of ${name}: ${stdout}${stderr}`];
  }

  async close(): Promise<void> {
    for (const name of this.#members.keys()) await this.kill(name);
    await this.#options.network.close();
  }

  async #begin(): Promise<void> {
    for (const name of NAMES) {
      const ports = { port: await freePort(), linkPort: await freePort() };
      this.#members.set(name, { ...ports, running: null, key: '' });
    }
    await this.#write(await this.#keys());
    await Promise.all(NAMES.map((name) => this.start(name)));
    await this.#share();
  }

  /** What each is to the others. */
  async #keys(): Promise<Map<Name, object>> {
    const keys = new Map<Name, object>();
    for (const name of NAMES) {
      const data = ['--data', this.dataOf(name)];
      await cli(['init', ...data], { CHIROGRAPH_ADMIN_KEY: ADMIN });
      const place = ['--name', name, '--site', `${name}1`];
      keys.set(name, JSON.parse(await cli(['replication', 'keys', ...data, ...place])) as object);
    }
    return keys;
  }

  async #write(keys: ReadonlyMap<Name, object>): Promise<void> {
    const { network } = this.#options;
    const bootstrap = network.bootstrap.length === 0 ? {} : { bootstrap: network.bootstrap };
    for (const name of NAMES) {
      const peers = [];
      for (const other of NAMES.filter((one) => one !== name)) {
        const address = await network.way(name, other, this.#member(other).linkPort);
        const { url } = this.#admin(other);
        peers.push({ ...keys.get(other), ...(address !== null && { address }), url, offers: true });
      }
      const listen = `${network.hostOf(name)}:${this.#member(name).linkPort}`;
      const settings = JSON.stringify({ site: `${name}1`, listen, ...bootstrap, peers });
      await writeFile(join(this.#options.root, `${name}.json`), settings);
    }
  }

  async #share(): Promise<void> {
    const [first, ...others] = NAMES;
    await this.login(first, true);
    const body = { text: JSON.stringify({ name: LEDGER }), type: 'application/json' };
    await ask(this.address(first), '/ledgers', body);
    const env = { CHIROGRAPH_URL: this.#admin(first).url, CHIROGRAPH_KEY: this.address(first).key };
    const members = others.flatMap((name) => ['--member', name]);
    await eventually(
      async () => (await runCli(['ledger', 'group', LEDGER, ...members], env)).code === 0,
      'a group',
      STARTING_MILLIS,
    );
    for (const name of others) await this.login(name);
  }

  /**
   * Once the ledger has come there: a key of its tenant before would make another tenant of that name. The same author at each: a
   * record that is sent again elsewhere is the same one.
   */
  async login(name: Name, isFirst = false): Promise<void> {
    if (!isFirst)
      await eventually(
        async () => ((await this.#status(name))?.ledgers[0]?.size ?? 0) >= 2,
        `the ledger at ${name}`,
        STARTING_MILLIS,
      );
    const wanted = { tenant: TENANT, role: 'admin', author: 'acme-backend' };
    this.#member(name).key = await makeKey(this.#admin(name), wanted);
  }

  async #status(name: Name): Promise<Status | null> {
    try {
      return await ask<Status>(this.#admin(name), '/replication');
    } catch {
      // It is going, or coming.
      return null;
    }
  }

  #admin(name: Name): NodeAddress {
    const host = this.#options.network.hostOf(name);
    return { url: `http://${host}:${this.#member(name).port}`, key: ADMIN };
  }

  dataOf(name: Name): string {
    return join(this.#options.root, name, 'data');
  }

  #member(name: Name): Member {
    const member = this.#members.get(name);
    if (member === undefined) throw new Error(`no node ${name}`);
    return member;
  }
}

async function makeKey(by: NodeAddress, wanted: object): Promise<string> {
  const body = { text: JSON.stringify(wanted), type: 'application/json' };
  return (await ask<{ key: string }>(by, '/keys', body)).key;
}

async function cli(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { code, stdout, stderr } = await runCli(argv, env);
  if (code !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
  return stdout;
}
