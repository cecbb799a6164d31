import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LeafIndex } from '../../src/base/brand.js';
import { toHex } from '../../src/base/bytes.js';
import { RandomPool } from '../../src/base/random.js';
import { dataScope, monthOf, type SecretScope, tagsScope } from '../../src/base/secret-scope.js';
import { appendRecords, type RecordResult } from '../../src/commands/append-records.js';
import { DirectoryKeyStore } from '../../src/keys/directory-key-store.js';
import type { Vault } from '../../src/keys/vault.js';
import { vaultKey } from '../../src/ledger/internal/state-keys.js';
import { WriteState } from '../../src/ledger/internal/write-state.js';
import { openEntry } from '../../src/queries/opened-entry.js';
import { parseRecordInput } from '../../src/records/record-input.js';
import { copyDirectory } from '../support/copy-directory.js';
import { rejection } from '../support/errors.js';
import { faultsBetween, FaultPlan, type PlannedFault } from '../support/fault-plan.js';
import { caseNumbers, spread } from '../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { depsOf, openTestStore, type TestStore } from '../support/test-store.js';

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(() => removeDirectory(root));

const isAlice = ({ person }: SecretScope): boolean => person === 'alice';

describe('forgetting a person', () => {
  it('leaves everybody else readable, and nothing that opens what was theirs', async () => {
    const opened = await written(root);
    const { secrets } = await forget(opened, isAlice);
    expect(secrets.map(({ scope }) => scope)).toEqual([
      tagsScope('alice'),
      dataScope('alice', 'default', monthOf(opened.clock.now())),
    ]);
    expect(await payloads(opened)).toEqual([null, 'bob', null, 'bob']);
    expect(vaultOf(opened).generation).toBe(2);
    await opened.store.close();

    const again = await openTestStore(root);
    expect(again.store.report.logs).toEqual([]);
    expect(await payloads(again)).toEqual([null, 'bob', null, 'bob']);
    await again.store.close();
  });

  it('makes room: of the old generation no file and no row of the index is left', async () => {
    const opened = await written(root);
    await forget(opened, isAlice);
    expect(await readdir(join(root, 'data', 'vault', tenantOf(opened)))).toEqual(['00000002.rows']);
    await opened.store.close();
    const state = await WriteState.open(join(root, 'data', 'state'));
    // Of bob two secrets with two rows each, of the author one, and the row that says that it is whole.
    expect(await countRows(state)).toBe(2 * 3 + 1);
    await state.close();
  });

  it('keeps the tags of whom something else is kept', async () => {
    const opened = await written(root);
    await append(opened, 'alice', { retention: 'kyc' });
    const { secrets } = await forget(
      opened,
      (scope) => isAlice(scope) && (scope.use === 'tags' || scope.class === 'default'),
    );
    expect(secrets.map(({ scope }) => scope.use)).toEqual(['data']);
    expect(await payloads(opened)).toEqual([null, 'bob', null, 'bob', 'alice']);
    expect(await vaultOf(opened).find(tagsScope('alice'))).not.toBeNull();
    await opened.store.close();
  });

  it('appends nothing that would rest on what is going, and afterwards begins anew', async () => {
    const opened = await written(root);
    const before = await vaultOf(opened).find(tagsScope('alice'));
    const { secrets } = await opened.store.forgetter.survey(tenantOf(opened), isAlice);
    expect((await append(opened, 'alice')).error?.code).toBe('KEYS_VAULT_PUSHBACK');
    expect((await append(opened, 'bob')).error).toBeUndefined();
    await opened.store.forgetter.destroy(tenantOf(opened), idsOf(secrets));
    expect((await append(opened, 'alice')).error).toBeUndefined();
    const after = await vaultOf(opened).find(tagsScope('alice'));
    expect(toHex(after?.secret ?? new Uint8Array())).not.toBe(
      toHex(before?.secret ?? new Uint8Array()),
    );
    expect((await payloads(opened)).slice(-2)).toEqual(['bob', 'alice']);
    await opened.store.close();
  });

  it('can be called off', async () => {
    const opened = await written(root);
    await opened.store.forgetter.survey(tenantOf(opened), isAlice);
    opened.store.forgetter.spare(tenantOf(opened));
    expect((await append(opened, 'alice')).error).toBeUndefined();
    expect(vaultOf(opened).generation).toBe(1);
    await opened.store.close();
  });

  it('loses nothing of what others write meanwhile', async () => {
    const opened = await written(root);
    const { secrets } = await opened.store.forgetter.survey(tenantOf(opened), isAlice);
    const over = new AbortController();
    const writing = (async () => {
      const results: RecordOf[] = [];
      for (let n = 0; !over.signal.aborted; n++)
        results.push(await append(opened, `customer-${n}`));
      return results;
    })();
    await opened.store.forgetter.destroy(tenantOf(opened), idsOf(secrets));
    over.abort();
    const others = await writing;
    expect(others.every(({ error }) => error === undefined)).toBe(true);
    const persons = others.map((_, n) => `customer-${n}`);
    expect(await payloads(opened)).toEqual([null, 'bob', null, 'bob', ...persons]);
    await opened.store.close();
    const again = await openTestStore(root);
    expect(await payloads(again)).toEqual([null, 'bob', null, 'bob', ...persons]);
    await again.store.close();
  });

  it('is called off by a stop that comes before anything was destroyed', async () => {
    const opened = await written(root);
    const { forgetter } = opened.store;
    const { secrets } = await forgetter.survey(tenantOf(opened), isAlice);
    const destroying = rejection(forgetter.destroy(tenantOf(opened), idsOf(secrets)));
    await opened.store.close();
    expect((await destroying).code).toBe('LEDGER_CLOSED');
    const again = await openTestStore(root);
    expect(await payloads(again)).toEqual(['alice', 'bob', 'alice', 'bob']);
    await again.store.close();
  });
});

describe('forgetting that a crash cuts short', () => {
  it('has happened or not after any step, and is done when it is asked for again', async () => {
    const steps = spread(await stepsOfForgetting());
    expect(steps.length).toBeGreaterThan(50);
    const seen = new Set<number>();
    const chosen = caseNumbers(16, steps.length).flatMap((at) => steps.slice(at, at + 1));
    for (const [at, fault] of chosen.entries()) {
      const place = join(root, String(at));
      seen.add(await crashAndGoOn(place, fault));
      await removeDirectory(place);
    }
    expect([...seen].sort()).toEqual([1, 2]);
  }, 240_000);
});

/** Each durable step between the survey and the end, at each moment. */
async function stepsOfForgetting(): Promise<PlannedFault[]> {
  const plan = new FaultPlan(null);
  const place = join(root, 'whole');
  const opened = await written(place, plan);
  const before = new Map(plan.steps);
  await forget(opened, isAlice);
  const after = new Map(plan.steps);
  await opened.store.close();
  return faultsBetween(before, after);
}

/** @returns the generation that the crash left. */
async function crashAndGoOn(place: string, fault: PlannedFault): Promise<number> {
  const name = `${fault.step} ${fault.when}`;
  const plan = new FaultPlan(fault);
  const opened = await written(place, plan);
  const { secrets } = await opened.store.forgetter.survey(tenantOf(opened), isAlice);
  await expect(opened.store.forgetter.destroy(tenantOf(opened), idsOf(secrets))).rejects.toThrow();
  expect([name, plan.hasStruck]).toEqual([name, true]);
  // As a process that is killed leaves it.
  const killed = join(place, 'killed');
  await copyDirectory(join(place, 'data'), join(killed, 'data'));
  await copyDirectory(join(place, 'data.keys'), join(killed, 'data.keys'));
  await opened.store.close().catch(() => undefined);

  const again = await openTestStore(killed);
  const { generation } = vaultOf(again);
  const kept = generation === 1 ? 'alice' : null;
  expect([name, await payloads(again)]).toEqual([name, [kept, 'bob', kept, 'bob']]);
  await again.store.forgetter.destroy(tenantOf(again), idsOf(secrets));
  expect([name, await payloads(again)]).toEqual([name, [null, 'bob', null, 'bob']]);
  expect((await append(again, 'bob')).error).toBeUndefined();
  await again.store.close();
  const keys = (await readdir(join(killed, 'data.keys'))).filter((file) =>
    file.includes('.vault.'),
  );
  expect([name, keys.length]).toEqual([name, 1]);
  await expectNoTrace(killed, secrets);
  return generation;
}

/** No file holds what wrapped rows of the old generation would need; rows themselves may be anywhere. */
async function expectNoTrace(
  place: string,
  secrets: readonly { rowId: Uint8Array }[],
): Promise<void> {
  const [file] = await readdir(join(place, 'data', 'vault'));
  const directory = join(place, 'data', 'vault', file ?? '');
  for (const name of await readdir(directory)) {
    const bytes = await readFile(join(directory, name));
    for (const { rowId } of secrets) expect(bytes.includes(Buffer.from(rowId))).toBe(false);
  }
}

interface RecordOf {
  readonly error?: { readonly code: string };
}

/** Two records of alice and two of bob, in turn, on the plan's files. */
async function written(place: string, plan = new FaultPlan(null)): Promise<TestStore> {
  const opened = await openTestStore(place, {
    openJournalFiles: plan.openJournalFiles,
    durableFiles: plan.durableFiles('data'),
    keyStore: await keyStore(place, plan),
  });
  const tenant = await opened.store.createTenant('default', 'example.org');
  await opened.store.createLedger(tenant, 'kyc');
  for (const person of ['alice', 'bob', 'alice', 'bob']) await append(opened, person);
  return opened;
}

async function keyStore(place: string, plan: FaultPlan): Promise<DirectoryKeyStore> {
  const random = new RandomPool();
  const dataDirectory = join(place, 'data');
  await mkdir(dataDirectory, { recursive: true });
  const files = plan.durableFiles('keys');
  return DirectoryKeyStore.open({
    directory: join(place, 'data.keys'),
    dataDirectory,
    random,
    files,
  });
}

async function forget(
  opened: TestStore,
  goes: (scope: SecretScope) => boolean,
): Promise<{ secrets: readonly { rowId: Uint8Array; scope: SecretScope }[] }> {
  const { forgetter } = opened.store;
  const doomed = await forgetter.survey(tenantOf(opened), goes);
  await forgetter.destroy(tenantOf(opened), idsOf(doomed.secrets));
  return doomed;
}

function idsOf(secrets: readonly { readonly rowId: Uint8Array }[]): string[] {
  return secrets.map(({ rowId }) => toHex(rowId));
}

async function append(opened: TestStore, subject: string, more: object = {}): Promise<RecordOf> {
  const record = parseRecordInput({
    type: 'test.Record',
    subject,
    payload: { of: subject },
    ...more,
  });
  const [result] = await appendRecords(
    await depsOf(opened),
    { tenant: tenantOf(opened), ledger: 'kyc', author: 'key:test' },
    [{ record, idempotencyKey: null }],
  ).catch((error: unknown): RecordResult[] => [{ kind: 'error', error: error as never }]);
  return result?.kind === 'error' ? { error: result.error } : {};
}

/** Of whom each record is said to be; null where its secret is gone. */
async function payloads(opened: TestStore): Promise<(string | null)[]> {
  const { reader } = opened.store.ledger(tenantOf(opened), 'kyc');
  const found: (string | null)[] = [];
  for (let index = 1; index < reader.head.size; index++)
    found.push(await payloadOf(opened, await reader.entry(index as LeafIndex)));
  return found;
}

async function payloadOf(
  opened: TestStore,
  entry: Parameters<typeof openEntry>[1],
): Promise<string | null> {
  const record = await openEntry(vaultOf(opened), entry);
  if (record.kind === 'erased') return null;
  if (record.kind !== 'record') throw new Error('only records were appended');
  return (JSON.parse(Buffer.from(record.payload.bytes).toString()) as { of: string }).of;
}

/** In the index of all vaults. */
async function countRows(state: WriteState): Promise<number> {
  const range = { gte: vaultKey(new Uint8Array(32)), lt: vaultKey(new Uint8Array(32).fill(0xff)) };
  const keys: Uint8Array[] = [];
  for await (const [key] of state.rows(range)) keys.push(key);
  return keys.length;
}

function tenantOf({ store }: TestStore): string {
  return store.tenantNamed('default')?.handle ?? '';
}

function vaultOf(opened: TestStore): Vault {
  return opened.store.vaultOf(tenantOf(opened));
}
