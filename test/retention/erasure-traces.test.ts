/** What is left of a person after an erasure, wherever it was cut short: nothing that opens, in any file. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ScopePlace } from '../../src/keys/vault.js';
import { openEntry } from '../../src/queries/opened-entry.js';
import { answer, newKey } from '../api/support/ledger-client.js';
import { nodeFindings } from '../faults/damaged-node.js';
import { copyDirectory } from '../support/copy-directory.js';
import { FaultPlan, type PlannedFault } from '../support/fault-plan.js';
import { copyNode, faultsSince, openPlannedService } from '../support/planned-service.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestService, type TestService } from '../support/test-service.js';
import { openTestStore } from '../support/test-store.js';
import { certificate, propose, settle } from './erasure-client.js';
import { openRetentionNode, record } from './retention-node.js';

const ANNA = 'anna-of-the-traces';
const CITY = 'Lisbon-where-she-lived';
const PHONE = '+351-900-000-4711';

let root: string;
/** As it was before the erasure was approved. */
let before: string;
let adminKey: string;
let officer: string;
let id: string;
/** Bytes that must not be found any more, and what they are. */
let traces: ReadonlyMap<string, Uint8Array>;

beforeAll(async () => {
  root = await temporaryDirectory();
  before = join(root, 'before');
  const opened = await openRetentionNode(join(root, 'first'));
  const { node } = opened;
  ({ adminKey } = node);
  officer = await newKey(node, 'officer');
  await record(node, { subject: ANNA, payload: { city: CITY } });
  await record(node, { subject: 'bo', payload: { n: 1 } });
  await record(node, {
    ...{ subject: 'bo', payload: { n: 2 } },
    parts: [{ subject: ANNA, payload: { phone: PHONE } }],
  });
  await answer(node.request(`/v1/ledgers/kyc/subjects/${ANNA}`));
  ({ id } = await propose(node, { subject: ANNA }));
  await node.service.close();
  await copyNode(join(root, 'first'), before);
  await copyNode(before, join(root, 'read'));
  traces = await tracesOf(join(root, 'read'));
}, 120_000);

afterAll(() => removeDirectory(root));

/** What there is of the person, in clear: names, contents, salts and secrets. */
async function tracesOf(place: string): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  for (const text of [ANNA, CITY, PHONE]) found.set(text, Buffer.from(text));
  const { store } = await openTestStore(place);
  const tenant = store.tenantNamed('default')?.handle ?? '';
  const vault = store.vaultOf(tenant);
  for (let from: ScopePlace | null = null; ;) {
    const some: Awaited<ReturnType<typeof vault.scopes>> = await vault.scopes(from);
    const last = some?.at(-1);
    if (some === null || last === undefined) break;
    for (const { rowId, scope } of some) {
      if (scope.person !== ANNA) continue;
      const secret = (await vault.secretOfRow(rowId))?.secret ?? new Uint8Array(0);
      found.set(`secret ${JSON.stringify(scope)}`, Uint8Array.from(secret));
    }
    from = last.next;
  }
  const { reader } = store.ledger(tenant, 'kyc');
  for (let index = 0; index < reader.head.size; index++) {
    const opened = await openEntry(vault, await reader.entry(index as never));
    if (opened.kind !== 'record' || opened.said.subject !== ANNA) continue;
    found.set(`salt of the header ${index}`, Uint8Array.from(opened.header.salt));
    found.set(`salt of the payload ${index}`, Uint8Array.from(opened.payload.salt));
  }
  await store.close();
  return found;
}

/** Which of the traces are in any file of a node. */
async function foundIn(place: string): Promise<string[]> {
  const found: string[] = [];
  for (const directory of ['data', 'data.keys'])
    for (const entry of await readdir(join(place, directory), {
      recursive: true,
      withFileTypes: true,
    })) {
      if (!entry.isFile()) continue;
      const bytes = await readFile(join(entry.parentPath, entry.name));
      for (const [what, trace] of traces)
        if (
          bytes.includes(Buffer.from(trace)) ||
          bytes.includes(Buffer.from(trace).toString('base64'))
        )
          found.push(`${what} in ${entry.name}`);
    }
  return found;
}

const approve = (node: TestService): Promise<unknown> =>
  node
    .request(`/v1/erasures/${id}/approval`, { method: 'POST', key: officer })
    .then((response) => response.text());

async function expectErased(node: TestService): Promise<void> {
  expect(await certificate(node, id)).toMatchObject({
    certificate: { generations: { before: 1, after: 2 }, went: { tags: 1 } },
  });
  const items = async (name: string): Promise<readonly { payload?: unknown }[]> =>
    (await answer<{ items: [] }>(node.request(`/v1/ledgers/kyc/subjects/${name}`))).items;
  expect(await items(ANNA)).toEqual([]);
  expect((await items('bo')).map(({ payload }) => payload)).toEqual([{ n: 1 }, { n: 2 }]);
}

describe('after an erasure', () => {
  it('no file of data, views or keys holds contents, salts or secrets in clear, and fsck is content', async () => {
    // Names of secrets and salts are only worth looking for if they were found.
    expect(traces.size).toBe(3 + 3 + 2);
    const place = join(root, 'whole');
    await copyNode(before, place);
    const node = await openTestService(place, {}, adminKey);
    await approve(node);
    await settle(node);
    await expectErased(node);
    await node.service.close();
    expect(await foundIn(place)).toEqual([]);
    expect(await nodeFindings(place)).toEqual([]);
  }, 120_000);

  it('a copy of the data from before opens nothing with the keys of now', async () => {
    const place = join(root, 'restored');
    await copyDirectory(join(before, 'data'), join(place, 'data'));
    await copyDirectory(join(root, 'whole', 'data.keys'), join(place, 'data.keys'));
    await expect(openTestStore(place)).rejects.toMatchObject({ code: 'KEYS_MISSING' });
  });

  it('a secret that no erasure names is damage to fsck', async () => {
    const place = join(root, 'lost');
    await copyNode(before, place);
    const opened = await openTestStore(place);
    const tenant = opened.store.tenantNamed('default')?.handle ?? '';
    const { forgetter } = opened.store;
    const { secrets } = await forgetter.survey(tenant, ({ person }) => person === ANNA);
    await forgetter.destroy(
      tenant,
      secrets.map(({ rowId }) => Buffer.from(rowId).toString('hex')),
    );
    await opened.store.close();
    const findings = await nodeFindings(place);
    expect(findings).toContainEqual(expect.stringMatching(/is missing, and no erasure says so/));
    // Whoever is meant by an erasure that is pending must be known.
    expect(findings).toContainEqual(expect.stringMatching(/who is meant cannot be read any more/));
  }, 120_000);
});

describe('an erasure that a crash cuts short', () => {
  it('is finished by the next start, or has not begun, after any durable step', async () => {
    const steps = await stepsOfErasing();
    expect(steps.length).toBeGreaterThan(20);
    const states = new Set<string>();
    for (const [at, fault] of steps.entries()) {
      const place = join(root, `crash-${at}`);
      states.add(await crashAndGoOn(place, fault));
      await removeDirectory(place);
    }
    // Before it was announced, and after.
    expect([...states].sort()).toEqual(['approved', 'done', 'proposed']);
  }, 580_000);
});

/** Each durable step from the approval to the certificate. */
async function stepsOfErasing(): Promise<PlannedFault[]> {
  const place = join(root, 'steps');
  await copyNode(before, place);
  const plan = new FaultPlan(null);
  const node = await openPlannedService(place, plan, adminKey);
  const begun = new Map(plan.steps);
  await approve(node);
  await settle(node);
  const faults = faultsSince(plan, begun);
  await node.service.close();
  return faults;
}

/** @returns the state in which the next start found it, or brought it to. */
async function crashAndGoOn(place: string, fault: PlannedFault): Promise<string> {
  const plan = new FaultPlan(fault);
  const name = `${fault.step} ${fault.nth}`;
  await copyNode(before, place);
  const node = await openPlannedService(place, plan, adminKey);
  await approve(node).catch(() => undefined);
  // It fails with the store, or by itself.
  await settle(node).catch(() => undefined);
  expect([name, plan.hasStruck]).toEqual([name, true]);
  const killed = join(place, 'killed');
  await copyNode(place, killed);
  await node.service.close().catch(() => undefined);

  const again = await openTestService(killed, {}, adminKey);
  const { state } = await answer<{ state: string }>(again.request(`/v1/erasures/${id}`));
  if (state === 'proposed') await approve(again);
  if (state === 'approved')
    await answer(again.request('/v1/erasures/run', { method: 'POST' }), 202);
  await settle(again);
  await expectErased(again);
  await again.service.close();
  expect([name, await foundIn(killed)]).toEqual([name, []]);
  return state;
}
