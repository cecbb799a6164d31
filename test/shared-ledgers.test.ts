/** Three nodes with their HTTP keep a ledger together: asked for as an operator does, written and read as clients do. */
import { readFile, writeFile } from 'node:fs/promises';
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

async function begin(): Promise<Map<Name, string>> {
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
  const members = ['--member', 'b', '--member', 'c', '--countries', 'DE,FR'];
  const grouped = await runCli(['ledger', 'group', 'kyc', ...members], env);
  expect([grouped.code, grouped.stderr]).toEqual([0, '']);
  for (const name of ['b', 'c'] as const)
    await eventually(() => hasLedger(name), `the ledger at ${name}`, PATIENCE);
  for (const name of ['b', 'c'] as const) keys.set(name, await keyAt(name));
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

it('is shown in evidence by whose votes another node writes, and a stopped member is sound', async () => {
  const keys = await begin();
  const first = await append('a', keys, 1);
  // Whoever knew the log before knows it after.
  const trust = join(root, 'trust.json');
  const pinned = { $v: 1, name: 'the log as it was', logs: [await logKeyOf('a', keys)] };
  await writeFile(trust, JSON.stringify(pinned));
  await stop('a');
  const writer = await takenOver(keys, 2);
  const other = writer === 'b' ? 'c' : 'b';
  const second = await append(writer, keys, 3);
  // From before and from after, by the one that writes and by one that does not.
  for (const name of [writer, other] as const)
    for (const index of [first, second]) {
      const file = join(root, `${name}-${index}.json`);
      await isShown(name, keys, second + 1);
      const saved = await runCli(
        ['evidence', 'kyc', String(index), '--out', file],
        envOf(name, keys),
      );
      expect([saved.code, saved.stderr]).toEqual([0, '']);
      const verified = await runCli(['verify', file, '--trust', trust, '--json']);
      const report = JSON.parse(verified.stdout) as Report;
      expect(report.checks.filter(({ result }) => result === 'fail')).toEqual([]);
      expect([verified.code, report.result]).toEqual([0, 'verified']);
      expect(report.log.elections).toMatchObject([{ number: 2, group: { members: 3 } }]);
      expect(report.checks.find(({ id }) => id === 'handovers')).toMatchObject({
        ...{ result: 'pass', code: 'handovers.pass-elected' },
      });
      for (const [what, altered] of alterations(await readFile(file, 'utf8'))) {
        const path = join(root, 'altered.json');
        await writeFile(path, altered);
        expect([what, (await runCli(['verify', path, '--trust', trust])).code]).toEqual([what, 1]);
      }
    }
  // A second election, by the same group: proven under the first writer's key once, and not under those it chose.
  await start('a');
  await isShown('a', keys, second + 1);
  await stop(writer);
  const next = await takenOver(keys, 4);
  const third = await append(next, keys, 5);
  const last = next === 'a' ? other : 'a';
  await isShown(last, keys, third + 1);
  const file = join(root, 'twice.json');
  const saved = await runCli(['evidence', 'kyc', String(third), '--out', file], envOf(last, keys));
  expect([saved.code, saved.stderr]).toEqual([0, '']);
  const verified = await runCli(['verify', file, '--trust', trust, '--json']);
  const { log, result } = JSON.parse(verified.stdout) as Report;
  expect([verified.code, result, log.elections?.length]).toEqual([0, 'verified', 2]);
  const { groups } = (JSON.parse(await readFile(file, 'utf8')) as { log: { groups: object[] } })
    .log;
  expect(groups).toHaveLength(1);
  for (const name of [last, next] as const) {
    await stop(name);
    await isSound(name);
  }
  await isSound(writer);
}, 180_000);

interface Report {
  readonly result: string;
  readonly log: { readonly elections?: readonly object[] };
  readonly checks: readonly { readonly id: string; readonly result: string }[];
}

async function append(name: Name, keys: ReadonlyMap<Name, string>, n: number): Promise<number> {
  const answer = await ask(name, keys, '/v1/ledgers/kyc/records', record(n));
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { index: number }).index;
}

/** Who writes now. */
async function takenOver(keys: ReadonlyMap<Name, string>, n: number): Promise<Name> {
  const taken: Name[] = [];
  await eventually(
    async () => {
      for (const name of nodes.keys()) {
        const answer = await ask(name, keys, '/v1/ledgers/kyc/records', record(n));
        if (answer.status === 201) taken.push(name);
      }
      return taken.length > 0;
    },
    'another writer',
    PATIENCE,
  );
  return taken[0] ?? 'b';
}

const envOf = (name: Name, keys: ReadonlyMap<Name, string>): Record<string, string> => ({
  CHIROGRAPH_URL: node(name).service.url,
  CHIROGRAPH_KEY: keys.get(name) ?? '',
});

async function isShown(name: Name, keys: ReadonlyMap<Name, string>, size: number): Promise<void> {
  const wanted = { 'chirograph-min-size': String(size) };
  const answer = await ask(name, keys, '/v1/ledgers/kyc', undefined, wanted);
  expect(answer.status).toBe(200);
}

/** C2SP verifier key of who signs now. */
async function logKeyOf(name: Name, keys: ReadonlyMap<Name, string>): Promise<string> {
  const answer = await ask(name, keys, '/v1/ledgers/kyc');
  return ((await answer.json()) as { verifierKey: string }).verifierKey;
}

/** What whoever passes the file on may leave out, or put in another place. */
function alterations(file: string): readonly (readonly [what: string, altered: string])[] {
  const read = (): { log: { groups?: { inclusion: string[]; consistency: string[] }[] } } =>
    JSON.parse(file) as never;
  const alter = (what: string, change: (log: ReturnType<typeof read>['log']) => void) => {
    const altered = read();
    change(altered.log);
    return [what, JSON.stringify(altered)] as const;
  };
  return [
    alter('without the group', (log) => {
      delete log.groups;
    }),
    alter('the group without its path', (log) => {
      log.groups?.forEach((group) => (group.inclusion = []));
    }),
    alter('the group in another log', (log) => {
      log.groups?.forEach((group) => group.consistency.reverse());
    }),
  ];
}

async function isSound(name: Name): Promise<void> {
  const { code, stdout, stderr } = await runCli(['fsck', '--data', join(root, name, 'data')]);
  expect([code, stdout, stderr]).toEqual([0, expect.stringContaining('sound'), '']);
}
