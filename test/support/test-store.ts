/** A ledger store on a real directory, with the parts that a node would give it. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RandomPool } from '../../src/base/random.js';
import type { AppendRecordTextsDeps } from '../../src/commands/append-record-texts.js';
import type { AppendRecordsDeps } from '../../src/commands/append-records.js';
import { DirectoryKeyStore } from '../../src/keys/directory-key-store.js';
import type { KeyStore } from '../../src/keys/key-store.js';
import { tenantKeys } from '../../src/keys/tenant-keys.js';
import { unobserved } from '../../src/ledger/commit-observer.js';
import { LedgerStore, type LedgerStoreOptions } from '../../src/ledger/ledger-store.js';
import { SchemaRegistry } from '../../src/queries/ledger-schemas.js';
import { NO_MARKS } from '../../src/queries/receipt.js';
import { FakeClock } from './fake-clock.js';

export interface TestStore {
  readonly store: LedgerStore;
  readonly schemas: SchemaRegistry;
  readonly keyStore: KeyStore;
  readonly clock: FakeClock;
  /** Errors that the store reported as fatal. */
  readonly failures: Error[];
}

export async function openTestStore(
  root: string,
  options: Partial<LedgerStoreOptions> = {},
): Promise<TestStore> {
  const dataDirectory = join(root, 'data');
  const random = new RandomPool();
  await mkdir(dataDirectory, { recursive: true });
  const keyStore =
    options.keyStore ??
    (await DirectoryKeyStore.open({
      directory: join(root, 'data.keys'),
      dataDirectory,
      random,
    }));
  const clock = new FakeClock();
  const failures: Error[] = [];
  const store = await LedgerStore.open({
    dataDirectory,
    keyStore,
    clock,
    random,
    observer: unobserved,
    onFailure: (error) => failures.push(error),
    ...options,
  });
  store.allowWrites();
  await store.completeLedgers();
  return { store, schemas: new SchemaRegistry(store), keyStore, clock, failures };
}

export async function depsOf({
  store,
  schemas,
  keyStore,
  clock,
}: TestStore): Promise<AppendRecordsDeps & Pick<AppendRecordTextsDeps, 'schemas'>> {
  const keys = new Map<string, Uint8Array>();
  for (const { handle } of store.tenants())
    keys.set(handle, tenantKeys(await keyStore.tenantRoot(handle)).idempotency);
  return {
    store,
    schemas,
    clock,
    random: new RandomPool(),
    marksOf: () => NO_MARKS,
    idempotencyKey: (tenant) => keys.get(tenant) ?? new Uint8Array(32),
  };
}
