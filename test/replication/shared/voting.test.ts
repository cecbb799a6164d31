/** Two nodes keep a ledger, and a third has a vote: real stores, tails and links in one process. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { toHex } from '../../../src/base/bytes.js';
import { eventually } from '../../support/eventually.js';
import { freePort } from '../../support/free-port.js';
import { removeDirectory, temporaryDirectory } from '../../support/temporary-directory.js';
import {
  LEDGER,
  majorityOf,
  type NodeKeys,
  SharingNode,
  TENANT,
  twoAndAVote,
} from './sharing-node.js';

const PATIENCE = 20_000;
const [FIRST, SECOND, VOTER] = [0, 1, 2];
let root: string;
let nodes: SharingNode[] = [];
let keys: NodeKeys[] = [];

beforeEach(async () => {
  root = await temporaryDirectory();
  nodes = ['a', 'b', 'v'].map((name) => new SharingNode(root, name));
  keys = [];
  for (const node of nodes) {
    await node.openStore();
    keys.push(await node.keys(await freePort()));
  }
});
afterEach(async () => {
  for (const node of nodes) await node.close();
  await removeDirectory(root);
});

function at(index: number): SharingNode {
  const node = nodes[index];
  if (node === undefined) throw new Error('three nodes');
  return node;
}

function keysAt(index: number): NodeKeys {
  const one = keys[index];
  if (one === undefined) throw new Error('three nodes');
  return one;
}

async function begun(wish = twoAndAVote(keys)): Promise<void> {
  const { store } = at(FIRST);
  const tenant = await store.createTenant(TENANT, 'a.example');
  await store.createLedger(tenant, LEDGER);
  await at(FIRST).append('before', 'k0');
  for (const [index, node] of nodes.entries()) await node.share(keysAt(index), keys);
  await at(FIRST).shared.setGroup(at(FIRST).ledger, wish);
}

/** It has been told who keeps the ledger. */
async function hasVote(): Promise<void> {
  await eventually(() => voted() !== undefined, 'a vote', PATIENCE);
  await eventually(() => (voted()?.state.log.end.length ?? 0) > 0, 'what it knows', PATIENCE);
}

const voted = () => at(VOTER).sharing?.votedFor()[0];

async function have(size: number, indices: readonly number[] = [FIRST, SECOND]): Promise<void> {
  await eventually(
    () =>
      indices.every(
        (index) => at(index).shared.all().length === 1 && at(index).ledger.reader.head.size >= size,
      ),
    `${size} entries`,
    PATIENCE,
  );
  expect(indices.map((index) => at(index).ledger.reader.head.size)).toEqual(
    indices.map(() => size),
  );
  expect(new Set(indices.map((index) => toHex(at(index).ledger.reader.head.rootHash))).size).toBe(
    1,
  );
  expect(nodes.flatMap(({ failures }) => failures)).toEqual([]);
}

async function writes(index: number): Promise<void> {
  await eventually(() => at(index).isWriter, `the node ${index} writes`, PATIENCE);
}

async function comesBack(index: number): Promise<void> {
  await at(index).openStore();
  await at(index).share(keysAt(index), keys);
}

it('is taken for a vote, without a block, a key, a name or a secret', async () => {
  await begun();
  await at(FIRST).append('alice', 'k1');
  await have(4);
  await hasVote();
  const { opened, shared, store } = at(VOTER);
  expect(shared.all()).toEqual([]);
  expect(store.tenantNamed(TENANT)).toBeUndefined();
  expect(store.allLedgers().map(({ identity }) => identity.name)).not.toContain(LEDGER);
  const { handle } = at(FIRST).store.tenantNamed(TENANT) ?? { handle: '' };
  await expect(opened?.keyStore.tenantRoot(handle)).rejects.toMatchObject({ code: 'KEYS_MISSING' });
  const files = await readdir(join(root, 'v'), { recursive: true, withFileTypes: true });
  const words = ['alice', TENANT, handle].filter((word) => word !== '');
  const core = at(FIRST).ledger.reader.keys[0]?.corePublicKey ?? '';
  for (const file of files.filter((one) => one.isFile())) {
    const bytes = await readFile(join(file.parentPath, file.name));
    expect(bytes.includes(Buffer.from(core, 'hex')) || bytes.includes(core)).toBe(false);
    // Its origin has the handle of the tenant in it, and stands where it votes.
    if (!file.parentPath.includes('votes') && !file.parentPath.includes('.keys'))
      for (const word of words) expect(bytes.includes(word)).toBe(false);
  }
}, 60_000);

it('lets the other site go on when that of the writer is gone, and has it follow when it is back', async () => {
  await begun();
  await at(FIRST).append('alice', 'k1');
  await have(4);
  await hasVote();
  await at(FIRST).close();
  await writes(SECOND);
  const [result] = await at(SECOND).append('bob', 'k2');
  expect(result?.kind).toBe('receipt');
  await have(6, [SECOND]);
  // What the other site alone has is known here.
  expect(voted()?.state.log.end.length).toBe(at(SECOND).ledger.reader.head.length);
  await comesBack(FIRST);
  await have(6);
  await eventually(
    () => {
      const role = at(SECOND).shared.all()[0]?.ledger.state.role;
      return role?.kind === 'writing' && !role.isStoodIn;
    },
    'nobody stands in',
    PATIENCE,
  );
  expect(at(FIRST).isWriter).toBe(false);
}, 60_000);

it('keeps a site from writing without what the other had shown alone', async () => {
  await begun();
  await have(3);
  await hasVote();
  await at(SECOND).close();
  await at(FIRST).append('alice', 'k1');
  await at(FIRST).close();
  await comesBack(SECOND);
  await eventually(
    () => at(SECOND).shared.all()[0]?.ledger.state.role.kind === 'electing',
    'it stands',
    PATIENCE,
  );
  const before = at(SECOND).shared.all()[0]?.ledger.state.promised.number ?? 0;
  await eventually(
    () => (at(SECOND).shared.all()[0]?.ledger.state.promised.number ?? 0) > before + 2,
    'it stands again and again',
    PATIENCE,
  );
  expect(at(SECOND).isWriter).toBe(false);
  // And the vote knows it after a start of its own, too.
  await at(VOTER).close();
  await comesBack(VOTER);
  await eventually(
    () => (at(SECOND).shared.all()[0]?.ledger.state.promised.number ?? 0) > before + 4,
    'it stands again',
    PATIENCE,
  );
  expect(at(SECOND).isWriter).toBe(false);
  await comesBack(FIRST);
  await have(4 + (at(SECOND).isWriter || at(FIRST).isWriter ? 1 : 1));
}, 90_000);

it('goes on without the vote', async () => {
  await begun();
  await have(3);
  await hasVote();
  await at(VOTER).close();
  const [result] = await at(FIRST).append('alice', 'k1');
  expect(result?.kind).toBe('receipt');
  await have(4);
}, 60_000);

it('keeps its promise over a start, and votes in no lower term', async () => {
  await begun();
  await have(3);
  await hasVote();
  await at(FIRST).close();
  await writes(SECOND);
  await eventually(
    () => voted()?.believed.node === keysAt(SECOND).receiptKey,
    'it believes the new writer',
    PATIENCE,
  );
  const { promised } = voted()?.state ?? {};
  expect(promised?.node).toBe(keysAt(SECOND).receiptKey);
  await at(VOTER).close();
  await at(SECOND).close();
  await comesBack(VOTER);
  expect(voted()?.state).toMatchObject({ promised, memory: 'whole' });
  expect(voted()?.believed).toEqual(promised);
}, 60_000);

it('takes no part once it has forgotten, until it has heard all others', async () => {
  await begun();
  await have(3);
  await hasVote();
  await at(SECOND).close();
  await at(FIRST).append('alice', 'k1');
  await at(VOTER).close();
  const directory = join(root, 'v', 'data', 'replicas', 'votes');
  const [name] = await readdir(directory);
  await removeDirectory(directory);
  await comesBack(VOTER);
  await eventually(() => voted() !== undefined, 'it was offered again', PATIENCE);
  expect([name?.length, voted()?.state.memory]).toEqual([69, 'behind']);
  let answered = false;
  const late = at(FIRST).append('bob', 'k2');
  late.finally(() => (answered = true)).catch(() => undefined);
  await eventually(() => voted()?.state.role.kind === 'asking', 'it asks', PATIENCE);
  expect([answered, voted()?.state.memory]).toEqual([false, 'behind']);
  await comesBack(SECOND);
  await eventually(() => voted()?.state.memory === 'whole', 'it has heard all', PATIENCE);
  await late.catch(() => undefined);
  expect(voted()?.state.log.end.length).toBeGreaterThanOrEqual(5);
}, 60_000);

it('does not start with a record that is not what was written', async () => {
  await begun();
  await hasVote();
  await at(VOTER).close();
  const directory = join(root, 'v', 'data', 'replicas', 'votes');
  const [name = ''] = await readdir(directory);
  const path = join(directory, name);
  await writeFile(path, (await readFile(path, 'utf8')).replace('"number":1', '"number":2'));
  await at(VOTER).openStore();
  await expect(at(VOTER).share(keysAt(VOTER), keys)).rejects.toMatchObject({
    code: 'REPLICA_MEMORY_DAMAGED',
  });
}, 60_000);

it('becomes one that keeps the data, and back', async () => {
  await begun();
  await at(FIRST).append('alice', 'k1');
  await have(4);
  await hasVote();
  const all = majorityOf(keys);
  const copying = all.members.map((one, n) => ({ ...one, mayWrite: n !== VOTER }));
  await at(FIRST).shared.setGroup(at(FIRST).ledger, { ...all, members: copying });
  await eventually(
    () => {
      const [shared] = at(VOTER).shared.all();
      return shared?.ledger.state.memory === 'whole' && shared.ledger.store.head.size >= 5;
    },
    'it keeps the ledger',
    PATIENCE,
  );
  expect(voted()).toBeUndefined();
  const entry = await at(VOTER).ledger.reader.entry(3 as never);
  expect(await at(VOTER).payloadOf(entry)).toEqual({ key: 'k1' });
  // The others have stopped for it to remember: one of them goes on.
  let writer = FIRST;
  await eventually(
    async () => {
      writer = [FIRST, SECOND].find((index) => at(index).isWriter) ?? FIRST;
      const set = at(writer).shared.setGroup(at(writer).ledger, twoAndAVote(keys));
      return set.then(
        () => true,
        () => false,
      );
    },
    'the group is set',
    PATIENCE,
  );
  const known = at(writer).ledger.reader.head.size;
  await hasVote();
  expect(at(VOTER).shared.all()).toEqual([]);
  expect(() => at(VOTER).ledger).toThrow('there is no such ledger');
  await at(writer).append('bob', 'k2');
  await have(known + 1);
  await at(VOTER).close();
  await comesBack(VOTER);
  expect(voted()?.state).toMatchObject({ keepsData: false, memory: 'whole' });
  expect(() => at(VOTER).ledger).toThrow('there is no such ledger');
}, 90_000);
