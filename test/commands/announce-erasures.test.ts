/** What is announced of an erasure where another node writes a ledger of the tenant's: nothing. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { TenantName } from '../../src/access/tenant-name.js';
import { announceErasures } from '../../src/commands/announce-erasures.js';
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

it('is refused while another node writes a shared ledger of the tenant, before anything is looked at', async () => {
  const { store, clock } = opened;
  const tenant = await store.createTenant('acme', 'a.example');
  const ledger = await store.createLedger(tenant, 'kyc');
  const announce = () =>
    // Of the rest it needs nothing before that; with no erasure it would find nothing to do.
    announceErasures(
      { store, clock, handleOf: () => tenant.handle } as unknown as Parameters<
        typeof announceErasures
      >[0],
      'acme' as TenantName,
      [],
      {} as never,
    );
  expect(await announce()).toEqual([]);
  await store.share(ledger.identity.handle);
  await expect(announce()).rejects.toMatchObject({ code: 'ERASURE_ELSEWHERE' });
});
