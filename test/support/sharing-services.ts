/** Services that keep a ledger together, each with its HTTP and its own list of peers: set up as an operator does. */
import { cp, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { runCli } from '../cli/support/run-cli.js';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';
import { openTestService, type TestService } from './test-service.js';

export const ADMIN = 'an-admin-key-for-tests-of-shares-0123456789';
export const PATIENCE = 30_000;
const LEDGER = 'kyc';

export interface PeerCard {
  readonly name: string;
  readonly address: string;
  readonly linkKey: string;
  readonly receiptKey: string;
  readonly site: string;
}

/** What `GET /v1/replication` says, as far as tests look at it. */
interface Said {
  readonly ledgers: readonly {
    readonly origin: string;
    readonly length: number;
    readonly size: number;
    readonly shown: number;
    readonly role: string;
    readonly alarm: { readonly code: string; readonly detail: string } | null;
    readonly troubles: readonly { readonly kind: string; readonly text: string }[];
  }[];
  readonly links: {
    readonly peers: readonly {
      readonly name: string;
      readonly state: string;
      readonly dropped: Readonly<Record<string, number>>;
    }[];
  };
}

export class SharingServices {
  readonly root: string;
  readonly cards = new Map<string, PeerCard>();
  readonly #open = new Map<string, TestService>();
  readonly #keys = new Map<string, string>();

  constructor(root: string) {
    this.root = root;
  }

  /** Gives each its directory, keys and address. */
  async init(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const data = join(this.root, name, 'data');
      const made = await runCli(['init', '--data', data], { CHIROGRAPH_ADMIN_KEY: ADMIN });
      expect(made.code).toBe(0);
      const address = `127.0.0.1:${await freePort()}`;
      const place = ['--name', name, '--site', `${name}1`, '--address', address];
      const { stdout } = await runCli(['replication', 'keys', '--data', data, ...place]);
      this.cards.set(name, JSON.parse(stdout) as PeerCard);
    }
  }

  card(name: string): PeerCard {
    const card = this.cards.get(name);
    if (card === undefined) throw new Error('a node without keys');
    return card;
  }

  at(name: string): TestService {
    const node = this.#open.get(name);
    if (node === undefined) throw new Error('a node that is not open');
    return node;
  }

  /** @param peers on its list. @param directory another than its own, to start a copy. */
  async start(
    name: string,
    peers: readonly PeerCard[],
    { listen = this.card(name).address, directory = name } = {},
  ): Promise<void> {
    const replication = join(this.root, `${directory}.json`);
    const others = peers.map((peer) => ({ ...peer, offers: true }));
    await writeFile(replication, JSON.stringify({ site: `${name}1`, listen, peers: others }));
    const root = join(this.root, directory);
    this.#open.set(directory, await openTestService(root, { replication, metricsPort: 0 }, ADMIN));
  }

  async stop(name: string): Promise<void> {
    await this.at(name).service.close();
    this.#open.delete(name);
  }

  async close(): Promise<void> {
    for (const node of this.#open.values()) await node.service.close();
  }

  /** Of a node that is stopped: data and keys. */
  async copy(from: string, to: string): Promise<void> {
    await cp(join(this.root, from), join(this.root, to), { recursive: true });
  }

  /** In place of what is there, which is kept under another name. */
  async putBack(copy: string, name: string): Promise<void> {
    await rename(join(this.root, name), join(this.root, `${name}.gone`));
    await this.copy(copy, name);
  }

  /** The first makes the ledger and has it kept by the others; resolves when all have it. */
  async found(names: readonly string[]): Promise<void> {
    const [first = '', ...others] = names;
    await this.keyAt(first);
    expect((await this.ask(first, '/v1/ledgers', { name: LEDGER })).status).toBe(201);
    const members = others.flatMap((name) => ['--member', name]);
    const grouped = await this.cli(first, ['ledger', 'group', LEDGER, ...members]);
    expect([grouped.code, grouped.stderr]).toEqual([0, '']);
    for (const name of others) {
      await this.has(name, 2);
      await this.keyAt(name);
    }
  }

  async keyAt(name: string): Promise<void> {
    const answer = await this.at(name).request('/v1/keys', {
      json: { tenant: 'acme', role: 'admin', author: 'acme-backend' },
    });
    expect(answer.status).toBe(201);
    this.#keys.set(name, ((await answer.json()) as { key: string }).key);
  }

  /** The key of one counts at its copies. */
  sameKey(name: string, copy: string): void {
    this.#keys.set(copy, this.#keys.get(name) ?? '');
  }

  ask(name: string, path: string, json?: object): Promise<Response> {
    const key = this.#keys.get(name) ?? '';
    return this.at(name).request(path, { key, ...(json !== undefined && { json }) });
  }

  cli(
    name: string,
    argv: readonly string[],
    key = this.#keys.get(name) ?? '',
  ): ReturnType<typeof runCli> {
    const env = { CHIROGRAPH_URL: this.at(name).service.url, CHIROGRAPH_KEY: key };
    return runCli([...argv], env);
  }

  write(name: string, subject: string): Promise<Response> {
    return this.ask(name, `/v1/ledgers/${LEDGER}/records`, { type: 'a', subject, payload: {} });
  }

  /** Once the node writes. */
  async writes(name: string, subject: string): Promise<void> {
    const one = async (): Promise<boolean> => (await this.write(name, subject)).status === 201;
    await eventually(one, `a record at ${name}`, PATIENCE);
  }

  async said(name: string): Promise<Said> {
    return (await (await this.at(name).request('/v1/replication')).json()) as Said;
  }

  async has(name: string, size: number): Promise<void> {
    const isThere = async (): Promise<boolean> =>
      ((await this.said(name)).ledgers[0]?.size ?? 0) >= size;
    await eventually(isThere, `${size} entries at ${name}`, PATIENCE);
  }

  async alarmAt(name: string): Promise<string> {
    const code = async (): Promise<string | undefined> =>
      (await this.said(name)).ledgers[0]?.alarm?.code;
    await eventually(async () => (await code()) !== undefined, `an alarm at ${name}`, PATIENCE);
    return (await code()) ?? '';
  }

  async metric(name: string, line: RegExp): Promise<string | undefined> {
    const url = this.at(name).service.metricsUrl ?? '';
    const text = await (await fetch(`${url}/metrics`)).text();
    return text.split('\n').find((one) => line.test(one));
  }
}
