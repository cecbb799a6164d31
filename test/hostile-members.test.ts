/**
 * Members that are hostile, among services as they are deployed: a writer that tells two members two histories, one that was
 * put back and writes its end again, and a member that says whatever it likes. Each is caught where the others look, what can
 * be proven is proven to a stranger, and a peer that keeps no ledger learns of none.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { runCli } from './cli/support/run-cli.js';
import { eventually } from './support/eventually.js';
import { HostilePeer } from './support/hostile-peer.js';
import { PATIENCE, SharingServices } from './support/sharing-services.js';
import { removeDirectory, temporaryDirectory } from './support/temporary-directory.js';

let root: string;
let nodes: SharingServices;
let hostile: HostilePeer | null;

beforeEach(async () => {
  root = await temporaryDirectory();
  nodes = new SharingServices(root);
  hostile = null;
});
afterEach(async () => {
  await hostile?.close();
  await nodes.close();
  await removeDirectory(root);
});

/** Three that keep a ledger with one record. */
async function begin(): Promise<void> {
  await nodes.init(['a', 'b', 'c']);
  const [a, b, c] = ['a', 'b', 'c'].map((name) => nodes.card(name));
  if (a === undefined || b === undefined || c === undefined) throw new Error('three nodes');
  await nodes.start('a', [b, c]);
  await nodes.start('b', [a, c]);
  await nodes.start('c', [a, b]);
  await nodes.found(['a', 'b', 'c']);
  await nodes.writes('a', 'p1');
  for (const name of ['b', 'c']) await nodes.has(name, 3);
}

async function stopAll(): Promise<void> {
  for (const name of ['a', 'b', 'c']) await nodes.stop(name);
}

/** What a member says of it everywhere, and what a stranger makes of the proof. */
async function expectProven(name: string): Promise<void> {
  expect(await nodes.alarmAt(name)).toBe('misbehaviour');
  const { ledgers } = await nodes.said(name);
  expect(ledgers[0]?.troubles.map(({ kind }) => kind)).toContain('alarm');
  const gauge = /^chirograph_shared_ledger_trouble\{.*trouble="alarm"\} 1$/;
  expect(await nodes.metric(name, gauge)).toBeDefined();
  const ready = await nodes.at(name).request('/readyz');
  expect(await ready.text()).toContain('have an alarm');
  const status = await nodes.cli(name, ['replication', 'status'], nodes.at(name).adminKey);
  expect(status.code).toBe(1);
  expect(status.stdout).toContain('chirograph ledger misbehaviour kyc');
  const printed = await nodes.cli(name, ['ledger', 'misbehaviour', 'kyc']);
  expect([printed.code, printed.stderr]).toEqual([0, '']);
  const file = join(root, `${name}.misbehaviour.json`);
  await writeFile(file, printed.stdout);
  // Without trust of one's own it is a contradiction of nobody in particular.
  const verified = await runCli(['verify', file, '--json']);
  expect(JSON.parse(verified.stdout)).toMatchObject({
    result: 'unattributed',
    origin: ledgers[0]?.origin,
  });
}

it('proves a writer that tells two members two histories', async () => {
  await begin();
  await stopAll();
  // The same node twice, keys and all: each of the two has one of the others.
  await nodes.copy('a', 'twin');
  nodes.sameKey('a', 'twin');
  const [a, b, c] = [nodes.card('a'), nodes.card('b'), nodes.card('c')];
  await nodes.init(['elsewhere']);
  const twin = { ...a, address: nodes.card('elsewhere').address };
  await nodes.start('a', [b]);
  await nodes.start('a', [c], { directory: 'twin', listen: twin.address });
  await nodes.start('b', [a, c]);
  await nodes.start('c', [twin, b]);
  await Promise.all([nodes.write('a', 'told to b'), nodes.write('twin', 'told to c')]);
  for (const name of ['b', 'c']) await expectProven(name);
  // Nothing more is taken from it; what was there before is read as ever.
  for (const name of ['b', 'c']) {
    const read = await nodes.ask(name, '/v1/ledgers/kyc/records/2');
    expect(read.status).toBe(200);
  }
}, 180_000);

/** The writer has nothing of its own that tells it that there was more. */
async function putBack(): Promise<number> {
  await begin();
  await stopAll();
  await nodes.copy('a', 'older');
  const [a, b, c] = [nodes.card('a'), nodes.card('b'), nodes.card('c')];
  await nodes.start('a', [b, c]);
  await nodes.start('b', [a, c]);
  await nodes.start('c', [a, b]);
  await nodes.writes('a', 'p2');
  const size = (await nodes.said('a')).ledgers[0]?.size ?? 0;
  for (const name of ['b', 'c']) await nodes.has(name, size);
  await stopAll();
  // Its key store as well.
  await nodes.putBack('older', 'a');
  return size;
}

it('proves a writer that was put back, and writes its end again', async () => {
  await putBack();
  const [a, b, c] = [nodes.card('a'), nodes.card('b'), nodes.card('c')];
  await nodes.start('a', [b, c]);
  void nodes.write('a', 'something else').catch(() => undefined);
  // Nobody is there who would tell it: after a while it goes on.
  const length = async (): Promise<number> => (await nodes.said('a')).ledgers[0]?.length ?? 0;
  const before = await length();
  await eventually(async () => (await length()) > before, 'another end', PATIENCE);
  await nodes.start('b', [a, c]);
  await nodes.start('c', [a, b]);
  for (const name of ['b', 'c']) await expectProven(name);
}, 180_000);

it('is told by the others what it wrote, where a machine was put back as a whole', async () => {
  const size = await putBack();
  const [a, b, c] = [nodes.card('a'), nodes.card('b'), nodes.card('c')];
  await nodes.start('a', [b, c]);
  const wanted = nodes.write('a', 'something else').catch(() => null);
  await nodes.start('b', [a, c]);
  await nodes.start('c', [a, b]);
  for (const name of ['a', 'b', 'c']) await nodes.has(name, size);
  await wanted;
  const written = async (): Promise<boolean> => {
    const answers = ['a', 'b', 'c'].map((name) => nodes.write(name, 'p3'));
    return (await Promise.all(answers)).some(({ status }) => status === 201);
  };
  await eventually(written, 'a record at whoever writes', PATIENCE);
  for (const name of ['a', 'b', 'c']) {
    await nodes.has(name, size + 1);
    expect((await nodes.said(name)).ledgers[0]).toMatchObject({ alarm: null });
  }
}, 180_000);

it('goes on without a member that sends garbage, floods, and lies of what it has', async () => {
  await begin();
  const origin = (await nodes.said('a')).ledgers[0]?.origin ?? '';
  await nodes.stop('b');
  hostile = await HostilePeer.open(join(root, 'b'), nodes.card('b'), [nodes.card('a')]);
  // For what nobody has yet, in a term that there is not, and for more than there is.
  const isSaid = (): boolean => hostile?.lie(origin) === true;
  await eventually(isSaid, 'a link to the writer', PATIENCE);
  await nodes.writes('a', 'p2');
  await nodes.has('c', 4);
  const { ledgers } = await nodes.said('a');
  expect(ledgers[0]).toMatchObject({ alarm: null, role: 'writing' });
  for (const channel of ['log', 'group', 'secrets', 'offers']) {
    const count = async (): Promise<number> => {
      const { links } = await nodes.said('a');
      const { dropped = {} } = links.peers.find(({ name }) => name === 'b') ?? {};
      return Object.values(dropped).reduce((sum, one) => sum + one, 0);
    };
    const before = await count();
    await eventually(() => hostile?.garbage(channel) === true, `garbage on ${channel}`, PATIENCE);
    await eventually(async () => (await count()) > before, `a drop for ${channel}`, PATIENCE);
    await hostile.close();
    hostile = await HostilePeer.open(join(root, 'b'), nodes.card('b'), [nodes.card('a')]);
    const { links } = await nodes.said('a');
    // Banned for now: it is not heard any more.
    if (links.peers.find(({ name }) => name === 'b')?.state === 'banned') break;
  }
  await nodes.writes('a', 'p3');
  await nodes.has('c', 5);
  expect((await nodes.said('c')).ledgers[0]?.alarm).toBeNull();
}, 180_000);

it('tells a peer that keeps no ledger of none', async () => {
  await nodes.init(['a', 'b', 'd']);
  const [a, b, d] = [nodes.card('a'), nodes.card('b'), nodes.card('d')];
  await nodes.start('a', [b, d]);
  await nodes.start('b', [a]);
  await nodes.found(['a', 'b']);
  await nodes.writes('a', 'p1');
  const origin = (await nodes.said('a')).ledgers[0]?.origin ?? '';
  hostile = await HostilePeer.open(join(root, 'd'), d, [a]);
  await eventually(() => hostile?.isLinked === true, 'a link', PATIENCE);
  // Of the ledger that is there, and of one that is not: the very same.
  const there = await hostile.askEverything(origin);
  const none = await hostile.askEverything(origin.replace(/[^/]+$/, 'none'));
  expect(there).toEqual(none);
  expect(there).toEqual(['refuse']);
  expect(hostile.heard).toEqual([]);
  expect((await nodes.said('a')).ledgers[0]).toMatchObject({ role: 'writing', alarm: null });
}, 180_000);
