/** A whole node that gives a ledger to a blind peer, as its operator sees it: status, metrics, and the way back. */
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runCli } from './cli/support/run-cli.js';
import { type BlindPeerProcess, holdsText, startBlindPeer } from './support/blind-peer.js';
import { eventually } from './support/eventually.js';
import { openDht } from './support/local-dht.js';
import { removeDirectory, temporaryDirectory } from './support/temporary-directory.js';
import { openTestService, type TestService } from './support/test-service.js';

const KEY = 'an-admin-key-for-tests-of-blind-peers-012345';

interface Shown {
  readonly blindPeers: readonly {
    readonly state: string;
    readonly logs: readonly {
      readonly ledger: string;
      readonly blocks: number;
      readonly received: number;
    }[];
    readonly troubles: readonly { readonly kind: string }[];
  }[];
}

let root: string;
const closers: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await removeDirectory(root);
});

async function serve(replication: string): Promise<TestService> {
  const node = await openTestService(join(root, 'a'), { replication, metricsPort: 0 }, KEY);
  closers.push(() => node.service.close());
  return node;
}

async function stop(node: TestService): Promise<void> {
  closers.pop();
  await node.service.close();
}

async function write(node: TestService, subject: string): Promise<void> {
  const record = { type: 'a', subject, payload: { of: `the payload of ${subject}` } };
  expect((await node.request('/v1/ledgers/kyc/records', { json: record })).status).toBe(201);
}

async function hasAll(node: TestService): Promise<boolean> {
  const { blindPeers } = (await (await node.request('/v1/replication')).json()) as Shown;
  const kyc = blindPeers[0]?.logs.find(({ ledger }) => ledger === 'kyc');
  return kyc !== undefined && kyc.received === kyc.blocks;
}

describe('a node with a blind peer', () => {
  it('shows how far it is, and gets back what an older copy lacks', async () => {
    const nodes = await openDht(4);
    closers.push(() => Promise.all(nodes.map((one) => one.close())));
    const bootstrap = nodes.map(({ address }) => address);
    const peer: BlindPeerProcess = await startBlindPeer(join(root, 'blind'), bootstrap);
    closers.push(() => peer.end('SIGKILL'));
    const file = join(root, 'peers.json');
    await writeFile(
      file,
      JSON.stringify({
        ...{ site: 'a1', peers: [] },
        bootstrap: bootstrap.map(({ host, port }) => `${host}:${port}`),
        blindPeers: [{ name: 'vault', key: peer.key, ledgers: ['default/kyc', 'default/_access'] }],
      }),
    );

    const init = ['init', '--data', join(root, 'a', 'data')];
    expect((await runCli(init, { CHIROGRAPH_ADMIN_KEY: KEY })).code).toBe(0);
    let node = await serve(file);
    await node.request('/v1/ledgers', { json: { name: 'kyc' } });
    await write(node, 'ada');
    await eventually(() => hasAll(node), 'received', 30_000);
    await stop(node);
    await cp(join(root, 'a'), join(root, 'backup'), { recursive: true });

    node = await serve(file);
    await write(node, 'grace');
    await write(node, 'edith');
    await eventually(() => hasAll(node), 'received again', 30_000);
    const { origin } = (await (await node.request('/v1/ledgers/kyc')).json()) as { origin: string };
    const checkpoint = await (await node.request('/v1/ledgers/kyc/checkpoint')).text();
    await writeFile(join(root, 'checkpoint'), checkpoint);

    const env = { CHIROGRAPH_URL: node.service.url, CHIROGRAPH_KEY: KEY };
    const said = await runCli(['replication', 'status'], env);
    expect(said.code).toBe(0);
    expect(said.stdout).toMatch(/^vault +linked +\S+ +default\/kyc +(\d+) +\1 +-$/m);
    expect(said.stdout).toMatch(/default\/_access/);
    const metrics = await (await fetch(`${node.service.metricsUrl ?? ''}/metrics`)).text();
    expect(metrics).toContain('chirograph_blind_peer_up{peer="vault"} 1');
    expect(metrics).toContain('chirograph_blind_peer_trouble{peer="vault",trouble="longer"} 0');
    expect(metrics).toMatch(
      /chirograph_blind_peer_received_blocks\{peer="vault",origin="\S+\/kyc"\} 4/,
    );
    await stop(node);
    expect(await holdsText(join(root, 'blind'), 'payload of')).toBe(false);

    // All that is left is the backup and the keys.
    const data = ['--data', join(root, 'backup', 'data'), '--to', join(root, 'back')];
    const fetch1 = [
      'replication',
      'fetch',
      origin,
      '--replication',
      file,
      '--from',
      'vault',
      ...data,
    ];
    const back = await runCli([...fetch1, '--checkpoint', join(root, 'checkpoint')]);
    expect([back.stderr, back.code]).toEqual(['', 0]);
    expect(back.stdout).toMatch(/^4 blocks in .*; vault says that it has 4$/m);
    expect(back.stdout).toMatch(/^they begin with all that this node has$/m);
    expect(back.stdout).toMatch(/^the checkpoint is of them$/m);
    const asJson = await runCli([...fetch1, '--json']);
    expect(JSON.parse(asJson.stdout)).toMatchObject({
      ...{ origin, blocks: 4, there: 4, flaw: null, own: 'same', checkpoint: null },
    });
    for (const [flags, says] of [
      [['--from', 'nobody'], /names no blind peer nobody/],
      [['--checkpoint', file], /--checkpoint: .* no key of the log has signed it/],
    ] as const) {
      const refused = await runCli([...fetch1, ...flags]);
      expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(says)]);
    }
    const other = await runCli(fetch1.with(2, 'test.example/1/other'));
    expect([other.code, other.stderr]).toEqual([2, expect.stringMatching(/has the origin/)]);

    // An older copy that is started says so, and its status ends with 1.
    expect((await readFile(file, 'utf8')).includes(peer.key)).toBe(true);
    const older = await openTestService(join(root, 'backup'), { replication: file }, KEY);
    closers.push(() => older.service.close());
    const isTold = async (): Promise<boolean> => {
      const { blindPeers } = (await (await older.request('/v1/replication')).json()) as Shown;
      return blindPeers[0]?.troubles.some(({ kind }) => kind === 'longer') === true;
    };
    await eventually(isTold, 'an alarm', 30_000);
    const wrong = await runCli(['replication', 'status'], {
      ...env,
      CHIROGRAPH_URL: older.service.url,
    });
    expect(wrong.code).toBe(1);
    expect(wrong.stdout).toMatch(
      /^WRONG: blind peer vault: default\/kyc: it says that it has 4 blocks/m,
    );
    const ready = (await (await older.request('/readyz')).json()) as { reasons: string[] };
    expect(ready.reasons).toContainEqual(
      expect.stringMatching(/^1 blind peers say that they have more/),
    );
  });
});
