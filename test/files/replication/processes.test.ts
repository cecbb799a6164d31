/** Three processes of the built product keep a drive together: killed, robbed of blocks, lied to. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { runCli } from '../../cli/support/run-cli.js';
import { RunningNode } from '../../cli/support/running-node.js';
import { eventually } from '../../support/eventually.js';
import { freePort } from '../../support/free-port.js';
import { productRoot } from '../../support/product.js';
import { removeDirectory, temporaryDirectory } from '../../support/temporary-directory.js';

const ADMIN = 'an-admin-key-for-drives-0123456789abcdef';
const NAMES = ['a', 'b', 'c'] as const;
type Name = (typeof NAMES)[number];
const PATIENCE = 60_000;
const CONTROL = fileURLToPath(new URL('../../support/drive-control.mjs', import.meta.url));
const LOSE = fileURLToPath(new URL('../../support/lose-blobs.mjs', import.meta.url));

interface Status {
  readonly ledgers: readonly {
    readonly ledger: string;
    readonly role: string;
    readonly size: number;
  }[];
  readonly links: {
    readonly peers: readonly {
      readonly name: string;
      readonly state: string;
      readonly dropped: Readonly<Record<string, number>>;
    }[];
  };
  readonly content: {
    readonly drives: readonly {
      readonly ledger: string;
      readonly behind: number;
      readonly lacking: number;
    }[];
    readonly peers: readonly {
      readonly name: string;
      readonly lies: number;
      readonly setAside: boolean;
    }[];
    readonly healed: number;
    readonly troubles: readonly { readonly kind: string }[];
  };
}

let root: string;
const running = new Map<Name, RunningNode>();
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(async () => {
  for (const name of [...running.keys()]) await end(name, 'SIGKILL');
  await removeDirectory(root);
});

const dataOf = (name: Name): string => join(root, name, 'data');

async function start(name: Name): Promise<void> {
  const replication = ['--replication', join(root, `${name}.json`)];
  const argv = ['serve', '--data', dataOf(name), '--port', '0', ...replication];
  const node = new RunningNode(argv, {
    CHIROGRAPH_ADMIN_KEY: ADMIN,
    NODE_OPTIONS: `--import=${pathToFileURL(CONTROL).href}`,
    PRODUCT_ROOT: productRoot,
  });
  running.set(name, node);
  await node.url();
}

async function end(name: Name, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const node = at(name);
  node.signal(signal);
  await node.ended();
  running.delete(name);
}

function at(name: Name): RunningNode {
  const node = running.get(name);
  if (node === undefined) throw new Error('a node that does not run');
  return node;
}

async function get<T>(name: Name, path: string, json?: object, key = ADMIN): Promise<T> {
  const answer = await fetch(`${await at(name).url()}${path}`, {
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(json !== undefined && { method: 'POST', body: JSON.stringify(json) }),
  });
  expect(answer.ok).toBe(true);
  return (await answer.json()) as T;
}

const status = (name: Name): Promise<Status> => get<Status>(name, '/v1/replication');

interface Answer {
  readonly sha256?: string | null;
  readonly code?: string;
  readonly message?: string;
}

async function act(name: Name, action: string, more: object = {}): Promise<Answer> {
  const { port } = await at(name).until('controlled');
  const answer = await fetch(`http://127.0.0.1:${String(port)}`, {
    method: 'POST',
    body: JSON.stringify({ action, tenant: 'acme', drive: 'papers', ...more }),
  });
  return (await answer.json()) as Answer;
}

async function put(name: Name, path: string, length: number, seed = path): Promise<string> {
  const { sha256, message } = await act(name, 'put', { path, length, seed });
  expect(message).toBeUndefined();
  return sha256 ?? '';
}

/** The first has a drive, and shares it with the others. */
async function begin(settings: Partial<Record<Name, object>> = {}): Promise<void> {
  const cards = new Map<Name, object>();
  for (const name of NAMES) {
    const made = await runCli(['init', '--data', dataOf(name)], { CHIROGRAPH_ADMIN_KEY: ADMIN });
    expect(made.code).toBe(0);
    const place = ['--name', name, '--site', `${name}1`];
    const address = ['--address', `127.0.0.1:${await freePort()}`];
    const said = await runCli([
      'replication',
      'keys',
      '--data',
      dataOf(name),
      ...place,
      ...address,
    ]);
    cards.set(name, JSON.parse(said.stdout) as object);
  }
  for (const name of NAMES) {
    const { address: listen } = cards.get(name) as { address: string };
    const peers = NAMES.filter((one) => one !== name).map((one) => ({
      ...cards.get(one),
      offers: true,
    }));
    const own = { site: `${name}1`, listen, peers, files: settings[name] ?? {} };
    await writeFile(join(root, `${name}.json`), JSON.stringify(own));
    await start(name);
  }
  const wanted = { tenant: 'acme', role: 'admin', author: 'acme-backend' };
  const { key } = await get<{ key: string }>('a', '/v1/keys', wanted);
  expect(await act('a', 'make')).toEqual({});
  const env = { CHIROGRAPH_URL: await at('a').url(), CHIROGRAPH_KEY: key };
  const grouped = await runCli(
    ['ledger', 'group', 'papers', '--member', 'b', '--member', 'c'],
    env,
  );
  expect([grouped.code, grouped.stderr]).toEqual([0, '']);
}

async function areCopied(...names: readonly Name[]): Promise<void> {
  const sizes = async (): Promise<number[]> => {
    const all = await Promise.all([...running.keys()].map(status));
    return all.map(({ ledgers }) => ledgers.find(({ ledger }) => ledger === 'papers')?.size ?? 0);
  };
  const isAt = async (name: Name): Promise<boolean> => {
    const { drives } = (await status(name)).content;
    const papers = drives.find(({ ledger }) => ledger === 'papers');
    return papers !== undefined && papers.behind + papers.lacking === 0;
  };
  await eventually(
    async () =>
      new Set(await sizes()).size === 1 &&
      (await Promise.all(names.map(isAt))).every((isThere) => isThere),
    `content at ${names.join()}`,
    PATIENCE,
  );
}

async function writer(): Promise<Name> {
  const found: Name[] = [];
  await eventually(
    async () => {
      for (const name of running.keys())
        if ((await status(name)).ledgers.some(({ role }) => role === 'writing')) found.push(name);
      return found.length > 0;
    },
    'a writer',
    PATIENCE,
  );
  return found[0] ?? 'a';
}

it('read everything after their writer was killed, heal what a disk lost, and go on', async () => {
  await begin();
  const files = new Map<string, string>();
  for (const [path, length] of [
    ['small', 10_000],
    ['large', 20_000_000],
    ['other', 300_000],
  ] as const)
    files.set(path, await put('a', path, length));
  const reads = async (name: Name): Promise<void> => {
    for (const [path, sha256] of files)
      expect(await act(name, 'read', { path })).toEqual({ sha256 });
  };
  // It is killed at once: nobody had time to follow.
  await end('a', 'SIGKILL');
  const successor = await writer();
  await eventually(
    async () => (await act(successor, 'read', { path: 'other' })).sha256 === files.get('other'),
    'the last one',
    PATIENCE,
  );
  await reads(successor);
  files.set('more', await put(successor, 'more', 5_000_000));
  await start('a');
  await areCopied('a', 'b', 'c');
  for (const name of NAMES) await reads(name);

  const robbed = successor === 'b' ? 'c' : 'b';
  await end(robbed, 'SIGTERM');
  const { stdout } = await promisify(execFile)(process.execPath, [LOSE, dataOf(robbed)]);
  expect(Number(stdout)).toBeGreaterThan(100);
  await start(robbed);
  await eventually(
    async () => (await status(robbed)).links.peers.every(({ state }) => state === 'linked'),
    'linked',
    PATIENCE,
  );
  await reads(robbed);
  const { healed } = (await status(robbed)).content;
  expect(healed).toBeGreaterThan(100);
  await reads(robbed);
  expect((await status(robbed)).content.healed).toBe(healed);
}, 300_000);

it('take nothing from one that lies, drop it, say so, and read on', async () => {
  await begin({ c: { keep: 'asked' } });
  const sha256 = await put('a', 'large', 20_000_000);
  await areCopied('b');
  await act('b', 'lie');
  expect(await act('c', 'read', { path: 'large' })).toEqual({ sha256 });
  const { content } = await status('c');
  expect(content.peers.find(({ name }) => name === 'b')).toMatchObject({ setAside: true });
  expect(content.peers.find(({ name }) => name === 'a')).toMatchObject({
    lies: 0,
    setAside: false,
  });
  expect(content.troubles).toEqual([expect.objectContaining({ kind: 'lied' })]);
  const dropped = async (): Promise<number> =>
    (await status('c')).links.peers.find(({ name }) => name === 'b')?.dropped['garbage'] ?? 0;
  await eventually(async () => (await dropped()) > 0, 'dropped', PATIENCE);
  const env = { CHIROGRAPH_URL: await at('c').url(), CHIROGRAPH_KEY: ADMIN };
  const said = await runCli(['replication', 'status'], env);
  expect(said.code).toBe(1);
  expect(said.stdout).toMatch(/b: sent \d+ wrong chunks, and is not asked now/);
  expect(said.stdout).toMatch(/acme\/papers +what is read/);
}, 300_000);
