/** Three nodes with their HTTP keep a ledger together: asked for as an operator does, written and read as clients do. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { runCli } from './cli/support/run-cli.js';
import { eventually } from './support/eventually.js';
import { ADMIN, type Name, NAMES, PATIENCE, SharedServices } from './support/shared-services.js';
import { removeDirectory, temporaryDirectory } from './support/temporary-directory.js';

let root: string;
let shared: SharedServices;

beforeEach(async () => {
  root = await temporaryDirectory();
  shared = new SharedServices(root);
});
afterEach(async () => {
  await shared.close();
  await removeDirectory(root);
});

const record = (n: number): object => ({ type: 'a', subject: `p${n}`, payload: { n } });

it('is written at quorum, read anywhere, and goes on when its writer is gone', async () => {
  await shared.begin();
  const written = await shared.ask('a', '/v1/ledgers/kyc/records', record(1), {
    'idempotency-key': 'one',
  });
  expect(written.status).toBe(201);
  const receipt = (await written.json()) as { index: number; durability: string };
  expect(receipt).toMatchObject({ durability: 'quorum' });
  const read = await shared.ask('b', `/v1/ledgers/kyc/records/${receipt.index}`, undefined, {
    'chirograph-min-size': String(receipt.index + 1),
  });
  expect(read.status).toBe(200);
  expect(read.headers.get('chirograph-lag')).toBe('0');
  expect(await read.json()).toMatchObject({ payload: { n: 1 } });
  const refused = await shared.ask('b', '/v1/ledgers/kyc/records', record(2));
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({ code: 'LEDGER_ELSEWHERE' });
  const said = await runCli(['replication', 'status'], {
    CHIROGRAPH_URL: shared.node('a').service.url,
    CHIROGRAPH_KEY: ADMIN,
  });
  expect([said.code, said.stderr]).toEqual([0, '']);
  const status = await shared.ask('b', '/v1/ledgers/kyc/group');
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

  await shared.stop('a');
  const taken: Name[] = [];
  await eventually(
    async () => {
      for (const name of ['b', 'c'] as const) {
        const answer = await shared.ask(name, '/v1/ledgers/kyc/records', record(3), {
          'idempotency-key': 'three',
        });
        if (answer.status === 201) taken.push(name);
      }
      return taken.length > 0;
    },
    'another writer',
    PATIENCE,
  );
  const again = await shared.ask(taken[0] ?? 'b', '/v1/ledgers/kyc/records', record(1), {
    'idempotency-key': 'one',
  });
  expect(await again.json()).toMatchObject({ index: receipt.index });
  await shared.start('a');
  const last = await shared.ask('a', '/v1/ledgers/kyc', undefined, { 'chirograph-min-size': '5' });
  expect(last.status).toBe(200);
  // As load balancers ask, and as one client asks all of them.
  const ready = (name: Name): Promise<Response> =>
    fetch(`${shared.node(name).service.url}/readyz?maxLag=0`);
  for (const name of NAMES)
    await eventually(async () => (await ready(name)).status === 200, `${name} ready`, PATIENCE);
  expect((await fetch(`${shared.node('a').service.url}/readyz?maxLag=x`)).status).toBe(400);
  const all = {
    CHIROGRAPH_URL: NAMES.map((name) => shared.node(name).service.url).join(','),
    CHIROGRAPH_KEY: NAMES.map((name) => shared.key(name)).join(','),
  };
  const given = await runCli(['append', 'kyc'], all, JSON.stringify(record(4)));
  expect([given.code, given.stderr]).toEqual([0, '']);
  const { url } = shared.node(taken[0] === 'b' ? 'c' : 'b').service;
  await shared.stop(taken[0] ?? 'b');
  expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ ready: true });
  const kept = await runCli(['get', 'kyc', String(receipt.index)], all);
  expect([kept.code, kept.stderr]).toEqual([0, '']);
}, 120_000);

it('is shown in evidence by whose votes another node writes, and a stopped member is sound', async () => {
  await shared.begin();
  const first = await append('a', 1);
  // Whoever knew the log before knows it after.
  const trust = join(root, 'trust.json');
  const pinned = { $v: 1, name: 'the log as it was', logs: [await logKeyOf('a')] };
  await writeFile(trust, JSON.stringify(pinned));
  await shared.stop('a');
  const writer = await takenOver(2);
  const other = writer === 'b' ? 'c' : 'b';
  const second = await append(writer, 3);
  // From before and from after, by the one that writes and by one that does not.
  for (const name of [writer, other] as const)
    for (const index of [first, second]) {
      const file = join(root, `${name}-${index}.json`);
      await isShown(name, second + 1);
      const saved = await runCli(['evidence', 'kyc', String(index), '--out', file], envOf(name));
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
  await shared.start('a');
  await isShown('a', second + 1);
  await shared.stop(writer);
  const next = await takenOver(4);
  const third = await append(next, 5);
  const last = next === 'a' ? other : 'a';
  await isShown(last, third + 1);
  const file = join(root, 'twice.json');
  const saved = await runCli(['evidence', 'kyc', String(third), '--out', file], envOf(last));
  expect([saved.code, saved.stderr]).toEqual([0, '']);
  const verified = await runCli(['verify', file, '--trust', trust, '--json']);
  const { log, result } = JSON.parse(verified.stdout) as Report;
  expect([verified.code, result, log.elections?.length]).toEqual([0, 'verified', 2]);
  const { groups } = (JSON.parse(await readFile(file, 'utf8')) as { log: { groups: object[] } })
    .log;
  expect(groups).toHaveLength(1);
  for (const name of [last, next] as const) {
    await shared.stop(name);
    await isSound(name);
  }
  await isSound(writer);
}, 180_000);

interface Report {
  readonly result: string;
  readonly log: { readonly elections?: readonly object[] };
  readonly checks: readonly { readonly id: string; readonly result: string }[];
}

async function append(name: Name, n: number): Promise<number> {
  const answer = await shared.ask(name, '/v1/ledgers/kyc/records', record(n));
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { index: number }).index;
}

/** Who writes now. */
async function takenOver(n: number): Promise<Name> {
  const taken: Name[] = [];
  await eventually(
    async () => {
      for (const name of shared.running()) {
        const answer = await shared.ask(name, '/v1/ledgers/kyc/records', record(n));
        if (answer.status === 201) taken.push(name);
      }
      return taken.length > 0;
    },
    'another writer',
    PATIENCE,
  );
  return taken[0] ?? 'b';
}

const envOf = (name: Name, key = shared.key(name)): Record<string, string> => ({
  CHIROGRAPH_URL: shared.node(name).service.url,
  CHIROGRAPH_KEY: key,
});

async function isShown(name: Name, size: number): Promise<void> {
  const wanted = { 'chirograph-min-size': String(size) };
  const answer = await shared.ask(name, '/v1/ledgers/kyc', undefined, wanted);
  expect(answer.status).toBe(200);
}

/** C2SP verifier key of who signs now. */
async function logKeyOf(name: Name): Promise<string> {
  const answer = await shared.ask(name, '/v1/ledgers/kyc');
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
  const { code, stdout, stderr } = await runCli([
    'fsck',
    '--data',
    join(shared.rootOf(name), 'data'),
  ]);
  expect([code, stdout, stderr]).toEqual([0, expect.stringContaining('sound'), '']);
}

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
  return (await (await shared.node(name).request('/v1/replication')).json()) as Status;
}

it('goes on in one of two sites with a third that has a vote, which knows no more than it has to', async () => {
  await shared.begin('c:vote-only');
  await eventually(
    async () => (await statusAt('c')).ledgers[0]?.role === 'voting',
    'a vote',
    PATIENCE,
  );
  const [voted] = (await statusAt('c')).ledgers;
  expect(voted).toMatchObject({ tenant: null, ledger: null, hasData: false, size: 0, length: 0 });
  expect([voted?.warnings, voted?.troubles]).toEqual([[], []]);
  const list = (await (await shared.node('c').request('/v1/ledgers')).json()) as {
    ledgers: object[];
  };
  expect(JSON.stringify(list)).not.toContain('kyc');
  expect((await shared.node('c').request('/v1/ledgers/kyc')).status).toBe(404);
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

  await shared.stop('a');
  const key = { 'Idempotency-Key': 'k1' };
  await eventually(
    // Elsewhere, then pending, then there, perhaps by the request before.
    async () =>
      [200, 201].includes(
        (await shared.ask('b', '/v1/ledgers/kyc/records', record(1), key)).status,
      ),
    'a write at the other site',
    PATIENCE * 2,
  );
  const alone = await runCli(['replication', 'status'], envOf('b', ADMIN));
  expect([alone.code, alone.stdout]).toEqual([1, expect.stringContaining('stand in')]);
  await shared.start('a');
  await eventually(
    async () => (await statusAt('b')).ledgers[0]?.troubles.length === 0,
    'nobody stands in',
    PATIENCE,
  );
}, 120_000);
