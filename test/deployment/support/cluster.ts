/**
 * Three nodes as an operator runs them, each a process with its own data, keys and HTTP; whatever they say to each other goes
 * through relays, one for each way in which one dials another, so that their network can be as bad as a test wants it.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCli } from '../../cli/support/run-cli.js';
import { RunningNode } from '../../cli/support/running-node.js';
import { ask, type NodeAddress } from '../../faults/node-calls.js';
import { eventually } from '../../support/eventually.js';
import { freePort } from '../../support/free-port.js';
import { type Conditions, TcpRelay } from '../../support/link-relay.js';
import { program } from '../../support/product.js';

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
  /** Of the relays. */
  readonly seed: string;
  /** The built program that a node runs. */
  readonly entryOf?: (name: Name) => string;
  readonly serveArguments?: readonly string[];
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
  /** By who dials and who is dialled. */
  readonly #relays = new Map<string, TcpRelay>();

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

  /** Whose HTTP has that URL. */
  at(url: string): Name | null {
    return NAMES.find((name) => url.startsWith(`${this.#admin(name).url}/`)) ?? null;
  }

  isRunning(name: Name): boolean {
    return (this.#members.get(name)?.running ?? null) !== null;
  }

  /** Resolves when it answers. */
  async start(name: Name): Promise<void> {
    const { root, entryOf, serveArguments = [] } = this.#options;
    const member = this.#member(name);
    const argv = ['serve', '--data', this.#data(name), '--port', String(member.port)];
    const replication = ['--replication', join(root, `${name}.json`)];
    const entry = entryOf?.(name) ?? program;
    const env = { CHIROGRAPH_ADMIN_KEY: ADMIN };
    member.running = new RunningNode([...argv, ...replication, ...serveArguments], env, [], entry);
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

  /** Between a node and all others. */
  change(name: Name, conditions: Partial<Conditions>): void {
    for (const [way, relay] of this.#relays)
      if (way.split(' ').includes(name)) relay.change(conditions);
  }

  changeAll(conditions: Partial<Conditions>): void {
    for (const relay of this.#relays.values()) relay.change(conditions);
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
    const { code, stdout, stderr } = await runCli(['fsck', '--data', this.#data(name)]);
    return code === 0 ? [] : [`fsck of ${name}: ${stdout}${stderr}`];
  }

  async close(): Promise<void> {
    for (const name of this.#members.keys()) await this.kill(name);
    for (const relay of this.#relays.values()) await relay.close();
  }

  async #begin(): Promise<void> {
    for (const name of NAMES) {
      const ports = { port: await freePort(), linkPort: await freePort() };
      this.#members.set(name, { ...ports, running: null, key: '' });
    }
    for (const from of NAMES)
      for (const to of NAMES)
        if (from !== to) {
          const leads = { host: '127.0.0.1', port: this.#member(to).linkPort };
          const seed = `${this.#options.seed} ${from} ${to}`;
          this.#relays.set(`${from} ${to}`, await TcpRelay.open({ to: leads, seed }));
        }
    await this.#write(await this.#keys());
    await Promise.all(NAMES.map((name) => this.start(name)));
    await this.#share();
  }

  /** What each is to the others. */
  async #keys(): Promise<Map<Name, object>> {
    const keys = new Map<Name, object>();
    for (const name of NAMES) {
      const data = ['--data', this.#data(name)];
      await cli(['init', ...data], { CHIROGRAPH_ADMIN_KEY: ADMIN });
      const place = ['--name', name, '--site', `${name}1`, '--address', '127.0.0.1:1'];
      keys.set(name, JSON.parse(await cli(['replication', 'keys', ...data, ...place])) as object);
    }
    return keys;
  }

  async #write(keys: ReadonlyMap<Name, object>): Promise<void> {
    for (const name of NAMES) {
      const peers = NAMES.filter((other) => other !== name).map((other) => ({
        ...keys.get(other),
        ...{ address: this.#relays.get(`${name} ${other}`)?.address, url: this.#admin(other).url },
        offers: true,
      }));
      const listen = `127.0.0.1:${this.#member(name).linkPort}`;
      const settings = JSON.stringify({ site: `${name}1`, listen, peers });
      await writeFile(join(this.#options.root, `${name}.json`), settings);
    }
  }

  async #share(): Promise<void> {
    const [first, ...others] = NAMES;
    await this.#login(first);
    const body = { text: JSON.stringify({ name: LEDGER }), type: 'application/json' };
    await ask(this.address(first), '/ledgers', body);
    const env = { CHIROGRAPH_URL: this.#admin(first).url, CHIROGRAPH_KEY: this.address(first).key };
    const members = others.flatMap((name) => ['--member', name]);
    await eventually(
      async () => (await runCli(['ledger', 'group', LEDGER, ...members], env)).code === 0,
      'a group',
      STARTING_MILLIS,
    );
    for (const name of others) {
      await eventually(
        async () => ((await this.#status(name))?.ledgers[0]?.size ?? 0) >= 2,
        `the ledger at ${name}`,
        STARTING_MILLIS,
      );
      await this.#login(name);
    }
  }

  /** The same author at each: a record that is sent again elsewhere is the same one. */
  async #login(name: Name): Promise<void> {
    const wanted = { tenant: TENANT, role: 'admin', author: 'acme-backend' };
    const body = { text: JSON.stringify(wanted), type: 'application/json' };
    this.#member(name).key = (await ask<{ key: string }>(this.#admin(name), '/keys', body)).key;
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
    return { url: `http://127.0.0.1:${this.#member(name).port}`, key: ADMIN };
  }

  #data(name: Name): string {
    return join(this.#options.root, name, 'data');
  }

  #member(name: Name): Member {
    const member = this.#members.get(name);
    if (member === undefined) throw new Error(`no node ${name}`);
    return member;
  }
}

async function cli(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { code, stdout, stderr } = await runCli(argv, env);
  if (code !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
  return stdout;
}
