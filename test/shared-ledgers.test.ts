/** Three nodes with their HTTP keep a ledger together: asked for as an operator does, written and read as clients do. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { runCli } from './cli/support/run-cli.js';
import { eventually } from './support/eventually.js';
import { freePort } from './support/free-port.js';
import { removeDirectory, temporaryDirectory } from './support/temporary-directory.js';
import { openTestService, type TestService } from './support/test-service.js';

const ADMIN = 'an-admin-key-for-tests-of-shares-0123456789';
const NAMES = ['a', 'b', 'c'] as const;
type Name = (typeof NAMES)[number];
const PATIENCE = 20_000;

let root: string;
let nodes: Map<Name, TestService>;
let files: Map<Name, string>;

beforeEach(async () => {
  root = await temporaryDirectory();
  nodes = new Map();
  files = new Map();
});
afterEach(async () => {
  for (const node of nodes.values()) await node.service.close();
  await removeDirectory(root);
});

const node = (name: Name): TestService => {
  const found = nodes.get(name);
  if (found === undefined) throw new Error('a node that is not open');
  return found;
};

async function start(name: Name): Promise<void> {
  const replication = files.get(name) ?? '';
  nodes.set(name, await openTestService(join(root, name), { replication }, ADMIN));
}

async function stop(name: Name): Promise<void> {
  await node(name).service.close();
  nodes.delete(name);
}

/** Who may read and write the ledgers of the tenant at a node. */
async function keyAt(name: Name): Promise<string> {
  const answer = await node(name).request('/v1/keys', {
    // The same author at each: a record that is sent again elsewhere is the same one.
    json: { tenant: 'acme', role: 'admin', author: 'acme-backend' },
  });
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { key: string }).key;
}

/** @param third what the third node is, as `ledger group` takes it. */
async function begin(third: 'c' | 'c:vote-only' = 'c'): Promise<Map<Name, string>> {
  const peers = new Map<Name, object>();
  for (const name of NAMES) {
    const data = join(root, name, 'data');
    expect((await runCli(['init', '--data', data], { CHIROGRAPH_ADMIN_KEY: ADMIN })).code).toBe(0);
    const address = `127.0.0.1:${await freePort()}`;
    const country = name === 'c' ? 'FR' : 'DE';
    const place = ['--name', name, '--site', `${name}1`, '--address', address];
    const { stdout } = await runCli([
      'replication',
      'keys',
      '--data',
      data,
      ...place,
      '--country',
      country,
    ]);
    peers.set(name, JSON.parse(stdout) as object);
  }
  for (const name of NAMES) {
    const { address, country } = peers.get(name) as { address: string; country: string };
    const others = NAMES.filter((other) => other !== name).map((other) => ({
      ...peers.get(other),
      offers: true,
    }));
    const path = join(root, `${name}.json`);
    await writeFile(
      path,
      JSON.stringify({ site: `${name}1`, country, listen: address, peers: others }),
    );
    files.set(name, path);
    await start(name);
  }
  const keys = new Map<Name, string>([['a', await keyAt('a')]]);
  const env = { CHIROGRAPH_URL: node('a').service.url, CHIROGRAPH_KEY: keys.get('a') ?? '' };
  const made = await ask('a', keys, '/v1/ledgers', { name: 'kyc' });
  expect(made.status).toBe(201);
  // No data of a vote can lie where none may.
  const countries = third === 'c' ? 'DE,FR' : 'DE';
  const members = ['--member', 'b', '--member', third, '--countries', countries];
  const grouped = await runCli(['ledger', 'group', 'kyc', ...members], env);
  expect([grouped.code, grouped.stderr]).toEqual([0, '']);
  const keeping = third === 'c' ? (['b', 'c'] as const) : (['b'] as const);
  for (const name of keeping) {
    await eventually(() => hasLedger(name), `the ledger at ${name}`, PATIENCE);
    keys.set(name, await keyAt(name));
  }
  return keys;
}

async function hasLedger(name: Name): Promise<boolean> {
  const answer = await node(name).request('/v1/replication');
  const { ledgers } = (await answer.json()) as { ledgers: { size: number }[] };
  return (ledgers[0]?.size ?? 0) >= 2;
}

function ask(
  name: Name,
  keys: ReadonlyMap<Name, string>,
  path: string,
  json?: object,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${node(name).service.url}${path}`, {
    ...(json !== undefined && { method: 'POST', body: JSON.stringify(json) }),
    redirect: 'manual',
    headers: {
      authorization: `Bearer ${keys.get(name) ?? ''}`,
      'content-type': 'application/json',
      ...headers,
    },
  });
}

const record = (n: number): object => ({ type: 'a', subject: `p${n}`, payload: { n } });

it('is written at quorum, read anywhere, and goes on when its writer is gone', async () => {
  const keys = await begin();
  const written = await ask('a', keys, '/v1/ledgers/kyc/records', record(1), {
    'idempotency-key': 'one',
  });
  expect(written.status).toBe(201);
  const receipt = (await written.json()) as { index: number; durability: string };
  expect(receipt).toMatchObject({ durability: 'quorum' });
  const read = await ask('b', keys, `/v1/ledgers/kyc/records/${receipt.index}`, undefined, {
    'chirograph-min-size': String(receipt.index + 1),
  });
  expect(read.status).toBe(200);
  expect(read.headers.get('chirograph-lag')).toBe('0');
  expect(await read.json()).toMatchObject({ payload: { n: 1 } });
  const refused = await ask('b', keys, '/v1/ledgers/kyc/records', record(2));
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({ code: 'LEDGER_ELSEWHERE' });
  const said = await runCli(['replication', 'status'], {
    CHIROGRAPH_URL: node('a').service.url,
    CHIROGRAPH_KEY: ADMIN,
  });
  expect([said.code, said.stderr]).toEqual([0, '']);
  const status = await ask('b', keys, '/v1/ledgers/kyc/group');
  expect(await status.json()).toMatchObject({
    shared: {
      group: {
        ...{ countries: ['DE', 'FR'], writeQuorum: 2, voteQuorum: 2 },
        members: expect.arrayContaining([
          expect.objectContaining({ name: 'a', site: 'a1', country: 'DE', linked: true }),
          expect.objectContaining({ name: null, site: 'b1', self: true, heardAt: null }),
        ]) as unknown,
      },
    },
  });

  await stop('a');
  const taken: Name[] = [];
  await eventually(
    async () => {
      for (const name of ['b', 'c'] as const) {
        const answer = await ask(name, keys, '/v1/ledgers/kyc/records', record(3), {
          'idempotency-key': 'three',
        });
        if (answer.status === 201) taken.push(name);
      }
      return taken.length > 0;
    },
    'another writer',
    PATIENCE,
  );
  const again = await ask(taken[0] ?? 'b', keys, '/v1/ledgers/kyc/records', record(1), {
    'idempotency-key': 'one',
  });
  expect(await again.json()).toMatchObject({ index: receipt.index });
  await start('a');
  const last = await ask('a', keys, '/v1/ledgers/kyc', undefined, { 'chirograph-min-size': '5' });
  expect(last.status).toBe(200);
}, 120_000);

interface Status {
  readonly ledgers: readonly {
    readonly tenant: string | null;
    readonly role: string;
    readonly stoodIn: boolean;
    readonly warnings: readonly string[];
    readonly troubles: readonly { readonly kind: string }[];
  }[];
}

async function statusAt(name: Name): Promise<Status> {
  return (await (await node(name).request('/v1/replication')).json()) as Status;
}

it('goes on in one of two sites with a third that has a vote, which knows no more than it has to', async () => {
  const keys = await begin('c:vote-only');
  await eventually(
    async () => (await statusAt('c')).ledgers[0]?.role === 'voting',
    'a vote',
    PATIENCE,
  );
  const [voted] = (await statusAt('c')).ledgers;
  expect(voted).toMatchObject({ tenant: null, ledger: null, hasData: false, size: 0, length: 0 });
  expect([voted?.warnings, voted?.troubles]).toEqual([[], []]);
  const list = (await (await node('c').request('/v1/ledgers')).json()) as { ledgers: object[] };
  expect(JSON.stringify(list)).not.toContain('kyc');
  expect((await node('c').request('/v1/ledgers/kyc')).status).toBe(404);
  const envOf = (name: Name, key = keys.get(name)): Record<string, string> => ({
    CHIROGRAPH_URL: node(name).service.url,
    CHIROGRAPH_KEY: key ?? '',
  });
  const said = await runCli(['replication', 'status'], envOf('c', ADMIN));
  expect([said.code, said.stdout]).toEqual([
    0,
    expect.stringMatching(/\/kyc +voting +a \(term 1\)/),
  ]);
  const moved = await runCli(['ledger', 'move', 'kyc', '--to', 'c'], envOf('a'));
  expect([moved.code, moved.stderr]).toEqual([
    expect.any(Number),
    expect.stringContaining('it has a vote and no data'),
  ]);
  const shown = await runCli(['ledger', 'group', 'kyc'], envOf('a'));
  expect(shown.stdout).toMatch(/^c +c1 +FR +a vote +yes/m);
  expect(shown.stdout).not.toContain('warning');

  await stop('a');
  const key = { 'Idempotency-Key': 'k1' };
  await eventually(
    // Elsewhere, then pending, then there, perhaps by the request before.
    async () =>
      [200, 201].includes((await ask('b', keys, '/v1/ledgers/kyc/records', record(1), key)).status),
    'a write at the other site',
    PATIENCE * 2,
  );
  const alone = await runCli(['replication', 'status'], envOf('b', ADMIN));
  expect([alone.code, alone.stdout]).toEqual([1, expect.stringContaining('stand in')]);
  await start('a');
  await eventually(
    async () => (await statusAt('b')).ledgers[0]?.troubles.length === 0,
    'nobody stands in',
    PATIENCE,
  );
}, 120_000);
