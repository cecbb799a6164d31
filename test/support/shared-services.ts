/** Three nodes with their HTTP that keep a ledger together: asked for as an operator does, written and read as clients do. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { runCli } from '../cli/support/run-cli.js';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';
import { openTestService, type TestService, type TestServiceOptions } from './test-service.js';

export const ADMIN = 'an-admin-key-for-tests-of-shares-0123456789';
export const PATIENCE = 20_000;
export const NAMES = ['a', 'b', 'c'] as const;
export type Name = (typeof NAMES)[number];

export class SharedServices {
  readonly #root: string;
  readonly #options: TestServiceOptions;
  readonly #nodes = new Map<Name, TestService>();
  readonly #files = new Map<Name, string>();
  readonly #keys = new Map<Name, string>();

  constructor(root: string, options: TestServiceOptions = {}) {
    this.#root = root;
    this.#options = options;
  }

  node(name: Name): TestService {
    const found = this.#nodes.get(name);
    if (found === undefined) throw new Error('a node that is not open');
    return found;
  }

  running(): readonly Name[] {
    return [...this.#nodes.keys()];
  }

  /** Of an admin of the tenant. */
  key(name: Name): string {
    return this.#keys.get(name) ?? '';
  }

  rootOf(name: Name): string {
    return join(this.#root, name);
  }

  async start(name: Name): Promise<void> {
    const replication = this.#files.get(name) ?? '';
    const options = { ...this.#options, replication };
    this.#nodes.set(name, await openTestService(this.rootOf(name), options, ADMIN));
  }

  async stop(name: Name): Promise<void> {
    await this.node(name).service.close();
    this.#nodes.delete(name);
  }

  async close(): Promise<void> {
    for (const name of this.running()) await this.stop(name);
  }

  /** Who may read and write the ledgers of the tenant at a node: the same author at each. */
  async #keyAt(name: Name): Promise<string> {
    const json = { tenant: 'acme', role: 'admin', author: 'acme-backend' };
    const answer = await this.node(name).request('/v1/keys', { json });
    expect(answer.status).toBe(201);
    return ((await answer.json()) as { key: string }).key;
  }

  /** The first makes the ledger `kyc`, and shares it with the others. @param third what the last one is, as `ledger group` takes it. */
  async begin(third: 'c' | 'c:vote-only' = 'c'): Promise<void> {
    const peers = new Map<Name, object>();
    for (const name of NAMES) peers.set(name, await this.#peer(name));
    for (const name of NAMES) {
      const { address, country } = peers.get(name) as { address: string; country: string };
      const others = NAMES.filter((other) => other !== name).map((other) => ({
        ...peers.get(other),
        offers: true,
      }));
      const path = join(this.#root, `${name}.json`);
      const settings = { site: `${name}1`, country, listen: address, peers: others };
      await writeFile(path, JSON.stringify(settings));
      this.#files.set(name, path);
      await this.start(name);
    }
    this.#keys.set('a', await this.#keyAt('a'));
    const env = { CHIROGRAPH_URL: this.node('a').service.url, CHIROGRAPH_KEY: this.key('a') };
    expect((await this.ask('a', '/v1/ledgers', { name: 'kyc' })).status).toBe(201);
    // No data of a vote can lie where none may.
    const countries = third === 'c' ? 'DE,FR' : 'DE';
    const members = ['--member', 'b', '--member', third, '--countries', countries];
    const grouped = await runCli(['ledger', 'group', 'kyc', ...members], env);
    expect([grouped.code, grouped.stderr]).toEqual([0, '']);
    const keeping = third === 'c' ? (['b', 'c'] as const) : (['b'] as const);
    for (const name of keeping)
      await eventually(() => this.#hasLedger(name), `the ledger at ${name}`, PATIENCE);
    for (const name of keeping) this.#keys.set(name, await this.#keyAt(name));
  }

  ask(
    name: Name,
    path: string,
    json?: object,
    headers: Record<string, string> = {},
    { key = this.key(name), method }: { key?: string; method?: string } = {},
  ): Promise<Response> {
    return fetch(`${this.node(name).service.url}${path}`, {
      method: method ?? (json === undefined ? 'GET' : 'POST'),
      ...(json !== undefined && { body: JSON.stringify(json) }),
      redirect: 'manual',
      headers: {
        authorization: `Bearer ${key}`,
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
    });
  }

  async #peer(name: Name): Promise<object> {
    const data = join(this.rootOf(name), 'data');
    expect((await runCli(['init', '--data', data], { CHIROGRAPH_ADMIN_KEY: ADMIN })).code).toBe(0);
    const address = `127.0.0.1:${await freePort()}`;
    const country = name === 'c' ? 'FR' : 'DE';
    const place = ['--name', name, '--site', `${name}1`, '--address', address];
    const asked = ['replication', 'keys', '--data', data, ...place, '--country', country];
    const { stdout } = await runCli(asked);
    return JSON.parse(stdout) as object;
  }

  async #hasLedger(name: Name): Promise<boolean> {
    const answer = await this.node(name).request('/v1/replication');
    const { ledgers } = (await answer.json()) as { ledgers: { size: number }[] };
    return (ledgers[0]?.size ?? 0) >= 2;
  }
}
