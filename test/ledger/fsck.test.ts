import { copyFile, cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RandomPool } from '../../src/base/random.js';
import { appendRecords } from '../../src/commands/append-records.js';
import { DirectoryKeyStore } from '../../src/keys/directory-key-store.js';
import { type Finding, fsck, rebuildState } from '../../src/ledger/fsck.js';
import { parseRecordInput } from '../../src/records/record-input.js';
import { damageRow, ROW_KINDS } from '../faults/row-damage.js';
import { copyDirectory } from '../support/copy-directory.js';
import { directoryDigests } from '../support/directory-digests.js';
import { rejection } from '../support/errors.js';
import { SeededChoice } from '../support/seeded-choice.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { depsOf, openTestStore, type TestStore } from '../support/test-store.js';

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
  await append(opened, commits);
  await opened.store.close();
}

async function append(opened: TestStore, commits: number): Promise<void> {
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
      Array.from({ length: 1 + (n % 3) }, (_, at) => ({ record, idempotencyKey: `${n}-${at}` })),
    );
  }
}

async function findings(directory = root): Promise<Finding[]> {
  const dataDirectory = join(directory, 'data');
  const random = new RandomPool();
  const keyStore = await DirectoryKeyStore.openUnchanged({
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

  it('changes nothing in what a stop or a kill leaves, and leaves nothing beside it', async () => {
    const opened = await openTestStore(root);
    await append(opened, 7);
    const killed = join(root, 'killed');
    await copyDirectory(join(root, 'data'), join(killed, 'data'));
    await copyDirectory(join(root, 'data.keys'), join(killed, 'data.keys'));
    await opened.store.close();
    for (const directory of [root, killed]) {
      const before = await directoryDigests(directory);
      expect(await findings(directory)).toEqual([]);
      expect(await directoryDigests(directory)).toEqual(before);
    }
  });

  it('leaves an unfinished rotation unfinished, with both its keys', async () => {
    await written(3);
    const keyStore = await DirectoryKeyStore.open({
      directory: join(root, 'data.keys'),
      dataDirectory: join(root, 'data'),
      random: new RandomPool(),
    });
    // The power goes when the new generation is in place, and before the old key is destroyed.
    keyStore.destroyVaultKey = () => Promise.reject(new Error('the power is gone'));
    const opened = await openTestStore(root, { keyStore });
    const tenant = opened.store.tenantNamed('default')?.handle ?? '';
    const rotation = { keep: () => true, putIndex: () => Promise.resolve() };
    const { finish } = await opened.store.vaultOf(tenant).beginRotation(rotation);
    await expect(finish()).rejects.toThrow('rotation');
    const killed = join(root, 'killed');
    await copyDirectory(join(root, 'data'), join(killed, 'data'));
    await copyDirectory(join(root, 'data.keys'), join(killed, 'data.keys'));
    await opened.store.close();
    const before = await directoryDigests(killed);
    expect(before.filter((line) => line.includes('.vault.'))).toHaveLength(2);
    expect(await findings(killed)).toEqual([]);
    expect(await directoryDigests(killed)).toEqual(before);
    // Opening is what finishes it.
    await (await openTestStore(killed)).store.close();
    expect(await readdir(join(killed, 'data', 'vault', tenant))).toEqual(['00000002.rows']);
    expect(await findings(killed)).toEqual([]);
  });

  it('says that a directory is in use if it does not stand still', async () => {
    await written(1);
    const stop = new AbortController();
    const writing = (async () => {
      for (let n = 0; !stop.signal.aborted; n++)
        await writeFile(join(root, 'data', 'busy'), String(n));
    })();
    const error = await rejection(findings());
    stop.abort();
    await writing;
    expect(error.code).toBe('LEDGER_LOCKED');
    expect((await readdir(root)).sort()).toEqual(['data', 'data.keys']);
  });

  it('finds rows of the write state that were changed, added or lost under its checksums', async () => {
    await written(5);
    const state = join(root, 'data', 'state');
    await cp(state, join(root, 'saved'), { recursive: true });
    for (const kind of ROW_KINDS)
      for (let seed = 0; seed < 4; seed++) {
        const row = await damageRow(state, kind, new SeededChoice(`${kind} ${seed}`));
        // What the index of a vault has too much is never asked for, and what says that it is
        // complete is made again.
        if (!row.startsWith('ffffffff02'))
          expect([kind, row, await findings()]).not.toEqual([kind, row, []]);
        await rm(state, { recursive: true });
        await cp(join(root, 'saved'), state, { recursive: true });
      }
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
