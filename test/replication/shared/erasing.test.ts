/** Erasures of a ledger that three nodes keep: destroyed at each, signed for by each, and certified by whoever writes. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { BackupError } from '../../../src/backup/backup-error.js';
import { fromHex } from '../../../src/base/bytes.js';
import { digestToHex, type HexDigest } from '../../../src/base/hex-digest.js';
import type { ErasedStatement } from '../../../src/records/statement.js';
import { isErasedSigned } from '../../../src/tlog/erasure-word.js';
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
  const { store } = at(0);
  await store.createLedger(await store.createTenant(TENANT, 'a.example'), LEDGER);
  for (const [index, node] of nodes.entries()) await node.share(keysAt(index), keys);
  await at(0).shared.setGroup(at(0).ledger, majorityOf(keys));
  await at(0).append('alice', 'k1');
  await at(0).append('bob', 'k2');
  await allHave(4);
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

const open = (): SharingNode[] => nodes.filter(({ sharing }) => sharing !== null);
const keyOf = (index: number): HexDigest => keysAt(index).receiptKey as string as HexDigest;

async function allHave(size: number): Promise<void> {
  await eventually(
    () =>
      open().every(
        (node) => node.shared.all().length === 1 && node.ledger.reader.head.size >= size,
      ),
    `${size} entries at all nodes`,
    PATIENCE,
  );
  expect(nodes.flatMap(({ failures }) => failures)).toEqual([]);
}

async function writer(): Promise<SharingNode> {
  await eventually(() => open().some(({ isWriter }) => isWriter), 'a writer', PATIENCE);
  const found = open().find(({ isWriter }) => isWriter);
  if (found === undefined) throw new Error('a writer was there');
  return found;
}

async function comesBack(index: number): Promise<void> {
  await at(index).openStore();
  await at(index).share(keysAt(index), keys);
}

/** The newest certificate, once it is as wanted at every node that is open. */
async function certified(
  isWanted: (said: ErasedStatement) => boolean,
  what: string,
): Promise<ErasedStatement> {
  await eventually(
    async () => {
      for (const node of open()) {
        const said = await node.erasures.certificate();
        if (said === null || !isWanted(said)) return false;
      }
      return true;
    },
    what,
    PATIENCE,
  );
  const said = await at(nodes.indexOf(await writer())).erasures.certificate();
  if (said === null) throw new Error('a certificate was there');
  return said;
}

const isBy =
  (...members: number[]) =>
  ({ silent, words }: ErasedStatement): boolean =>
    words.map(({ node }) => node).join() === members.map(keyOf).sort().join() &&
    silent.length === nodes.length - members.length;

/** No key opens any of these at a node, and nobody is given them. */
async function expectGone(node: SharingNode, rows: readonly string[]): Promise<void> {
  const vault = node.store.vaultOf(node.tenant);
  for (const row of rows) expect(await vault.secretOfRow(fromHex(row))).toBeNull();
  expect(await node.rowsOf('alice')).toEqual([]);
  expect(await secretsGiven(node, rows)).toEqual([]);
  const bob = await node.ledger.reader.entry(3 as never);
  expect(await node.payloadOf(bob)).toEqual({ key: 'k2' });
}

/** Those of these rows that a node gives to who asks for all blocks. */
async function secretsGiven(node: SharingNode, rows: readonly string[]): Promise<string[]> {
  const log = node.store.sharedLog(node.ledger.identity.handle);
  const given: string[] = [];
  const { tail } = node.shared.all()[0]?.ledger ?? {};
  for (let number = 0; number < (tail?.view.end.length ?? 0); number++)
    for (const { rowId } of await log.secretsOf((await tail?.block(number)) as never, number))
      given.push(Buffer.from(rowId).toString('hex'));
  return given.filter((row) => rows.includes(row));
}

async function checkWords(said: ErasedStatement): Promise<void> {
  const { reader } = at(nodes.indexOf(await writer())).ledger;
  const { leafHash } = await reader.entry(said.erasure as never);
  expect(said.leafHash).toBe(digestToHex(leafHash));
  for (const word of said.words)
    expect(isErasedSigned({ origin: reader.origin, ...said }, word)).toBe(true);
}

const away = () => new BackupError('BACKUP_TARGET_UNUSABLE', 'a target of backups is away');

it('is carried out at each member, and the certificate names all, with their words', async () => {
  const rows = await at(0).erase('alice');
  expect(rows).toHaveLength(2);
  const said = await certified(isBy(0, 1, 2), 'a certificate by all');
  await checkWords(said);
  for (const node of nodes) {
    await expectGone(node, rows);
    expect(node.store.vaultOf(node.tenant).generation).toBe(2);
  }
  // Whoever is written about again is another person to the ledger.
  await at(0).append('alice', 'k3');
  await eventually(async () => (await at(2).rowsOf('alice')).length === 2, 'new secrets', PATIENCE);
  expect((await at(0).rowsOf('alice')).some((row) => rows.includes(row))).toBe(false);
}, 90_000);

it('is provisional while a member is away, which neither waits for destroyed secrets nor gets them', async () => {
  await at(2).close();
  await at(0).append('alice', 'k3');
  const rows = await at(0).erase('alice');
  const first = await certified(isBy(0, 1), 'a certificate that names who is silent');
  expect(first.silent).toEqual([keyOf(2)]);
  await at(0).append('bob', 'k4');
  await comesBack(2);
  const whole = await certified(isBy(0, 1, 2), 'a certificate by all');
  await checkWords(whole);
  // Who had signed before has not signed again.
  for (const word of first.words) expect(whole.words).toContainEqual(word);
  for (const node of nodes) await expectGone(node, rows);
}, 90_000);

it('is certified by another writer, if the one that announced it is gone', async () => {
  at(0).beforeDestroying = () => Promise.reject(away());
  const rows = await at(0).erase('alice');
  await allHave(5);
  await at(0).close();
  at(0).beforeDestroying = () => Promise.resolve();
  await writer();
  const first = await certified(isBy(1, 2), 'a certificate by those who are there');
  expect(first.silent).toEqual([keyOf(0)]);
  await comesBack(0);
  await checkWords(await certified(isBy(0, 1, 2), 'a certificate by all'));
  for (const node of nodes) await expectGone(node, rows);
}, 90_000);
