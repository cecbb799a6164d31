/** The log of a shared ledger as its store has it: real stores, one of a writer and one of another member. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { fromHex, toHex } from '../../src/base/bytes.js';
import { plainDraft } from '../../src/ledger/entry-draft.js';
import { erasureDrafts } from '../../src/ledger/erasure-draft.js';
import { LedgerError } from '../../src/ledger/ledger-error.js';
import {
  LogSecrets,
  type LogSecretsParts,
  type SharedSecret,
} from '../../src/ledger/log-secrets.js';
import { formatStatement } from '../../src/records/statement.js';
import { runCli } from '../cli/support/run-cli.js';
import { ask, ClientMemory } from '../support/client-memory.js';
import { rejection } from '../support/errors.js';
import { fsckFindings } from '../support/fsck-findings.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestStore, type TestStore } from '../support/test-store.js';

let root: string;
let opened: TestStore;
beforeEach(async () => {
  root = await temporaryDirectory();
  opened = await openTestStore(root);
});
afterEach(async () => {
  await opened.store.close();
  await removeDirectory(root);
});

const MAP = '0'.repeat(64) as never;

it('is shared with all that was submitted before, and takes nothing by the way after that', async () => {
  const { store } = opened;
  const tenant = await store.createTenant('acme', 'a.example');
  const ledger = await store.createLedger(tenant, 'kyc');
  const draft = () =>
    plainDraft((place) =>
      formatStatement({ kind: 'map', ...place, persons: 0, root: MAP, size: 0 }),
    );
  // More than one commit takes.
  const appending = Array.from({ length: 3_000 }, () => ledger.append([draft()]));
  const appended = Promise.all(appending);
  await store.share(ledger.identity.handle);
  expect(ledger.reader.head.size).toBe(3_001);
  await appended;
  expect([ledger.isShared, ledger.isWritable]).toEqual([true, false]);
  await expect(ledger.append([draft()])).rejects.toThrow(LedgerError);
  await expect(ledger.append([draft()])).rejects.toMatchObject({ code: 'LEDGER_ELSEWHERE' });
  expect(ledger.reader.head.size).toBe(3_001);
});

it('knows what erasures name after its write state was made again, though two name the same', async () => {
  const { store } = opened;
  const tenant = await store.createTenant('acme', 'a.example');
  const { identity } = await store.createLedger(tenant, 'kyc');
  await store.share(identity.handle);
  const rows = ['1', '2'].map((digit) => digit.repeat(32));
  for (const id of ['0'.repeat(12), '1'.repeat(12)]) {
    const { staged } = await store.sharedLog(identity.handle).stage(erasureDrafts(id, rows));
    if (staged === null) throw new Error('it appends something');
    await store.sharedLog(identity.handle).commit(staged);
  }
  await store.close();
  expect(await fsckFindings(root)).toEqual([]);
  const { code } = await runCli(['fsck', '--rebuild', '--data', join(root, 'data')]);
  expect(code).toBe(0);
  opened = await openTestStore(root);
  const { erasures } = opened.store.sharedLog(identity.handle);
  const asked = [...rows, '3'.repeat(32)].map((row) => fromHex(row));
  expect([...(await erasures.erased(asked))].sort()).toEqual(rows);
  expect(await erasures.newest()).toMatchObject({ index: 2 });
  expect(await erasures.names('3'.repeat(32))).toBe(false);
});

it('names in a block all that its records rest on, also what was there before it', async () => {
  const { store } = opened;
  const tenant = await store.createTenant('acme', 'a.example');
  for (const name of ['other', 'kyc']) await store.createLedger(tenant, name);
  const memory = new ClientMemory();
  const wish = (ledger: string) => ({
    ledger,
    subject: 'alice',
    payload: { ledger },
    idempotencyKey: null,
  });
  await ask(opened, 'acme', memory, [wish('other')]);
  const { identity } = store.ledger(tenant.handle, 'kyc');
  await store.share(identity.handle);
  const shared = store.sharedLog(identity.handle);
  const named: string[] = [];
  const made: [Uint8Array, number, readonly SharedSecret[]][] = [];
  shared.setWriter(async (drafts) => {
    const { staged } = await shared.stage(drafts);
    if (staged === null) throw new Error('a record makes a block');
    const secrets = await shared.secrets.ofBlock(staged.block, staged.head.length - 1);
    named.push(...secrets.map(({ scope }) => JSON.stringify(scope)));
    made.push([staged.block, staged.head.length - 1, secrets]);
    return shared.commit(staged);
  });
  await ask(opened, 'acme', memory, [wish('kyc')]);
  const all = (await store.vaultOf(tenant.handle).scopes(null)) ?? [];
  // Tags of the person and of the author, and what the person's data are under.
  expect(all.length).toBeGreaterThanOrEqual(3);
  expect(new Set(named)).toEqual(new Set(all.map(({ scope }) => JSON.stringify(scope))));
  const [[block, number, secrets] = []] = made;
  if (block === undefined || number === undefined || secrets === undefined)
    throw new Error('no block was made');
  expect(await shared.secrets.hasOfBlock(block, number)).toBe(true);
  const refused = await rejection(shared.secrets.hasOfBlock(block, number + 1));
  expect(refused).toMatchObject({ code: 'SEAL_REFUSED' });
  const vault = store.vaultOf(tenant.handle);
  const elsewhere = (lacks: readonly SharedSecret[]) =>
    new LogSecrets({
      ...{ coreKey: shared.coreKey, blockKey: shared.blockKey },
      vault: {
        committed: (rowId: Uint8Array) =>
          lacks.some((one) => toHex(one.rowId) === toHex(rowId))
            ? Promise.resolve(null)
            : vault.committed(rowId),
      },
    } as unknown as LogSecretsParts).hasOfBlock(block, number);
  for (const one of secrets) expect(await elsewhere([one])).toBe(false);
  expect(await elsewhere([])).toBe(true);
});

it('tells by what persons are known of whom it had records before it was shared', async () => {
  const { store } = opened;
  const tenant = await store.createTenant('acme', 'a.example');
  for (const name of ['other', 'kyc']) {
    await store.createLedger(tenant, name);
    await ask(opened, 'acme', new ClientMemory(), [
      { ledger: name, subject: 'alice', payload: { name }, idempotencyKey: null },
    ]);
  }
  const { identity, reader } = store.ledger(tenant.handle, 'kyc');
  await store.share(identity.handle);
  const block = await reader.blocks.read(1);
  const secrets = await store.sharedLog(identity.handle).secrets.ofBlock(block, 1);
  const scopes = secrets.map(({ scope }) => scope);
  expect(scopes).toContainEqual({ use: 'tags', person: 'alice' });
  // All of them are here: but the block does not say so.
  expect(await store.sharedLog(identity.handle).secrets.hasOfBlock(block, 1)).toBe(false);
});

it('takes no secret again that was destroyed here', async () => {
  const { store } = opened;
  const tenant = await store.createTenant('acme', 'a.example');
  const ledger = await store.createLedger(tenant, 'kyc');
  await ask(opened, 'acme', new ClientMemory(), [
    { ledger: 'kyc', subject: 'alice', payload: {}, idempotencyKey: null },
  ]);
  await store.share(ledger.identity.handle);
  const shared = store.sharedLog(ledger.identity.handle);
  const vault = store.vaultOf(tenant.handle);
  const [one] = (await vault.scopes(null)) ?? [];
  if (one === undefined) throw new Error('a vault without secrets');
  const rows = [1, 2].map((n) => new Uint8Array(16).fill(n));
  const secrets = rows.map((rowId) => ({ rowId, scope: one.scope, secret: new Uint8Array(32) }));
  const { staged } = await shared.stage(erasureDrafts('0'.repeat(12), ['01'.repeat(16)]));
  if (staged === null) throw new Error('it appends something');
  await shared.commit(staged);
  await shared.secrets.adopt(secrets);
  const there = await Promise.all(rows.map((rowId) => vault.secretOfRow(rowId)));
  expect(there.map((ref) => ref !== null)).toEqual([false, true]);
});
