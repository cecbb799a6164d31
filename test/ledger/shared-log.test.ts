/** The log of a shared ledger as its store has it: real stores, one of a writer and one of another member. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { fromHex } from '../../src/base/bytes.js';
import { plainDraft } from '../../src/ledger/entry-draft.js';
import { erasureDrafts } from '../../src/ledger/erasure-draft.js';
import { LedgerError } from '../../src/ledger/ledger-error.js';
import { formatStatement } from '../../src/records/statement.js';
import { runCli } from '../cli/support/run-cli.js';
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
