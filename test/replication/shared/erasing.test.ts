/** Erasures of a ledger that three nodes keep: destroyed at each, signed for by each, and certified by whoever writes. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { BackupError } from '../../../src/backup/backup-error.js';
import type { UnixMillis } from '../../../src/base/brand.js';
import { fromHex } from '../../../src/base/bytes.js';
import { digestToHex, type HexDigest } from '../../../src/base/hex-digest.js';
import type { ErasedStatement } from '../../../src/records/statement.js';
import { isOwnWord } from '../../../src/replication/shared/erased-channels.js';
import { isErasedSigned, signErased } from '../../../src/tlog/erasure-word.js';
import { eventually } from '../../support/eventually.js';
import { freePort } from '../../support/free-port.js';
import { removeDirectory, temporaryDirectory } from '../../support/temporary-directory.js';
import {
  ERASED_TIMING,
  LEDGER,
  majorityOf,
  type NodeKeys,
  SharingNode,
  TENANT,
} from './sharing-node.js';

const PATIENCE = 20_000;
let root: string;
let nodes: SharingNode[] = [];
let keys: NodeKeys[] = [];
/** Ends what a test has wait. */
let release: () => void = () => undefined;

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
  release();
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
    for (const { rowId } of await log.secrets.ofBlock((await tail?.block(number)) as never, number))
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

it('gives nobody what is still to go, lets nothing rest on it, and signs for nothing that opens still', async () => {
  const gate = new Promise<void>((resolve) => (release = resolve));
  at(0).beforeDestroying = () => gate;
  at(1).forgets = true;
  const rows = await at(0).erase('alice');
  await allHave(5);
  const vault = at(0).store.vaultOf(at(0).tenant);
  expect(await vault.secretOfRow(fromHex(rows[0] ?? ''))).not.toBeNull();
  expect(await secretsGiven(at(0), rows)).toEqual([]);
  const refused = { kind: 'error', error: { code: 'KEYS_VAULT_PUSHBACK' } };
  expect(await at(0).append('alice', 'k3')).toMatchObject([refused]);
  expect(await at(0).erasures.word()).toBeNull();
  release();
  await certified(isBy(0, 2), 'a certificate without the one that forgets');
  expect(await at(1).erasures.word()).toBeNull();
  at(1).forgets = false;
  await certified(isBy(0, 1, 2), 'a certificate by all');
  for (const node of nodes) await expectGone(node, rows);
}, 90_000);

it('goes on after a restart, before anything can rest on what goes', async () => {
  at(2).beforeDestroying = () => Promise.reject(away());
  const rows = await at(0).erase('alice');
  await certified(isBy(0, 1), 'a certificate without the one that cannot destroy');
  await at(2).close();
  await comesBack(2);
  const { condemned } = at(2).store.vaultOf(at(2).tenant);
  expect([...condemned].sort()).toEqual([...rows].sort());
  await at(2).close();
  // A crash comes between the rotation and what is signed for it.
  let destroyed = 0;
  at(2).beforeDestroying = async () => {
    const { store, tenant } = at(2);
    await store.forgetter.destroy(tenant, [...store.vaultOf(tenant).condemned]);
    destroyed++;
    throw away();
  };
  await comesBack(2);
  await eventually(() => destroyed > 0, 'a rotation', PATIENCE);
  expect(await at(2).erasures.word()).toBeNull();
  await at(2).close();
  at(2).beforeDestroying = () => Promise.resolve();
  await comesBack(2);
  await certified(isBy(0, 1, 2), 'a certificate by all');
  const word = await at(2).erasures.word();
  await at(2).close();
  await comesBack(2);
  await allHave(7);
  // What was signed for is not gone through again.
  expect(await at(2).erasures.word()).toEqual(word);
  expect(at(2).store.vaultOf(at(2).tenant).generation).toBe(2);
  for (const node of nodes) await expectGone(node, rows);
}, 90_000);

it('is signed for again where copies of the keys have gone since, and not before nobody has any', async () => {
  at(1).silentCopies = 2;
  await at(0).erase('alice');
  const copiesOf = ({ words }: ErasedStatement): number | undefined =>
    words.find(({ node }) => node === keyOf(1))?.copies;
  await certified((said) => copiesOf(said) === 2, 'a certificate that names copies');
  at(1).silentCopies = 0;
  await checkWords(await certified((said) => copiesOf(said) === 0, 'a certificate without'));
}, 90_000);

it('is certified again once a patience at most, however fast a holder counts its copies down', async () => {
  at(1).silentCopies = 900;
  await at(0).erase('alice');
  const copiesOf = ({ words }: ErasedStatement): number | undefined =>
    words.find(({ node }) => node === keyOf(1))?.copies;
  const upTo = await certified((said) => copiesOf(said) === 900, 'a certificate that names copies');
  const { origin } = at(0).ledger.reader;
  const { sign } = (await at(1).replicationKeys()).receipt;
  const ledger = at(0).shared.of(origin);
  const entered = async () => (await at(0).ledger.reader.found('erased')).length;
  const [before, began] = [await entered(), performance.now()];
  let copies = 900;
  await eventually(
    () => {
      copies -= 5;
      const word = signErased(
        { ...upTo, origin },
        { at: 1_000 as UnixMillis, copies, node: keyOf(1) },
        sign,
      );
      ledger?.hearErased(keysAt(1).receiptKey, { ...upTo, ...word, origin });
      return copies === 200;
    },
    'words that count down',
    PATIENCE,
  );
  await certified((said) => copiesOf(said) === 200, 'the last of them');
  const patiences = (performance.now() - began) / ERASED_TIMING.patience;
  expect((await entered()) - before).toBeLessThanOrEqual(Math.ceil(patiences));
  // It is no hurry but for the last word.
  const whole = signErased(
    { ...upTo, origin },
    { at: 1_000 as UnixMillis, copies: 0, node: keyOf(1) },
    sign,
  );
  ledger?.hearErased(keysAt(1).receiptKey, { ...upTo, ...whole, origin });
  await certified((said) => copiesOf(said) === 0, 'a certificate without copies');
}, 90_000);

it('brings nothing back that is given all the same, and believes no word that another signed', async () => {
  const vault = at(0).store.vaultOf(at(0).tenant);
  const stolen = [];
  for (const row of await at(0).rowsOf('alice')) {
    const rowId = fromHex(row);
    const [ref, scope] = [await vault.secretOfRow(rowId), await vault.scopeOfRow(rowId)];
    if (ref !== null && scope !== null) stolen.push({ rowId, scope, secret: ref.secret });
  }
  expect(stolen).toHaveLength(2);
  const rows = await at(0).erase('alice');
  const { erasure, leafHash, words } = await certified(isBy(0, 1, 2), 'a certificate by all');
  await at(2).store.sharedLog(at(2).ledger.identity.handle).secrets.adopt(stolen);
  await expectGone(at(2), rows);
  const { origin } = at(0).ledger.reader;
  const [word] = words.filter(({ node }) => node === keyOf(1));
  if (word === undefined) throw new Error('a word was there');
  const said = { origin, erasure, leafHash, ...word };
  expect(isOwnWord(keysAt(1).receiptKey, said)).toBe(true);
  expect(isOwnWord(keysAt(2).receiptKey, said)).toBe(false);
}, 90_000);

it('names who has left the group, and who has joined it since', async () => {
  await at(0).shared.setGroup(at(0).ledger, majorityOf(keys.slice(0, 2)));
  const rows = await at(0).erase('alice');
  await eventually(
    async () => (await at(0).erasures.certificate())?.silent.join() === keyOf(2),
    'a certificate that names who has left',
    PATIENCE,
  );
  await expectGone(at(1), rows);
  await at(0).shared.setGroup(at(0).ledger, majorityOf(keys));
  await certified(isBy(0, 1, 2), 'a certificate by all');
  await expectGone(at(2), rows);
}, 90_000);

it('is told in every shared ledger of the tenant that the node writes, though only one names it', async () => {
  const { store } = at(0);
  const tenant = store.tenantNamed(TENANT);
  if (tenant === undefined) throw new Error('a tenant was there');
  const other = await store.createLedger(tenant, 'notes');
  await at(0).shared.setGroup(other, majorityOf(keys));
  const rows = await at(0).erase('alice');
  const erasuresOf = (node: SharingNode) =>
    node.store.sharedLog(node.store.ledger(node.tenant, 'notes').identity.handle).erasures;
  await eventually(
    async () => {
      for (const node of nodes) {
        if (node.shared.all().length < 2) return false;
        if ((await erasuresOf(node).certificate())?.silent.length !== 0) return false;
      }
      return true;
    },
    'a certificate in the other ledger',
    PATIENCE,
  );
  for (const row of rows) expect(await erasuresOf(at(1)).names(row)).toBe(true);
}, 90_000);

it('tells a ledger that it comes to write what another has named since it was shared', async () => {
  const rows = await at(0).erase('alice');
  await certified(isBy(0, 1, 2), 'a certificate by all');
  const { store } = at(0);
  const tenant = store.tenantNamed(TENANT);
  if (tenant === undefined) throw new Error('a tenant was there');
  // Of the very moment: the clock stands still.
  const other = await store.createLedger(tenant, 'notes');
  await at(0).shared.setGroup(other, majorityOf(keys));
  const { erasures } = store.sharedLog(other.identity.handle);
  await eventually(() => erasures.names(rows[0] ?? ''), 'the same in the other ledger', PATIENCE);
}, 90_000);
