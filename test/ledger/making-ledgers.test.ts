import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LeafIndex } from '../../src/base/brand.js';
import { parseStatement } from '../../src/records/parse-statement.js';
import { ask, brokenPromises, ClientMemory, type Wish } from '../support/client-memory.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestStore } from '../support/test-store.js';

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(() => removeDirectory(root));

const wish = (ledger: string, n: number, idempotencyKey: string | null = null): Wish => ({
  ledger,
  subject: 'anna',
  payload: { n },
  idempotencyKey,
});

describe('ledgers made at the same time', () => {
  it('keep their entries apart', async () => {
    const opened = await openTestStore(root);
    const tenant = await opened.store.createTenant('bank', 'example.org');
    const names = ['a', 'b', 'c', 'd'];
    await Promise.all(names.map((name) => opened.store.createLedger(tenant, name)));
    const memory = new ClientMemory();
    for (const name of names)
      for (let n = 0; n < 3; n++) await ask(opened, 'bank', memory, [wish(name, n)]);
    expect(await brokenPromises(opened.store, memory)).toEqual([]);
    await opened.store.close();
    const again = await openTestStore(root);
    expect(await brokenPromises(again.store, memory)).toEqual([]);
    await again.store.close();
  });

  it('cannot share a name', async () => {
    const { store } = await openTestStore(root);
    const tenant = await store.createTenant('bank', 'example.org');
    const made = await Promise.allSettled([
      store.createLedger(tenant, 'kyc'),
      store.createLedger(tenant, 'kyc'),
    ]);
    expect(made.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(store.ledgersOf(tenant.handle)).toHaveLength(1);
    await store.close();
  });

  it('get their first entry however much is waiting', async () => {
    const limits = { maxQueuedEntries: 1 };
    const { store } = await openTestStore(root, { limits });
    const tenant = await store.createTenant('bank', 'example.org');
    const names = ['a', 'b', 'c'];
    const ledgers = await Promise.all(names.map((name) => store.createLedger(tenant, name)));
    for (const { reader } of ledgers) {
      const { statement } = await reader.entry(0 as LeafIndex);
      expect(parseStatement(statement).kind).toBe('ledger');
    }
    await store.close();
  });
});

describe('a commit that appends nothing', () => {
  // rocksdb-native never returned from a larger batch after an empty one had gone back to its pool.
  it('does not stand in the way of those after it', async () => {
    const opened = await openTestStore(root);
    const tenant = await opened.store.createTenant('bank', 'example.org');
    await opened.store.createLedger(tenant, 'kyc');
    const memory = new ClientMemory();
    for (let n = 0; n < 5; n++) await ask(opened, 'bank', memory, [wish('kyc', 0, 'one')]);
    await ask(opened, 'bank', memory, [wish('kyc', 1), wish('kyc', 2), wish('kyc', 3)]);
    expect(opened.store.allLedgers()[0]?.reader.head.size).toBe(5);
    await opened.store.close();
  });
});
