/**
 * What an entry of a shared log has a node destroy, cut short at any durable step: when the store is opened again, either there is no
 * such entry, or all that it names goes, and never comes back.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { LeafIndex } from '../../src/base/brand.js';
import { fromHex, toHex } from '../../src/base/bytes.js';
import { RandomPool } from '../../src/base/random.js';
import { appendRecords } from '../../src/commands/append-records.js';
import { DirectoryKeyStore } from '../../src/keys/directory-key-store.js';
import { erasureDrafts } from '../../src/ledger/erasure-draft.js';
import type { SharedSecret } from '../../src/ledger/log-secrets.js';
import type { SharedLog } from '../../src/ledger/shared-log.js';
import { openEntry } from '../../src/queries/opened-entry.js';
import { parseRecordInput } from '../../src/records/record-input.js';
import { copyDirectory } from '../support/copy-directory.js';
import { faultsBetween, FaultPlan, type PlannedFault } from '../support/fault-plan.js';
import { caseNumbers, spread, timeLimit } from '../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { depsOf, openTestStore, type TestStore } from '../support/test-store.js';

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(() => removeDirectory(root));

const WORD = Buffer.from('a word');

it(
  'is done or was never said after any step, and is not undone by what is given later',
  async () => {
    // What comes first is the entry itself.
    const [first, ...rest] = await stepsOfErasing();
    const steps = [first, ...spread(rest)].flatMap((step) => step ?? []);
    expect(steps.length).toBeGreaterThan(50);
    const seen = new Set<boolean>();
    const chosen = caseNumbers(16, steps.length).flatMap((at) => steps.slice(at, at + 1));
    for (const [at, fault] of chosen.entries()) {
      const place = join(root, String(at));
      seen.add(await crashAndGoOn(place, fault));
      await removeDirectory(place);
    }
    expect([...seen].sort()).toEqual([false, true]);
  },
  Math.max(timeLimit, 240_000),
);

/** Each durable step from the entry on, at each moment. */
async function stepsOfErasing(): Promise<PlannedFault[]> {
  const plan = new FaultPlan(null);
  const opened = await written(join(root, 'whole'), plan);
  const before = new Map(plan.steps);
  await erase(opened);
  const after = new Map(plan.steps);
  expect(await payloads(opened)).toEqual([null, 'bob', null, 'bob']);
  await opened.store.close();
  return faultsBetween(before, after);
}

/** @returns whether the entry was there after the crash. */
async function crashAndGoOn(place: string, fault: PlannedFault): Promise<boolean> {
  const name = `${fault.step} ${fault.when}`;
  const plan = new FaultPlan(fault);
  const opened = await written(place, plan);
  const stolen = await secretsOfAlice(opened);
  await expect(erase(opened)).rejects.toThrow();
  expect([name, plan.hasStruck]).toEqual([name, true]);
  // As a process that is killed leaves it.
  const killed = join(place, 'killed');
  await copyDirectory(join(place, 'data'), join(killed, 'data'));
  await copyDirectory(join(place, 'data.keys'), join(killed, 'data.keys'));
  await opened.store.close().catch(() => undefined);

  const again = await openTestStore(killed);
  const shared = sharedOf(again);
  const newest = await shared.erasures.newest();
  if (newest === null) {
    expect([name, await payloads(again)]).toEqual([name, ['alice', 'bob', 'alice', 'bob']]);
    await erase(again);
  } else {
    // What is here still is not given, and nothing new rests on it.
    const left = await shared.erasures.left(0);
    const vault = again.store.vaultOf(tenantOf(again));
    expect([name, [...vault.condemned].sort()]).toEqual([name, [...left].sort()]);
    const rows = stolen.map(({ rowId }) => rowId);
    expect((await shared.erasures.erased(rows)).size).toBe(rows.length);
    await finish(again);
  }
  expect([name, await payloads(again)]).toEqual([name, [null, 'bob', null, 'bob']]);
  await sharedOf(again).secrets.adopt(stolen);
  expect([name, await payloads(again)]).toEqual([name, [null, 'bob', null, 'bob']]);
  expect(again.store.vaultOf(tenantOf(again)).generation).toBe(2);
  await again.store.close();
  return newest !== null;
}

/** As its writer: the entry is made, carried up, and carried out. */
async function erase(opened: TestStore): Promise<void> {
  const shared = sharedOf(opened);
  const rows = (await secretsOfAlice(opened)).map(({ rowId }) => toHex(rowId));
  const { staged } = await shared.stage(erasureDrafts('0123456789ab', rows));
  if (staged === null) throw new Error('it appends something');
  await shared.commit(staged);
  await finish(opened);
}

async function finish(opened: TestStore): Promise<void> {
  const { erasures } = sharedOf(opened);
  const left = await erasures.left(0);
  if (left.length > 0) await opened.store.forgetter.destroy(tenantOf(opened), left);
  expect(await erasures.left(0)).toEqual([]);
  await erasures.keepWord(WORD);
  expect(Buffer.from((await erasures.word()) ?? [])).toEqual(WORD);
}

/** Two records of alice and two of bob, in turn, in a ledger that is then shared. */
async function written(place: string, plan: FaultPlan): Promise<TestStore> {
  const dataDirectory = join(place, 'data');
  await mkdir(dataDirectory, { recursive: true });
  const opened = await openTestStore(place, {
    openJournalFiles: plan.openJournalFiles,
    durableFiles: plan.durableFiles('data'),
    keyStore: await DirectoryKeyStore.open({
      ...{ directory: join(place, 'data.keys'), dataDirectory, random: new RandomPool() },
      files: plan.durableFiles('keys'),
    }),
  });
  const tenant = await opened.store.createTenant('default', 'example.org');
  const { identity } = await opened.store.createLedger(tenant, 'kyc');
  const to = { tenant: tenant.handle, ledger: 'kyc', author: 'key:test' };
  for (const subject of ['alice', 'bob', 'alice', 'bob']) {
    const record = parseRecordInput({ type: 'test.Record', subject, payload: { of: subject } });
    await appendRecords(await depsOf(opened), to, [{ record, idempotencyKey: null }]);
  }
  await opened.store.share(identity.handle);
  return opened;
}

/** Of whom each record is said to be; null where its secret is gone. */
async function payloads(opened: TestStore): Promise<(string | null)[]> {
  const { reader } = opened.store.ledger(tenantOf(opened), 'kyc');
  const found: (string | null)[] = [];
  for (let index = 1; index <= 4; index++) {
    const entry = await reader.entry(index as LeafIndex);
    const record = await openEntry(opened.store.vaultOf(tenantOf(opened)), entry);
    found.push(
      record.kind === 'record'
        ? (JSON.parse(Buffer.from(record.payload.bytes).toString()) as { of: string }).of
        : null,
    );
  }
  return found;
}

async function secretsOfAlice(opened: TestStore): Promise<SharedSecret[]> {
  const vault = opened.store.vaultOf(tenantOf(opened));
  const found: SharedSecret[] = [];
  for (const { rowId, scope } of (await vault.scopes(null)) ?? []) {
    const ref = scope.person === 'alice' ? await vault.secretOfRow(fromHex(toHex(rowId))) : null;
    if (ref !== null) found.push({ rowId: fromHex(toHex(rowId)), scope, secret: ref.secret });
  }
  return found;
}

function sharedOf(opened: TestStore): SharedLog {
  return opened.store.sharedLog(opened.store.ledger(tenantOf(opened), 'kyc').identity.handle);
}

function tenantOf({ store }: TestStore): string {
  return store.tenantNamed('default')?.handle ?? '';
}
