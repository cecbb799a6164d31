import { copyFile, cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RandomPool } from '../../src/base/random.js';
import { appendRecords } from '../../src/commands/append-records.js';
import { DirectoryKeyStore } from '../../src/keys/directory-key-store.js';
import { type Finding, fsck, rebuildState } from '../../src/ledger/fsck.js';
import { parseRecordInput } from '../../src/records/record-input.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { depsOf, openTestStore } from '../support/test-store.js';

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(async () => {
  await removeDirectory(root);
});

/** A closed store with commits of several sizes. */
async function written(commits: number): Promise<void> {
  const opened = await openTestStore(root);
  const tenant = await opened.store.createTenant('default', 'example.org');
  await opened.store.createLedger(tenant, 'kyc');
  const deps = await depsOf(opened);
  const target = { tenant: tenant.handle, ledger: 'kyc', author: 'key:test' };
  for (let n = 0; n < commits; n++) {
    const record = parseRecordInput({
      type: 'test.Record',
      subject: `customer-${n % 3}`,
      key: 'k',
      payload: { n },
    });
    await appendRecords(
      deps,
      target,
      Array.from({ length: 1 + (n % 3) }, () => ({ record, idempotencyKey: null })),
    );
  }
  await opened.store.close();
}

async function findings(directory = root): Promise<Finding[]> {
  const dataDirectory = join(directory, 'data');
  const random = new RandomPool();
  const keyStore = await DirectoryKeyStore.open({
    directory: join(directory, 'data.keys'),
    dataDirectory,
    random,
  });
  const found: Finding[] = [];
  for await (const finding of fsck({
    dataDirectory,
    keyStore,
    random,
    progress: () => undefined,
  }))
    found.push(finding);
  return found;
}

async function flip(path: string, at: number): Promise<void> {
  const bytes = await readFile(path);
  bytes[at] = (bytes[at] ?? 0) ^ 0x20;
  await writeFile(path, bytes);
}

async function onlyFile(directory: string, suffix: string): Promise<string> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(suffix));
  const [name] = names;
  if (name === undefined || names.length > 1) throw new Error(`not one ${suffix}`);
  return join(directory, name);
}

describe('fsck', () => {
  it('finds nothing wrong with what a clean stop leaves', async () => {
    await written(12);
    expect(await findings()).toEqual([]);
  });

  it('reports a flipped byte of the journal, the vault and the catalog', async () => {
    await written(4);
    const data = join(root, 'data');
    const [tenant = ''] = await readdir(join(data, 'vault'));
    const files = [
      await onlyFile(join(data, 'journal'), '.journal'),
      await onlyFile(join(data, 'vault', tenant), '.rows'),
      join(data, 'catalog', (await readdir(join(data, 'catalog')))[0] ?? ''),
    ];
    for (const file of files) {
      await copyFile(file, `${root}/saved`);
      await flip(file, 60);
      expect((await findings()).length).toBeGreaterThan(0);
      await copyFile(`${root}/saved`, file);
    }
    expect(await findings()).toEqual([]);
  });

  it('reports a log that has lost its end, and one that was lost whole', async () => {
    await written(4);
    const saved = join(root, 'saved-logs');
    await cp(join(root, 'data', 'logs'), saved, { recursive: true });
    await rm(join(root, 'data', 'logs'), { recursive: true });
    expect(await findings()).not.toEqual([]);
  });

  it('makes a lost write state again from the logs', async () => {
    await written(9);
    await rm(join(root, 'data', 'state'), { recursive: true });
    expect(await findings()).not.toEqual([]);
    const dataDirectory = join(root, 'data');
    const random = new RandomPool();
    const keyStore = await DirectoryKeyStore.open({
      directory: join(root, 'data.keys'),
      dataDirectory,
      random,
    });
    await rebuildState({ dataDirectory, keyStore, random, progress: () => undefined });
    expect(await findings()).toEqual([]);
    const again = await openTestStore(root);
    await again.store.close();
  });
});
