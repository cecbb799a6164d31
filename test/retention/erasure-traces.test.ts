/** What is left of a person after an erasure, wherever it was cut short: nothing that opens, in any file. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RandomPool } from '../../src/base/random.js';
import { DirectoryKeyStore } from '../../src/keys/directory-key-store.js';
import { nodeFindings } from '../faults/damaged-node.js';
import { copyDirectory } from '../support/copy-directory.js';
import { FaultPlan, type PlannedFault } from '../support/fault-plan.js';
import { caseNumbers, report, spread } from '../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestService, type TestService } from '../support/test-service.js';
import { openTestStore } from '../support/test-store.js';
import { settle } from './erasure-client.js';
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
}, 120_000);

afterAll(() => removeDirectory(root));

describe('after an erasure', () => {
  it('no file of data, views or keys holds contents, salts or secrets in clear, and fsck is content', async () => {
    const place = join(root, 'whole');
    await copyNode(world.before, place);
    const node = await openTestService(place, {}, world.adminKey);
    await approve(node, world);
    await settle(node);
    await expectErased(node, world);
    await node.service.close();
    expect(await foundIn(place, world)).toEqual([]);
    expect(await nodeFindings(place)).toEqual([]);
  }, 120_000);

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
  }, 120_000);
});

describe('an erasure that a crash cuts short', () => {
  let steps: readonly PlannedFault[];
  beforeAll(async () => {
    steps = await stepsOfErasing();
  }, 120_000);

  it('is finished by the next start once it was announced', async () => {
    const fault = steps.find(({ step }) => step.endsWith('rename 00000002.rows'));
    if (fault === undefined) throw new Error('the new generation is renamed into its place');
    expect(await crashAndGoOn(join(root, 'announced'), fault)).toBe('done');
  }, 120_000);

  it('is finished by the next start, or has not begun, whatever step fails, tears or is the last', async () => {
    const faults = spread(steps.flatMap(momentsOf));
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

/** Before it, after it, and in the middle of what writes. */
function momentsOf(fault: PlannedFault): PlannedFault[] {
  const isWritten = /: (?:write|append|overwrite)\b/.test(fault.step);
  return (['before', 'after', ...(isWritten ? (['torn'] as const) : [])] as const).map((when) => ({
    ...fault,
    when,
  }));
}

async function openPlanned(place: string, plan: FaultPlan): Promise<TestService> {
  const dataDirectory = join(place, 'data');
  const keyStore = await DirectoryKeyStore.open({
    ...{ directory: join(place, 'data.keys'), dataDirectory, random: new RandomPool() },
    files: plan.durableFiles('keys'),
  });
  const store = {
    ...{ keyStore, openJournalFiles: plan.openJournalFiles },
    durableFiles: plan.durableFiles('data'),
  };
  return openTestService(place, { store }, world.adminKey);
}

/** Each durable step from the approval to the certificate. */
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
  return [...last].flatMap(([step, count]) =>
    Array.from({ length: count - (first.get(step) ?? 0) }, (_, more) => ({
      ...{ step, nth: (first.get(step) ?? 0) + more },
      when: 'before' as const,
    })),
  );
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

  const again = await openTestService(killed, {}, world.adminKey);
  const state = await goOn(again, world);
  await again.service.close();
  expect([name, await foundIn(killed, world)]).toEqual([name, []]);
  return state;
}
