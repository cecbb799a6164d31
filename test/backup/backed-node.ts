/** A node that lives, is backed up while it does, and is brought back elsewhere. */
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type BackupParts, type BackupResult, makeBackup } from '../../src/backup/make-backup.js';
import { beginTarget } from '../../src/backup/target.js';
import { RandomPool } from '../../src/base/random.js';
import { DirectoryKeyStore } from '../../src/keys/directory-key-store.js';
import type { DurableFileSystem } from '../../src/keys/durable-file.js';
import { unobserved } from '../../src/ledger/commit-observer.js';
import { LedgerStore } from '../../src/ledger/ledger-store.js';
import { withContent } from '../../src/open-chunks.js';
import { SchemaRegistry } from '../../src/queries/ledger-schemas.js';
import {
  restoreBackup,
  type RestoreBackupOptions,
  type RestoredBackup,
} from '../../src/restore-backup.js';
import { ask, type ClientMemory } from '../support/client-memory.js';
import { FakeClock } from '../support/fake-clock.js';
import type { TestNode } from '../support/test-node.js';

/** Records in `kyc` of the tenant `default`. */
export async function appendSome(
  { node, keyStore, clock }: TestNode,
  memory: ClientMemory,
  from: number,
  to: number,
): Promise<void> {
  const { store } = node;
  const opened = { store, schemas: new SchemaRegistry(store), keyStore, clock, failures: [] };
  for (let n = from; n < to; n++)
    await ask(opened, 'default', memory, [
      { ledger: 'kyc', subject: `subject-${n % 7}`, payload: { n }, idempotencyKey: `n-${n}` },
    ]);
}

/** Into `<root>/<target>`, while the node serves. */
export async function backUp(
  { node, keyStore, clock, random }: Pick<TestNode, 'node' | 'keyStore' | 'clock' | 'random'>,
  root: string,
  target = 'target',
  files?: DurableFileSystem,
  content: BackupParts['content'] = () => Promise.resolve([]),
): Promise<BackupResult> {
  const directory = join(root, target);
  await mkdir(directory, { recursive: true });
  const writing = {
    ...{ keyStore, random, nodeTenant: node.tenantNamed('_node').handle },
    ...(files !== undefined && { files }),
  };
  return makeBackup(await beginTarget(directory, writing), {
    ...writing,
    dataDirectory: join(root, 'data'),
    source: node.store.backupSource,
    content,
    clock,
    isAtRest: false,
    progress: () => undefined,
  });
}

/** Of a node that is stopped. */
export async function backUpAtRest(root: string, target = 'target'): Promise<BackupResult> {
  const random = new RandomPool();
  const clock = new FakeClock();
  const dataDirectory = join(root, 'data');
  const keyStore = await keysOf(root);
  const store = await LedgerStore.open({
    ...{ dataDirectory, keyStore, clock, random, observer: unobserved },
    onFailure: () => undefined,
  });
  try {
    const directory = join(root, target);
    await mkdir(directory, { recursive: true });
    const nodeTenant = store.tenantNamed('_node')?.handle ?? '';
    const writing = { keyStore, random, nodeTenant };
    const begun = await beginTarget(directory, writing);
    const tenants = store.tenants().map(({ handle }) => handle);
    return await withContent({ ...writing, dataDirectory, tenants }, (content) =>
      makeBackup(begun, {
        ...{ ...writing, dataDirectory, source: store.backupSource, clock, content },
        isAtRest: true,
        progress: () => undefined,
      }),
    );
  } finally {
    await store.close();
  }
}

/** Into `<root>/<into>/data`, with a copy of the node's keys unless it has some already. */
export async function bringBack(
  root: string,
  into: string,
  options: Partial<RestoreBackupOptions> = {},
): Promise<RestoredBackup> {
  const place = join(root, into);
  await mkdir(place, { recursive: true });
  await cp(join(root, 'data.keys'), join(place, 'data.keys'), { recursive: true, force: false });
  return restoreBackup({
    from: join(root, 'target'),
    vaultsFrom: [],
    dataDirectory: join(place, 'data'),
    keyStore: await keysOf(place),
    clock: new FakeClock(),
    random: new RandomPool(),
    cause: 'disk lost',
    progress: () => undefined,
    ...options,
  });
}

export async function keysOf(root: string): Promise<DirectoryKeyStore> {
  return DirectoryKeyStore.open({
    directory: join(root, 'data.keys'),
    dataDirectory: join(root, 'data'),
    random: new RandomPool(),
  });
}
