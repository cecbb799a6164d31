/** The log of a shared ledger as its store has it: real stores, one of a writer and one of another member. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { plainDraft } from '../../src/ledger/entry-draft.js';
import { LedgerError } from '../../src/ledger/ledger-error.js';
import { formatStatement } from '../../src/records/statement.js';
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
