/** Three nodes keep a ledger together: real stores, tails and links in one process. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { toHex } from '../../../src/base/bytes.js';
import { plainDraft } from '../../../src/ledger/entry-draft.js';
import { formatStatement } from '../../../src/records/statement.js';
import { eventually } from '../../support/eventually.js';
import { freePort } from '../../support/free-port.js';
import { removeDirectory, temporaryDirectory } from '../../support/temporary-directory.js';
import { LEDGER, majorityOf, type NodeKeys, SharingNode, TENANT } from './sharing-node.js';

const PATIENCE = 20_000;
let root: string;
let nodes: SharingNode[] = [];
let keys: NodeKeys[] = [];

beforeEach(async () => {
  root = await temporaryDirectory();
  nodes = ['a', 'b', 'c'].map((name) => new SharingNode(root, name));
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

/** The first node has a ledger with one record, and shares it with the others. */
async function begun(): Promise<void> {
  const { store } = at(0);
  const tenant = await store.createTenant(TENANT, 'a.example');
  await store.createLedger(tenant, LEDGER);
  await at(0).append('before', 'k0');
  for (const [index, node] of nodes.entries()) await node.share(keysAt(index), keys);
  await at(0).shared.setGroup(at(0).ledger, majorityOf(keys));
}

const open = (): SharingNode[] => nodes.filter(({ sharing }) => sharing !== null);

async function allHave(size: number): Promise<void> {
  await eventually(
    () =>
      open().every(
        (node) => node.shared.all().length === 1 && node.ledger.reader.head.size === size,
      ),
    `${size} entries at all nodes`,
    PATIENCE,
  );
  const roots = open().map((node) => toHex(node.ledger.reader.head.rootHash));
  expect(new Set(roots).size).toBe(1);
  const checkpoints = open().map((node) => node.ledger.reader.checkpoint());
  expect(new Set(checkpoints).size).toBe(1);
  expect(nodes.flatMap(({ failures }) => failures)).toEqual([]);
}

async function writer(): Promise<SharingNode> {
  await eventually(() => open().some(({ isWriter }) => isWriter), 'a writer', PATIENCE);
  const found = open().find(({ isWriter }) => isWriter);
  if (found === undefined) throw new Error('a writer was there');
  return found;
}

async function comesBack(node: SharingNode): Promise<void> {
  await node.openStore();
  await node.share(keysAt(nodes.indexOf(node)), keys);
}

it('is written by one, at quorum, and found at all with the same roots, proofs and secrets', async () => {
  await begun();
  const [result] = await at(0).append('alice', 'k1');
  expect(result?.kind).toBe('receipt');
  await allHave(4);
  for (const node of nodes) {
    const { reader } = node.ledger;
    for (const index of [1, 3]) {
      const entry = await reader.entry(index as never);
      const payload = await node.payloadOf(entry);
      expect(payload).toEqual({ key: index === 1 ? 'k0' : 'k1' });
    }
  }
  await expect(at(1).append('alice', 'k2')).rejects.toMatchObject({ code: 'LEDGER_ELSEWHERE' });
}, 60_000);

it('refuses what waits for others once it is called off, and is read as ever', async () => {
  await begun();
  await at(0).append('alice', 'k1');
  await allHave(4);
  for (const index of [1, 2]) await at(index).close();
  const draft = plainDraft((place) =>
    formatStatement({ kind: 'map', ...place, persons: 0, root: '0'.repeat(64) as never, size: 0 }),
  );
  // One is in a block that nobody else has, the other not even in that.
  const appending = [at(0).ledger.append([draft]), at(0).ledger.append([draft])];
  const ends = Promise.allSettled(appending);
  await eventually(() => at(0).ledger.reader.head.size === 4, 'nothing more', PATIENCE);
  at(0).shared.callOff();
  const codes = (await ends).map((end) =>
    end.status === 'rejected' ? (end.reason as { code: string }).code : end.status,
  );
  for (const code of codes) expect(['LEDGER_UNSETTLED', 'LEDGER_ELSEWHERE']).toContain(code);
  await expect(at(0).ledger.append([draft])).rejects.toMatchObject({ code: 'LEDGER_ELSEWHERE' });
  expect(at(0).ledger.reader.head.size).toBe(4);
}, 60_000);

it('takes more at once than a block holds', async () => {
  await begun();
  await at(0).append('alice', 'k1');
  const draft = plainDraft((place) =>
    formatStatement({ kind: 'map', ...place, persons: 0, root: '0'.repeat(64) as never, size: 0 }),
  );
  const outcomes = await at(0).ledger.append(Array.from({ length: 2_500 }, () => draft));
  expect(outcomes.map((one) => one.kind === 'appended' && one.index)).toEqual(
    Array.from({ length: 2_500 }, (_, n) => 4 + n),
  );
  await allHave(2_504);
  // Three blocks of them, beside the four before.
  expect(at(2).ledger.reader.head.length).toBe(7);
}, 60_000);

it('answers nobody as long as no quorum has what was appended', async () => {
  await begun();
  await at(0).append('alice', 'k1');
  await allHave(4);
  await at(1).close();
  await at(2).close();
  let answered = false;
  const late = at(0).append('bob', 'k2');
  late.finally(() => (answered = true)).catch(() => undefined);
  const tail = at(0).shared.all()[0]?.ledger.tail;
  // On this node's own disk, which is not enough.
  await eventually(() => tail?.view.end.length === 5, 'the block on its own disk', PATIENCE);
  expect([answered, at(0).ledger.reader.head.size]).toEqual([false, 4]);
  await comesBack(at(1));
  expect((await late)[0]?.kind).toBe('receipt');
  await allHave(5);
}, 60_000);

it('goes on with another writer when the one is gone, and has it follow when it is back', async () => {
  await begun();
  await at(0).append('alice', 'k1');
  await allHave(4);
  await at(0).close();
  const next = await writer();
  await next.append('bob', 'k2');
  // One entry says that it was elected.
  await allHave(6);
  await comesBack(at(0));
  await allHave(6);
  expect(at(0).isWriter).toBe(false);
  const repeated = await (await writer()).append('alice', 'k1');
  expect(repeated[0]?.kind).toBe('receipt');
  await (await writer()).append('carol', 'k3');
  await allHave(7);
  const [handover] = at(0).ledger.reader.handovers;
  expect(handover?.size).toBe(4);
}, 60_000);

it('is moved, and loses nothing of what is appended meanwhile', async () => {
  await begun();
  await at(0).append('alice', 'k1');
  await allHave(4);
  const [shared] = at(0).shared.all();
  const to = keysAt(2).receiptKey;
  await eventually(
    () => {
      shared?.ledger.move(to);
      return at(2).isWriter;
    },
    'another writer',
    PATIENCE,
  );
  const [result] = await at(2).append('bob', 'k2');
  expect(result?.kind).toBe('receipt');
  await allHave(6);
}, 60_000);

it('goes on after all were stopped', async () => {
  await begun();
  await at(0).append('alice', 'k1');
  await allHave(4);
  for (const node of nodes) await node.close();
  for (const node of nodes) await comesBack(node);
  await (await writer()).append('bob', 'k2');
  await eventually(
    () => open().every((node) => node.ledger.reader.head.size >= 5),
    'one more entry at all nodes',
    PATIENCE,
  );
  await allHave(at(0).ledger.reader.head.size);
}, 60_000);

it('changes its group a step at a time, and only where it is written', async () => {
  await begun();
  await at(0).append('alice', 'k1');
  await allHave(4);
  await expect(
    at(1).shared.setGroup(at(1).ledger, majorityOf(keys.slice(0, 2))),
  ).rejects.toMatchObject({ code: 'LEDGER_ELSEWHERE' });
  await expect(
    at(0).shared.setGroup(at(0).ledger, { ...majorityOf(keys), voteQuorum: 3, writeQuorum: 1 }),
  ).rejects.toMatchObject({ code: 'GROUP_REFUSED' });
  await at(0).shared.setGroup(at(0).ledger, majorityOf(keys.slice(0, 2)));
  await at(2).close();
  await at(0).append('bob', 'k2');
  await allHave(6);
}, 60_000);

it('gives a member that was left out of the group nothing more', async () => {
  await begun();
  await at(0).append('alice', 'k1');
  await allHave(4);
  await at(0).shared.setGroup(at(0).ledger, majorityOf(keys.slice(0, 2)));
  const out = at(2);
  const linksOfOut = () => out.links?.status().peers.map(({ reconnects }) => reconnects) ?? [];
  const before = linksOfOut();
  // What it was given on the old links ends with them.
  await eventually(
    () => linksOfOut().every((count, index) => count > (before[index] ?? 0)),
    'other links',
    PATIENCE,
  );
  for (let n = 0; n < 3; n++) await at(0).append('bob', `k${2 + n}`);
  await eventually(
    () => [at(0), at(1)].every((node) => node.ledger.reader.head.size === 8),
    '8 entries at both members',
    PATIENCE,
  );
  const [left] = out.shared.all();
  expect(left?.ledger.tail.view.end.length).toBeLessThanOrEqual(5);
  expect(nodes.flatMap(({ failures }) => failures)).toEqual([]);
}, 60_000);

it('founds no second group where one is known, whatever of its log is here', async () => {
  await begun();
  await at(0).append('alice', 'k1');
  await allHave(4);
  await at(0).close();
  await writer();
  const promise = async () => {
    const { keyStore, store } = at(0).opened ?? {};
    const origin = store?.allLedgers()[0]?.reader.origin ?? '';
    return (await keyStore?.groupPromise(origin))?.promised;
  };
  // Its tail is lost, and nobody is linked who could tell it of the group.
  await removeDirectory(join(at(0).root, 'data', 'replicas'));
  await at(0).openStore();
  const before = await promise();
  expect(before?.number).toBeGreaterThan(0);
  await at(0).share(keysAt(0), [keysAt(0)]);
  await at(0).opened?.keyStore.putGroupPromise(at(0).ledger.reader.origin, {
    ...{ memory: 'behind', run: 2 },
    promised: before === null || before === undefined ? null : { ...before, number: 9 },
  });
  await expect(at(0).shared.setGroup(at(0).ledger, majorityOf(keys))).rejects.toMatchObject({
    code: 'LEDGER_ELSEWHERE',
  });
  expect((await promise())?.number).toBe(9);
}, 60_000);
