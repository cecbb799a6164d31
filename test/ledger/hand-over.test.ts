import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LeafIndex, TreeSize } from '../../src/base/brand.js';
import { RandomPool } from '../../src/base/random.js';
import { DirectoryKeyStore } from '../../src/keys/directory-key-store.js';
import type { LogReader } from '../../src/ledger/log-reader.js';
import { parseStatement } from '../../src/records/parse-statement.js';
import { ask, brokenPromises, brokenRepeats, ClientMemory } from '../support/client-memory.js';
import { copyDirectory } from '../support/copy-directory.js';
import { FaultPlan, type PlannedFault, type When } from '../support/fault-plan.js';
import { fsckFindings } from '../support/fsck-findings.js';
import { HANDOVER_ORDER, handoverOrder } from '../support/handover-order.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestStore, type TestStore } from '../support/test-store.js';

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(() => removeDirectory(root));

describe('a log that is handed over', () => {
  it('goes on under its origin, with all that was told before, and after reopening', async () => {
    const memory = new ClientMemory();
    let opened = await begun(root);
    for (let round = 0; round < 3; round++) {
      await write(opened, memory, 3);
      const { verifierKey } = readerOf(opened);
      await rotate(opened);
      expect(readerOf(opened).verifierKey).not.toBe(verifierKey);
      expect(parseStatement(await lastStatement(readerOf(opened)))).toMatchObject({
        kind: 'handover',
        old: verifierKey,
        new: readerOf(opened).verifierKey,
      });
      await write(opened, memory, 2);
      expect(await brokenPromises(opened.store, memory)).toEqual([]);
      await opened.store.close();
      opened = await openTestStore(root);
      expect(opened.store.report.logs).toEqual([]);
      expect(await brokenPromises(opened.store, memory)).toEqual([]);
    }
    expect(readerOf(opened).handovers).toHaveLength(3);
    expect(await brokenRepeats(opened, 'bank', memory)).toEqual([]);
    await opened.store.close();
    expect(await logKeyFiles(root)).toHaveLength(1);
    expect(await fsckFindings(root)).toEqual([]);
  });

  it('puts its entry before whatever waits meanwhile', async () => {
    const memory = new ClientMemory();
    const opened = await begun(root);
    await Promise.all([write(opened, memory, 5), rotate(opened), write(opened, memory, 5, 'more')]);
    expect(await brokenPromises(opened.store, memory)).toEqual([]);
    const [handover] = readerOf(opened).handovers;
    const { statement } = await readerOf(opened).entry((handover?.size ?? 0) as LeafIndex);
    expect(parseStatement(statement).kind).toBe('handover');
    await opened.store.close();
  });

  it('names the Hypercore that each head is in, and keeps the last checkpoint of the old key', async () => {
    const memory = new ClientMemory();
    const opened = await begun(root);
    await write(opened, memory, 2);
    const reader = readerOf(opened);
    const [before, size] = [reader.checkpoint(), reader.head.size];
    const earlier = await reader.checkpointAt((size - 1) as TreeSize);
    const { discoveryKey } = reader;
    await rotate(opened);
    expect(reader.discoveryKey).not.toEqual(discoveryKey);
    expect(await reader.checkpointAt(size)).toBe(before);
    // The same text, by the key that there is now.
    const again = await reader.checkpointAt((size - 1) as TreeSize);
    expect(again).not.toBe(earlier);
    expect(again.split('\n\n')[0]).toBe(earlier.split('\n\n')[0]);
    await opened.store.close();
  });
});

describe('a handover', () => {
  it('comes after the new key is synced, and says so in the catalog before the entry; the old key goes last', async () => {
    const plan = new FaultPlan(null);
    const opened = await begun(root, plan);
    await write(opened, new ClientMemory(), 2);
    const before = plan.trace.length;
    await rotate(opened);
    expect(handoverOrder(plan.trace.slice(before))).toEqual(HANDOVER_ORDER);
    await opened.store.close();
  });
});

describe('a crash within a handover', () => {
  it('leaves the log with its old keys, or one that goes on, and never both', async () => {
    const faults = await allFaults();
    expect(faults.length).toBeGreaterThan(40);
    let handedOver = 0;
    for (const [at, fault] of faults.entries()) {
      const place = join(root, String(at));
      handedOver += await crashAndGoOn(place, fault);
      await removeDirectory(place);
    }
    expect(handedOver).toBeGreaterThan(10);
    expect(handedOver).toBeLessThan(faults.length);
  }, 600_000);
});

/** Every durable step of a handover, and every way in which it can fail. */
async function allFaults(): Promise<PlannedFault[]> {
  const place = join(root, 'whole');
  const plan = new FaultPlan(null);
  const opened = await begun(place, plan);
  await write(opened, new ClientMemory(), 2);
  const before = new Map(plan.steps);
  await rotate(opened);
  const after = new Map(plan.steps);
  await opened.store.close();
  const whens: readonly When[] = ['before', 'torn', 'after'];
  return [...after].flatMap(([step, times]) =>
    Array.from({ length: times - (before.get(step) ?? 0) }, (_, more) => more).flatMap((more) =>
      whens
        .filter((when) => when !== 'torn' || /write|append|overwrite/.test(step))
        .map((when) => ({ step, nth: (before.get(step) ?? 0) + more, when })),
    ),
  );
}

/** @returns how many handovers the log had after the crash: 0 or 1. */
async function crashAndGoOn(place: string, fault: PlannedFault): Promise<number> {
  const name = `${fault.step} ${fault.nth} ${fault.when}`;
  const memory = new ClientMemory();
  const plan = new FaultPlan(fault, { isForGood: true });
  const opened = await begun(place, plan);
  await write(opened, memory, 2);
  await rotate(opened).catch(() => undefined);
  expect([name, plan.hasStruck]).toEqual([name, true]);
  // As a process that is killed leaves it.
  const killed = join(place, 'killed');
  await copyDirectory(join(place, 'data'), join(killed, 'data'));
  await copyDirectory(join(place, 'data.keys'), join(killed, 'data.keys'));
  await opened.store.close().catch(() => undefined);
  expect([name, await fsckFindings(killed)]).toEqual([name, []]);

  const again = await openTestStore(killed);
  const { length } = readerOf(again).handovers;
  expect([name, await brokenPromises(again.store, memory)]).toEqual([name, []]);
  await write(again, memory, 1, 'after');
  await rotate(again);
  await write(again, memory, 1, 'at last');
  expect([name, await brokenPromises(again.store, memory)]).toEqual([name, []]);
  await again.store.close();
  // Keys that were made and named by nothing may be left; those that were handed over never are.
  expect([name, (await logKeyFiles(killed)).length <= 2]).toEqual([name, true]);
  return length;
}

async function begun(place: string, plan = new FaultPlan(null)): Promise<TestStore> {
  const dataDirectory = join(place, 'data');
  await mkdir(dataDirectory, { recursive: true });
  const opened = await openTestStore(place, {
    observer: plan.observer,
    openJournalFiles: plan.openJournalFiles,
    durableFiles: plan.durableFiles('data'),
    keyStore: await DirectoryKeyStore.open({
      directory: join(place, 'data.keys'),
      dataDirectory,
      random: new RandomPool(),
      files: plan.durableFiles('keys'),
    }),
  });
  const tenant = await opened.store.createTenant('bank', 'example.org');
  await opened.store.createLedger(tenant, 'kyc');
  return opened;
}

async function rotate({ store }: TestStore): Promise<void> {
  for (const { identity } of store.allLedgers()) await store.rotateKeys(identity.handle);
}

async function write(opened: TestStore, memory: ClientMemory, count: number, what = 'record') {
  const { size } = readerOf(opened).head;
  for (let n = 0; n < count; n++)
    await ask(opened, 'bank', memory, [
      {
        ledger: 'kyc',
        subject: 'anna',
        key: 'residence',
        payload: { n: `${what} ${size}.${n}` },
        idempotencyKey: `${what} ${size}.${n}`,
      },
    ]);
}

function readerOf({ store }: TestStore): LogReader {
  return store.ledger(store.tenantNamed('bank')?.handle ?? '', 'kyc').reader;
}

async function lastStatement(reader: LogReader): Promise<Uint8Array> {
  return (await reader.entry((reader.head.size - 1) as LeafIndex)).statement;
}

async function logKeyFiles(place: string): Promise<string[]> {
  const names = await readdir(join(place, 'data.keys'));
  return names.filter((name) => name.startsWith('log.') && !name.endsWith('.ended.json'));
}
