/** What is left of a person after an erasure, wherever it was cut short: nothing that opens, in any file. */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ACCESS_LEDGER } from '../../src/access/access-entry.js';
import { DEFAULT_TENANT } from '../../src/access/tenant-name.js';
import { RandomPool } from '../../src/base/random.js';
import { DirectoryKeyStore } from '../../src/keys/directory-key-store.js';
import { openNodeAccess } from '../../src/node-access.js';
import { executionsOf as durableExecutions } from '../../src/queries/tenant-erasures.js';
import { certificateOf, executionsOf } from '../../src/retention/erasure-execution.js';
import { nowUnnamed } from '../../src/retention/erasure.js';
import { nodeFindings } from '../faults/damaged-node.js';
import { copyDirectory } from '../support/copy-directory.js';
import { faultsBetween, FaultPlan, type PlannedFault } from '../support/fault-plan.js';
import { caseNumbers, report, spread } from '../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestNode } from '../support/test-node.js';
import {
  openTestService,
  type TestService,
  type TestServiceOptions,
} from '../support/test-service.js';
import { openTestStore } from '../support/test-store.js';
import { certificate, propose, settle } from './erasure-client.js';
import {
  ANNA,
  approve,
  copyNode,
  type ErasureWorld,
  expectErased,
  foundIn,
  goOn,
  makeErasureWorld,
} from './erasure-world.js';

let root: string;
let world: ErasureWorld;

beforeAll(async () => {
  root = await temporaryDirectory();
  world = await makeErasureWorld(root);
});

/** Also those that a test which failed left open: a process that does not end has shown nothing. */
const services = new Set<TestService>();
afterEach(async () => {
  for (const { service } of services) await service.close().catch(() => undefined);
  services.clear();
});
afterAll(() => removeDirectory(root));

async function openService(place: string, options: TestServiceOptions = {}): Promise<TestService> {
  const node = await openTestService(place, options, world.adminKey);
  services.add(node);
  return node;
}

describe('after an erasure', () => {
  it('no file of data, views or keys holds contents, salts or secrets in clear, and fsck is content', async () => {
    const place = join(root, 'whole');
    await copyNode(world.before, place);
    const node = await openService(place);
    await approve(node, world);
    await settle(node);
    await expectErased(node, world);
    await node.service.close();
    expect(await foundIn(place, world)).toEqual([]);
    expect(await nodeFindings(place)).toEqual([]);
  });

  it('a copy of the data from before opens nothing with the keys of now', async () => {
    const place = join(root, 'restored');
    await copyDirectory(join(world.before, 'data'), join(place, 'data'));
    await copyDirectory(join(root, 'whole', 'data.keys'), join(place, 'data.keys'));
    await expect(openTestStore(place)).rejects.toMatchObject({ code: 'KEYS_MISSING' });
  });

  it('a secret that no erasure names is damage to fsck', async () => {
    const place = join(root, 'lost');
    await copyNode(world.before, place);
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
  });
});

describe('an erasure whose certificate is not true', () => {
  it('is damage to fsck, for each row that opens all the same', async () => {
    const place = join(root, 'untrue');
    await copyNode(world.before, place);
    const opened = await openTestNode(place);
    const { store } = opened.node;
    const access = await openNodeAccess(opened.node, { ...opened, refusalsPerMinute: 10 });
    const tenant = DEFAULT_TENANT;
    const vault = store.vaultOf(access.handleOf(tenant));
    const rows = ((await vault.scopes(null)) ?? []).filter(({ scope }) => scope.person === ANNA);
    const about = { at: opened.clock.now(), generation: vault.generation, findings: {} };
    const executions = executionsOf(rows, about);
    const erasure = access.erasures.get(tenant, world.id);
    const execution = executions[0];
    if (execution === undefined) throw new Error('there is something to destroy');
    const put = access.erasureChanges.put.bind(access.erasureChanges);
    await put(tenant, nowUnnamed(erasure, 'executing'), { execution });
    const certificate = certificateOf(executions, {
      ...{ after: 2, completedAt: opened.clock.now() },
      holders: [],
    });
    await put(tenant, nowUnnamed(erasure, 'done'), { certificate });
    await access.recorder.close();
    await opened.close();
    const findings = await nodeFindings(place);
    expect(findings.filter((one) => one.includes('is there, though an erasure'))).toHaveLength(
      rows.length,
    );
    expect(rows.length).toBeGreaterThan(2);
  });
});

describe('an erasure that takes several entries to say', () => {
  it('takes what all of them name', async () => {
    const place = join(root, 'parts');
    await copyNode(world.before, place);
    const node = await openService(place, { rowsAnEntry: 1 });
    await approve(node, world);
    await settle(node);
    await expectErased(node, world);
    expect((await certificate(node, world.id)).certificate).not.toHaveProperty('interrupted');
    await node.service.close();
    expect(await foundIn(place, world)).toEqual([]);
    expect(await nodeFindings(place)).toEqual([]);
  });

  it('takes what the first of them name, if a crash kept the others from being said; tags stay', async () => {
    const place = join(root, 'interrupted');
    await copyNode(world.before, place);
    // A commit begins with the journal: the third entry of the erasure is not said any more.
    const fault = { step: 'journal: append', when: 'before' } as const;
    const plan = new FaultPlan(null);
    const counted = await openPlanned(place, plan, { rowsAnEntry: 1 });
    let nth = plan.steps.get(fault.step) ?? 0;
    await counted.service.close();
    let killed = '';
    for (let entries = 0; entries < 2; nth++) {
      await copyNode(world.before, place);
      const node = await openPlanned(place, new FaultPlan({ ...fault, nth }), { rowsAnEntry: 1 });
      await approve(node, world).catch(() => undefined);
      await settle(node).catch(() => undefined);
      killed = join(root, `interrupted-${nth}`);
      await copyNode(place, killed);
      await node.service.close().catch(() => undefined);
      entries = await announcedIn(killed, join(root, `read-${nth}`));
    }
    const again = await openService(killed);
    expect((await certificate(again, world.id)).certificate).toMatchObject({
      ...{ interrupted: true, went: { tags: 0 } },
    });
    // What was not named is there, and another erasure takes it.
    const { id } = await propose(again, { subject: ANNA });
    await approve(again, { ...world, id });
    await settle(again);
    expect((await certificate(again, id)).certificate.went.tags).toBe(1);
    await again.service.close();
    expect(await foundIn(killed, world)).toEqual([]);
    expect(await nodeFindings(killed)).toEqual([]);
  }, 300_000);
});

/** How many entries of the erasure are durable that name rows. @param place for a copy. */
async function announcedIn(killed: string, place: string): Promise<number> {
  await copyNode(killed, place);
  const { store } = await openTestStore(place);
  const tenant = store.tenantNamed(DEFAULT_TENANT)?.handle ?? '';
  const ledger = store.ledger(tenant, ACCESS_LEDGER);
  const found = await durableExecutions(ledger, store.vaultOf(tenant), DEFAULT_TENANT, 1);
  await store.close();
  return found.length;
}

describe('an erasure that a crash cuts short', () => {
  let steps: readonly PlannedFault[];
  beforeAll(async () => {
    steps = await stepsOfErasing();
  });

  it('is finished by the next start once it was announced', async () => {
    const fault = steps.find(({ step }) => step.endsWith('rename 00000002.rows'));
    if (fault === undefined) throw new Error('the new generation is renamed into its place');
    expect(await crashAndGoOn(join(root, 'announced'), fault)).toBe('done');
  });

  it('is finished by the next start, or has not begun, whatever step fails, tears or is the last', async () => {
    const faults = spread(steps);
    expect(faults.length).toBeGreaterThan(60);
    const chosen = caseNumbers(8, faults.length).flatMap((at) => faults.slice(at, at + 1));
    const states = new Set<string>();
    for (const [at, fault] of chosen.entries()) {
      const place = join(root, `crash-${at}`);
      states.add(await crashAndGoOn(place, fault));
      await removeDirectory(place);
      report(`${fault.step} ${fault.nth}, ${fault.when}`);
    }
    // Before it was announced, and after.
    if (chosen.length === faults.length)
      expect([...states].sort()).toEqual(['approved', 'done', 'proposed']);
    else expect(states).toContain('done');
  }, 590_000);
});

async function openPlanned(
  place: string,
  plan: FaultPlan,
  options: TestServiceOptions = {},
): Promise<TestService> {
  const dataDirectory = join(place, 'data');
  const keyStore = await DirectoryKeyStore.open({
    ...{ directory: join(place, 'data.keys'), dataDirectory, random: new RandomPool() },
    files: plan.durableFiles('keys'),
  });
  const store = {
    ...{ keyStore, openJournalFiles: plan.openJournalFiles },
    durableFiles: plan.durableFiles('data'),
  };
  return openService(place, { store, ...options });
}

/** Each durable step from the approval to the certificate, at each moment. */
async function stepsOfErasing(): Promise<PlannedFault[]> {
  const place = join(root, 'steps');
  await copyNode(world.before, place);
  const plan = new FaultPlan(null);
  const node = await openPlanned(place, plan);
  const first = new Map(plan.steps);
  await approve(node, world);
  await settle(node);
  const last = new Map(plan.steps);
  await node.service.close();
  return faultsBetween(first, last);
}

/** @returns the state in which the next start found it, or brought it to. */
async function crashAndGoOn(place: string, fault: PlannedFault): Promise<string> {
  const plan = new FaultPlan(fault);
  const name = `${fault.when} ${fault.step} ${fault.nth}`;
  await copyNode(world.before, place);
  const node = await openPlanned(place, plan);
  await approve(node, world).catch(() => undefined);
  // It fails with the store, or by itself.
  await settle(node).catch(() => undefined);
  expect([name, plan.hasStruck]).toEqual([name, true]);
  const killed = join(place, 'killed');
  await copyNode(place, killed);
  await node.service.close().catch(() => undefined);

  const again = await openService(killed);
  const state = await goOn(again, world);
  await again.service.close();
  expect([name, await foundIn(killed, world)]).toEqual([name, []]);
  return state;
}
