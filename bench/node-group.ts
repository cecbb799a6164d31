/**
 * Nodes that keep ledgers together: each the built program in a process and a directory of its own, linked by TCP through
 * relays that hold back every byte for as long as told. The relays share the process of the benchmark, with nothing of the load.
 */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import { freePort } from '../test/support/free-port.js';
import { TcpRelay } from '../test/support/link-relay.js';
import { newApiKey, type NodeProcess, PROGRAM, startNode } from './node-process.js';
import { type Scratch, within } from './scratch.js';
import { untilSettled } from './settling.js';

export const NAMES = ['a', 'b', 'c'] as const;
export type Name = (typeof NAMES)[number];

/** The default tenant has the same name at each node: what is shared is another's. */
const TENANT = 'bench';
const ASK_MILLIS = 50;
const run = promisify(execFile);

const statusSchema = z.object({
  links: z.object({ peers: z.array(z.object({ bytesOut: z.number() })) }),
  ledgers: z.array(
    z.object({
      ledger: z.string(),
      role: z.string(),
      length: z.number(),
      shown: z.number(),
      size: z.number(),
      group: z
        .object({ members: z.array(z.object({ linked: z.boolean(), length: z.int().nullable() })) })
        .nullable(),
    }),
  ),
});
export type GroupStatus = z.infer<typeof statusSchema>;

export interface GroupNode {
  readonly name: Name;
  /** With a key of the tenant that shares. */
  readonly asTenant: NodeProcess;
  /** With the key of the whole node. */
  readonly asAdmin: NodeProcess;
}

export class NodeGroup {
  readonly #scratch: ReadonlyMap<Name, Scratch>;
  readonly #relays: readonly TcpRelay[];
  readonly #adminKey = newApiKey();
  readonly #files = new Map<Name, string>();
  readonly #nodes = new Map<Name, GroupNode>();
  readonly #keys = new Map<Name, string>();

  private constructor(scratch: ReadonlyMap<Name, Scratch>, relays: readonly TcpRelay[]) {
    this.#scratch = scratch;
    this.#relays = relays;
  }

  /** Three nodes that run, and keep nothing together yet. @param delayMillis of each link, one way. */
  static async start(scratch: Scratch, delayMillis: number): Promise<NodeGroup> {
    const places = new Map<Name, Scratch>();
    const ports = new Map<Name, number>();
    const relays = new Map<Name, TcpRelay>();
    for (const name of NAMES) {
      places.set(name, await within(scratch, name));
      const port = await freePort();
      ports.set(name, port);
      const relay = await TcpRelay.open({ to: { host: '127.0.0.1', port }, seed: name });
      relay.change({ delayMillis });
      relays.set(name, relay);
    }
    const group = new NodeGroup(places, [...relays.values()]);
    try {
      await group.#introduce(ports, relays);
      for (const name of NAMES) await group.restart(name);
      // The tenant comes with its first key; to the others it comes with its first ledger.
      await group.#keyAt('a');
      return group;
    } catch (cause) {
      await group.stop();
      throw cause;
    }
  }

  node(name: Name): GroupNode {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new Error('a node that does not run');
    return node;
  }

  /** Starts it again, or for the first time. @returns milliseconds until it listens. */
  async restart(name: Name): Promise<number> {
    const place = this.#placeOf(name);
    const file = this.#files.get(name) ?? '';
    const asAdmin = await startNode(place, this.#adminKey, { flags: ['--replication', file] });
    const apiKey = this.#keys.get(name) ?? '';
    this.#nodes.set(name, { name, asAdmin, asTenant: { ...asAdmin, apiKey } });
    return asAdmin.startMillis;
  }

  /** As a power cut does to its process. */
  async kill(name: Name): Promise<void> {
    await this.node(name).asAdmin.stop('SIGKILL');
    this.#nodes.delete(name);
  }

  /** All at once: nobody is left to take over. */
  async stopNodes(): Promise<void> {
    await Promise.all([...this.#nodes.values()].map(({ asAdmin }) => asAdmin.stop('SIGTERM')));
  }

  async stop(): Promise<void> {
    await this.stopNodes();
    for (const relay of this.#relays) await relay.close();
  }

  /** Makes a ledger at the first node. @throws Error with what the node answers. */
  async makeLedger(ledger: string): Promise<void> {
    await this.ask('a', 'POST', '/v1/ledgers', { name: ledger });
  }

  /** Has a ledger of the first node kept by all three. */
  async share(ledger: string): Promise<void> {
    const members = ['b', 'c'].map((peer) => ({ peer }));
    await this.ask('a', 'PUT', `/v1/ledgers/${ledger}/group`, { members });
  }

  /** Every node has all of every ledger: and there are so many. @throws Error that says what is missing. */
  async untilAllHaveAll(
    ledgers: number,
    tell: (what: string) => void = () => undefined,
  ): Promise<void> {
    await untilSettled({ ledgers, statuses: () => this.#statuses(), tell });
    for (const name of NAMES) await this.#keyAt(name);
  }

  async status(name: Name): Promise<GroupStatus> {
    const { url, apiKey } = this.node(name).asAdmin;
    const answer = await fetch(`${url}/v1/replication`, { headers: headersOf(apiKey) });
    return statusSchema.parse(await answer.json());
  }

  /** Ledgers that a node that runs writes. */
  async written(): Promise<number> {
    const all = [...(await this.#statuses()).values()];
    return all.flatMap(({ ledgers }) => ledgers.filter(({ role }) => role === 'writing')).length;
  }

  /** On all its links since it was started. */
  async sentBytes(name: Name): Promise<number> {
    const { links } = await this.status(name);
    return links.peers.reduce((sum, { bytesOut }) => sum + bytesOut, 0);
  }

  /** Who writes it now. */
  async writerOf(ledger: string): Promise<Name> {
    for (;;) {
      for (const name of NAMES) {
        const { ledgers } = await this.status(name);
        if (ledgers.some((one) => one.ledger === ledger && one.role === 'writing')) return name;
      }
      await delay(ASK_MILLIS);
    }
  }

  /** As the tenant. @throws Error with what the node answers. */
  async ask(name: Name, method: 'POST' | 'PUT', path: string, json: object): Promise<void> {
    const { url, apiKey } = this.node(name).asTenant;
    const body = JSON.stringify(json);
    const answer = await fetch(`${url}${path}`, { method, body, headers: headersOf(apiKey) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: status ${answer.status}: ${text}`);
  }

  /** Of the nodes that run. */
  async #statuses(): Promise<ReadonlyMap<Name, GroupStatus>> {
    const all = new Map<Name, GroupStatus>();
    for (const name of this.#nodes.keys()) all.set(name, await this.status(name));
    return all;
  }

  /** Keys of the nodes, made before they run, and the files that name them to each other. */
  async #introduce(
    ports: ReadonlyMap<Name, number>,
    relays: ReadonlyMap<Name, TcpRelay>,
  ): Promise<void> {
    const peers = new Map<Name, object>();
    for (const name of NAMES) {
      const { directory } = this.#placeOf(name);
      const data = ['--data', join(directory, 'data')];
      const address = ['--address', relays.get(name)?.address ?? ''];
      await this.#cli('init', ...data);
      const said = await this.#cli(
        ...['replication', 'keys', '--name', name, '--site', name, ...data, ...address],
      );
      peers.set(name, { ...(JSON.parse(said) as object), offers: true });
    }
    for (const name of NAMES) {
      const others = NAMES.filter((other) => other !== name).map((other) => peers.get(other));
      const listen = `127.0.0.1:${ports.get(name) ?? 0}`;
      const path = join(this.#placeOf(name).directory, 'replication.json');
      await writeFile(path, JSON.stringify({ site: name, listen, peers: others }));
      this.#files.set(name, path);
    }
  }

  /** A key for the tenant, which is there once a ledger of it is. */
  async #keyAt(name: Name): Promise<void> {
    if (this.#keys.has(name)) return;
    const { asAdmin } = this.node(name);
    const answer = await fetch(`${asAdmin.url}/v1/keys`, {
      method: 'POST',
      // The same author at each: a record that is sent again elsewhere is the same one.
      body: JSON.stringify({ tenant: TENANT, role: 'admin', author: 'bench' }),
      headers: headersOf(this.#adminKey),
    });
    const { key } = z.object({ key: z.string() }).parse(await answer.json());
    this.#keys.set(name, key);
    this.#nodes.set(name, { name, asAdmin, asTenant: { ...asAdmin, apiKey: key } });
  }

  async #cli(...words: readonly string[]): Promise<string> {
    const env = { ...process.env, CHIROGRAPH_ADMIN_KEY: this.#adminKey };
    return (await run(process.execPath, [PROGRAM, ...words], { env })).stdout;
  }

  #placeOf(name: Name): Scratch {
    const place = this.#scratch.get(name);
    if (place === undefined) throw new Error('a node without a directory');
    return place;
  }
}

export function headersOf(apiKey: string): Record<string, string> {
  return { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
}
