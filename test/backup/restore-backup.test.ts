/** Backups of a node that serves, and what becomes of them. */
import { copyFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LeafIndex } from '../../src/base/brand.js';
import { RandomPool } from '../../src/base/random.js';
import { requestHandover } from '../../src/hand-over-log.js';
import { openEntry } from '../../src/queries/opened-entry.js';
import { nodeFindings } from '../faults/damaged-node.js';
import { brokenPromises, ClientMemory } from '../support/client-memory.js';
import { rejection } from '../support/errors.js';
import { FakeClock } from '../support/fake-clock.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestNode } from '../support/test-node.js';
import { appendSome, backUp, backUpAtRest, bringBack, keysOf } from './backed-node.js';

let root: string;
let memory: ClientMemory;
beforeEach(async () => {
  root = await temporaryDirectory();
  memory = new ClientMemory();
});
afterEach(() => removeDirectory(root));

async function liveSome(): Promise<void> {
  const opened = await openTestNode(root);
  await opened.node.createLedger('default', 'kyc');
  await appendSome(opened, memory, 0, 10);
  await opened.node.anchorNow();
  await backUp(opened, root);
  await opened.close();
}

describe('a backup of a node that serves', () => {
  it('holds each entry that was durable when it began, while writes go on', async () => {
    const opened = await openTestNode(root);
    await opened.node.createLedger('default', 'kyc');
    await appendSome(opened, memory, 0, 10);
    const later = new ClientMemory();
    const writing = appendSome(opened, later, 10, 40);
    await backUp(opened, root);
    await writing;
    await opened.close();

    const { wentOn } = await bringBack(root, 'again');
    expect(wentOn?.map(({ origin }) => origin.split('/').slice(2).join('/')).sort()).toEqual([
      '_access/2',
      'epochs/2',
      'kyc/2',
    ]);
    expect(await nodeFindings(join(root, 'again'))).toEqual([]);
    const again = await openTestNode(join(root, 'again'));
    expect(await brokenPromises(again.node.store, memory)).toEqual([]);
    await appendSome(again, memory, 50, 55);
    await again.close();
    expect(await nodeFindings(join(root, 'again'))).toEqual([]);
  });

  it('writes only what is new', async () => {
    const opened = await openTestNode(root);
    await opened.node.createLedger('default', 'kyc');
    await appendSome(opened, memory, 0, 60);
    await opened.node.anchorNow();
    const first = await backUp(opened, root);
    const second = await backUp(opened, root);
    await appendSome(opened, memory, 60, 61);
    const third = await backUp(opened, root);
    await opened.close();
    expect([first.number, second.number, third.number]).toEqual([1, 2, 3]);
    // A manifest, and nothing else.
    expect(second.bytes).toBeLessThan(2_000);
    expect(third.bytes).toBeLessThan(first.bytes / 10);
    expect(await readdir(join(root, 'target', 'parts'))).toHaveLength(2);
    const { number } = await bringBack(root, 'again');
    expect(number).toBe(3);
    const again = await openTestNode(join(root, 'again'));
    expect(await brokenPromises(again.node.store, memory)).toEqual([]);
    await again.close();
  });

  it('may be gone back to; the target then takes no other history', async () => {
    const opened = await openTestNode(root);
    await opened.node.createLedger('default', 'kyc');
    await appendSome(opened, memory, 0, 10);
    await backUp(opened, root);
    await appendSome(opened, new ClientMemory(), 10, 20);
    await backUp(opened, root);
    await opened.close();
    await bringBack(root, 'again', { number: 1 });
    const again = await openTestNode(join(root, 'again'));
    expect(await brokenPromises(again.node.store, memory)).toEqual([]);
    expect(await rejection(backUp(again, root))).toMatchObject({ code: 'BACKUP_TARGET_OTHER' });
    await again.close();
  });
});

describe('a backup of a stopped node', () => {
  it('goes on as it is, if no node has run since', async () => {
    await liveSome();
    await backUpAtRest(root);
    expect((await bringBack(root, 'again')).wentOn).toBeNull();
    expect(await nodeFindings(join(root, 'again'))).toEqual([]);
    const again = await openTestNode(join(root, 'again'));
    expect(again.node.store.allLedgers().map(({ logs }) => logs.length)).toEqual([1, 1, 1]);
    expect(await brokenPromises(again.node.store, memory)).toEqual([]);
    await again.close();
  });

  it('goes on in new logs if one has', async () => {
    await liveSome();
    await backUpAtRest(root);
    await (await openTestNode(root)).close();
    expect((await bringBack(root, 'again')).wentOn).toHaveLength(3);
  });
});

describe('a backup of logs that were handed over', () => {
  it('is restored, of whatever time, with the keys that there are now', async () => {
    const opened = await openTestNode(root);
    await opened.node.createLedger('default', 'kyc');
    for (let n = 0; n < 3; n++) {
      await appendSome(opened, memory, 10 * n, 10 * n + 5);
      await backUp(opened, root);
      for (const { identity } of opened.node.store.allLedgers())
        if (identity.name === 'kyc') await opened.node.store.rotateKeys(identity.handle);
    }
    await opened.close();
    for (const number of [3, 2, 1]) {
      const into = `again-${number}`;
      expect((await bringBack(root, into, { number })).number).toBe(number);
      expect([number, await nodeFindings(join(root, into))]).toEqual([number, []]);
      const again = await openTestNode(join(root, into));
      const ledgers = again.node.store.allLedgers();
      expect(ledgers.map(({ logs }) => logs.length)).toEqual([2, 2, 2]);
      // All that it held is read, whosever the keys are.
      const kyc = ledgers.find(({ identity }) => identity.name === 'kyc')?.logs[0];
      const payloads: unknown[] = [];
      for (let index = 0; index < (kyc?.head.size ?? 0); index++) {
        const entry = await kyc?.entry(index as LeafIndex);
        const vault = again.node.store.vaultOf(again.node.tenantNamed('default').handle);
        const read = entry && (await openEntry(vault, entry));
        if (read?.kind === 'record') payloads.push(read.payload.bytes.length > 0);
      }
      expect([number, payloads]).toEqual([number, Array.from({ length: 5 * number }, () => true)]);
      await appendSome(again, new ClientMemory(), 90, 92);
      await again.close();
      expect([number, await nodeFindings(join(root, into))]).toEqual([number, []]);
    }
  }, 60_000);

  it('goes on in new logs, if a stopped node was handed over since', async () => {
    await liveSome();
    await backUpAtRest(root);
    const { signed } = await requestHandover(
      {
        ...{ dataDirectory: join(root, 'data'), keyStore: await keysOf(root) },
        ...{ clock: new FakeClock(), random: new RandomPool(), tenant: 'default', ledger: 'kyc' },
      },
      null,
    );
    expect(signed).not.toBeNull();
    expect((await bringBack(root, 'again')).wentOn).toHaveLength(3);
    expect(await nodeFindings(join(root, 'again'))).toEqual([]);
  });
});

describe('a restore', () => {
  it('goes into an empty directory only', async () => {
    await liveSome();
    await bringBack(root, 'again');
    const before = await readFile(join(root, 'again', 'data', 'FORMAT'));
    expect(await rejection(bringBack(root, 'again'))).toMatchObject({ code: 'BACKUP_NOT_EMPTY' });
    expect(await readFile(join(root, 'again', 'data', 'FORMAT'))).toEqual(before);
  });

  it('names what is altered, cut short, missing or in the place of another', async () => {
    await liveSome();
    await backUpAtRest(root);
    const target = join(root, 'target');
    const all = (await readdir(target, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => relative(target, join(entry.parentPath, entry.name)));
    expect(all.length).toBeGreaterThanOrEqual(8);
    const said: string[] = [];
    for (const name of all)
      for (const [what, change] of CHANGES) {
        const path = join(target, name);
        const bytes = await readFile(path);
        await change(path, bytes, join(target, all.find((other) => other !== name) ?? ''));
        const error: unknown = await bringBack(root, 'again').then(
          () => null,
          (cause: unknown) => cause,
        );
        // Of a newest backup without its manifest nobody knows: the one before it is whole, and says its number.
        const named = error instanceof Error && error.message.includes(name);
        // Of a vault without its statement the tenant and the generation are said.
        const lacks = `tenant ${name.split('/')[1] ?? ''} is lacking in generation 1`;
        const isLacking = error instanceof Error && error.message.includes(lacks);
        if (!named && !isLacking) said.push(`${name} ${what}: ${String(error)}`);
        await writeFile(path, bytes);
        await rm(join(root, 'again'), { recursive: true });
      }
    const isLast = (line: string): boolean => /^manifests\/00000002 missing: null$/.test(line);
    expect(said.filter((line) => !isLast(line))).toEqual([]);
  }, 120_000);
});

type ChangeFile = (path: string, bytes: Uint8Array, other: string) => Promise<void>;

const CHANGES: readonly (readonly [string, ChangeFile])[] = [
  [
    'altered',
    (path, bytes) => {
      const changed = Uint8Array.from(bytes);
      changed[bytes.length >> 1] = (changed[bytes.length >> 1] ?? 0) ^ 1;
      return writeFile(path, changed);
    },
  ],
  ['cut short', (path, bytes) => writeFile(path, bytes.subarray(0, bytes.length - 1))],
  ['missing', (path) => rm(path)],
  ['in the place of another', (path, _bytes, other) => copyFile(other, path)],
];
