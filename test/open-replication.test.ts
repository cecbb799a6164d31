/** Two nodes with their HTTP, linked on real sockets, as an operator sees them. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { UnixMillis } from '../src/base/brand.js';
import { LedgerError } from '../src/ledger/ledger-error.js';
import type {
  GroupWish,
  OwnNode,
  ReplicationPort,
  SharedLedgerStatus,
} from '../src/replication/replication-port.js';
import { runCli } from './cli/support/run-cli.js';
import { rejection } from './support/errors.js';
import { eventually } from './support/eventually.js';
import { freePort } from './support/free-port.js';
import { removeDirectory, temporaryDirectory } from './support/temporary-directory.js';
import {
  openTestService,
  type TestService,
  type TestServiceOptions,
} from './support/test-service.js';

interface Shown {
  readonly node: { readonly site: string; readonly country: string | null };
  readonly links: { readonly peers: readonly { readonly name: string; readonly state: string }[] };
  readonly ledgers: readonly unknown[];
}

const KEY = 'an-admin-key-for-tests-of-links-0123456789';

/** Of a port that is asked nothing. */
const PASSIVE: Omit<ReplicationPort, 'status'> = {
  statusOf: () => null,
  setGroup: () => Promise.resolve(),
  move: () => Promise.resolve(),
  atAll: () => Promise.resolve(),
  writerUrl: () => null,
  misbehaviour: () => Promise.resolve(null),
  lagOf: () => null,
};

let root: string;
const open: TestService[] = [];

beforeEach(async () => {
  root = await temporaryDirectory();
});

afterEach(async () => {
  for (const one of open.splice(0)) await one.service.close();
  await removeDirectory(root);
});

async function serve(name: string, options: TestServiceOptions = {}): Promise<TestService> {
  const node = await openTestService(join(root, name), options, KEY);
  open.push(node);
  return node;
}

/** A node that was there once, and how its peers name it. */
async function stoppedNode(name: string, ...more: string[]): Promise<object> {
  const data = join(root, name, 'data');
  expect((await runCli(['init', '--data', data], { CHIROGRAPH_ADMIN_KEY: KEY })).code).toBe(0);
  return peerOf(name, ...more);
}

async function peerOf(name: string, ...more: string[]): Promise<object> {
  const data = join(root, name, 'data');
  const place = ['--name', name, '--site', `${name}1`];
  const argv = ['replication', 'keys', '--data', data, ...place, ...more];
  const { code, stdout, stderr } = await runCli(argv);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as object;
}

async function settings(name: string, content: unknown): Promise<string> {
  const path = join(root, `${name}.json`);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const status = async (node: TestService): Promise<Shown> =>
  (await (await node.request('/v1/replication')).json()) as Shown;

const isLinked = async (node: TestService): Promise<boolean> =>
  (await status(node)).links.peers.every(({ state }) => state === 'linked');

describe('a node with peers', () => {
  it('prints itself as a peer, the same each time, and names a country only if it is told to', async () => {
    const first = await stoppedNode('a', '--country', 'DE', '--url', 'https://a.example');
    expect(first).toMatchObject({ name: 'a', site: 'a1', country: 'DE', url: 'https://a.example' });
    expect(await peerOf('a')).not.toHaveProperty('country');
    expect(await peerOf('a')).toMatchObject({
      linkKey: (first as { linkKey: string }).linkKey,
      receiptKey: (first as { receiptKey: string }).receiptKey,
    });
    const argv = ['replication', 'keys', '--data', join(root, 'a', 'data'), '--name', 'a'];
    expect(await runCli([...argv, '--site', 'A b'])).toMatchObject({ code: 2 });
  });

  it('makes no keys while it runs', async () => {
    await serve('a');
    const argv = ['replication', 'keys', '--data', join(root, 'a', 'data')];
    const said = await runCli([...argv, '--name', 'a', '--site', 'x']);
    expect(said.code).toBe(2);
    expect(said.stderr).toMatch(/the node runs/);
  });

  it('is linked to them, shows it, and goes on when they are gone', async () => {
    const port = await freePort();
    const a = await stoppedNode('a', '--address', `127.0.0.1:${port}`);
    const b = await stoppedNode('b');
    const own = await settings('a', { site: 'a1', listen: `127.0.0.1:${port}`, peers: [b] });
    const theirs = await settings('b', { site: 'b1', country: 'FR', peers: [a] });
    const chosen = (name: string, replication: string) =>
      serve(name, { replication, metricsPort: 0, secrets: {} });
    const first = await chosen('a', own);
    const second = await chosen('b', theirs);
    await eventually(async () => (await isLinked(first)) && isLinked(second), 'a link');

    expect(await status(second)).toMatchObject({
      node: { site: 'b1', country: 'FR' },
      ledgers: [],
    });
    const env = { CHIROGRAPH_URL: first.service.url, CHIROGRAPH_KEY: first.adminKey };
    const said = await runCli(['replication', 'status'], env);
    expect(said.code).toBe(0);
    expect(said.stdout).toMatch(/^b +linked \(tcp\) /m);
    const metrics = await (await fetch(`${first.service.metricsUrl ?? ''}/metrics`)).text();
    expect(metrics).toContain('chirograph_link_up{peer="b"} 1');

    open.pop();
    await second.service.close();
    await eventually(async () => !(await isLinked(first)), 'the end of the link');
    const ended = await (await fetch(`${first.service.metricsUrl ?? ''}/metrics`)).text();
    expect(ended).toContain('chirograph_link_up{peer="b"} 0');
    expect((await first.request('/v1/ledgers', { json: { name: 'kyc' } })).status).toBe(201);
  });

  it('puts on record who asked for a group, and that it was refused', async () => {
    await stoppedNode('a');
    const b = await stoppedNode('b', '--address', '127.0.0.1:9');
    const replication = await settings('a', { site: 'a1', peers: [b] });
    const node = await serve('a', { replication });
    await node.request('/v1/ledgers', { json: { name: 'kyc' } });
    const env = { CHIROGRAPH_URL: node.service.url, CHIROGRAPH_KEY: node.adminKey };
    const group = (...more: string[]) => runCli(['ledger', 'group', 'kyc', ...more], env);
    expect(await group()).toMatchObject({ code: 0, stdout: 'this node keeps it alone\n' });
    const named = await group('--member', 'rome');
    expect([named.code, named.stderr]).toEqual([2, expect.stringContaining('GROUP_REFUSED')]);
    const abroad = await group('--member', 'b', '--countries', 'DE');
    expect(abroad.stderr).toMatch(/country/);
    expect((await group('--member', 'b:witness')).stderr).toMatch(/vote-only/);
    expect((await group('--sites', '2')).stderr).toMatch(/--member/);
    expect((await group('--alone', '--member', 'b')).stderr).toMatch(/--alone/);
    expect((await runCli(['ledger', 'move', 'kyc', '--to', 'rome'], env)).stderr).toMatch(
      /MOVE_REFUSED/,
    );
    const access = await (await node.request('/v1/access?limit=100')).text();
    expect(access).toContain('"group:change"');
    expect(access).toContain('"group:move"');
  });

  it.each([
    ['is not there', null, /ENOENT/],
    ['is no JSON', '{', /JSON/],
    ['has no site', { peers: [] }, /site/],
    ['is too large', ' '.repeat(1024 * 1024 + 1), /1024 KiB/],
  ])('does not open where its file %s', async (_, content, says) => {
    const replication = content === null ? join(root, 'none.json') : await settings('a', content);
    const error = await rejection(openTestService(join(root, 'a'), { replication }));
    expect(error.code).toBe('CONFIG_REPLICATION_UNUSABLE');
    expect(error.message).toMatch(says);
  });

  it('does not open where it is its own peer', async () => {
    const a = await stoppedNode('a', '--address', '127.0.0.1:9');
    const b = await stoppedNode('b', '--address', '127.0.0.1:9');
    const receipts = a as { receiptKey: string };
    for (const peer of [a, { ...b, receiptKey: receipts.receiptKey }]) {
      const replication = await settings('a', { site: 'a1', peers: [peer] });
      const error = await rejection(openTestService(join(root, 'a'), { replication }));
      expect(error.code).toBe('REPLICATION_SETTINGS_MALFORMED');
    }
  });

  it('sends on what another one writes, says how far it is behind, and waits to be asked for what came', async () => {
    await stoppedNode('a');
    const b = await stoppedNode('b', '--address', '127.0.0.1:9');
    const replication = await settings('a', { site: 'a1', peers: [b] });
    const asked: GroupWish[] = [];
    const node = await serve('a', {
      replication,
      openSharing: ({ own }) =>
        Promise.resolve({
          onLink: () => undefined,
          port: (links) => ({
            ...PASSIVE,
            status: () => ({ node: own, links: links.status(), ledgers: [], warnings: [] }),
            setGroup: (_tenant, _ledger, wish) => {
              asked.push(wish);
              return Promise.reject(new LedgerError('LEDGER_ELSEWHERE', 'another writes it'));
            },
            writerUrl: () => 'https://b.example',
            misbehaviour: () => Promise.resolve(null),
            lagOf: () => ({ lag: 4, silentSince: null }),
          }),
          close: () => Promise.resolve(),
          callOff: () => undefined,
          keepers: null,
          chunks: null,
        }),
    });
    await node.request('/v1/ledgers', { json: { name: 'kyc' } });
    const path = '/v1/ledgers/kyc';
    const put = { method: 'PUT', json: { members: [{ peer: 'b' }] } };
    const refused = await fetch(`${node.service.url}${path}/group`, {
      method: 'PUT',
      redirect: 'manual',
      body: JSON.stringify(put.json),
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    });
    const location = refused.headers.get('location');
    expect([refused.status, location]).toEqual([307, `https://b.example${path}/group`]);
    expect(asked).toEqual([expect.objectContaining({ writeQuorum: 2, voteQuorum: 2, sites: 1 })]);

    const read = (size: number): Promise<Response> =>
      node.request(path, { headers: { 'Chirograph-Min-Size': String(size) } });
    const { size } = (await (await read(0)).json()) as { size: number };
    const waiting = read(size + 1);
    const record = { type: 'a', subject: 'b', payload: {} };
    expect((await node.request(`${path}/records`, { json: record })).status).toBe(201);
    const answer = await waiting;
    expect([answer.status, answer.headers.get('chirograph-lag')]).toEqual([200, '4']);
    expect(await answer.json()).toMatchObject({ size: size + 1 });
  });

  it('ends its status with 1 where something is wrong, says what, and stays ready', async () => {
    await stoppedNode('a');
    const b = await stoppedNode('b', '--address', '127.0.0.1:9');
    const replication = await settings('a', { site: 'a1', peers: [b] });
    const kept = (own: OwnNode): SharedLedgerStatus => ({
      ...{ tenant: 'default', ledger: 'kyc', origin: 'test.example/1/kyc', role: 'asking' },
      ...{ term: { node: own.receiptKey, number: 1 }, writer: null, group: null, alarm: null },
      ...{ length: 3, shown: 2, size: 9, lag: null, stoppingSites: ['a1'] },
      silentSince: 1_700_000_000_000 as UnixMillis,
      ...{ hasData: true, isStoodIn: false, doubted: null },
    });
    const node = await serve('a', {
      replication,
      openSharing: ({ own }) =>
        Promise.resolve({
          onLink: () => undefined,
          port: (links) => ({
            ...PASSIVE,
            status: () => ({
              node: own,
              links: links.status(),
              ledgers: [kept(own)],
              warnings: [],
            }),
            statusOf: () => kept(own),
          }),
          close: () => Promise.resolve(),
          callOff: () => undefined,
          keepers: null,
          chunks: null,
        }),
    });
    const env = { CHIROGRAPH_URL: node.service.url, CHIROGRAPH_KEY: node.adminKey };
    const said = await runCli(['replication', 'status'], env);
    expect(said.code).toBe(1);
    expect(said.stdout).toMatch(/^WRONG: default\/kyc: no writer was heard since 2023-11-14/m);
    expect(said.stdout).toMatch(/^warning: default\/kyc: the loss of the site a1 alone/m);
    const asJson = await runCli(['replication', 'status', '--json'], env);
    expect(asJson.code).toBe(1);
    expect(JSON.parse(asJson.stdout)).toMatchObject({
      ledgers: [{ silentSince: '2023-11-14T22:13:20.000Z' }],
    });
    await node.request('/v1/ledgers', { json: { name: 'kyc' } });
    const shown = await runCli(['ledger', 'group', 'kyc'], env);
    expect(shown).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^default\/kyc +asking/m) as unknown,
    });
    const ready = (await (await node.request('/readyz')).json()) as {
      ready: boolean;
      reasons: string[];
    };
    expect(ready.ready).toBe(true);
    expect(ready.reasons).toContainEqual(expect.stringMatching(/^1 shared ledgers have no writer/));
  });
});
