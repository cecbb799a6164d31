/**
 * An erasure at the targets of backups, cut short at each thing that it asks of a disk: it ends as it should, or has not begun, and
 * no key is destroyed before every target holds the next generation, so that whatever machine is lost, and when, the neighbours live.
 */
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { openTarget } from '../../src/backup/target.js';
import { assembleVault, readStatement, tenantsAt } from '../../src/backup/vault-copy.js';
import { RandomPool } from '../../src/base/random.js';
import { DirectoryKeyStore } from '../../src/keys/directory-key-store.js';
import { type DurableFileSystem, durableFileSystem } from '../../src/keys/durable-file.js';
import { openEntry } from '../../src/queries/opened-entry.js';
import { answer } from '../api/support/ledger-client.js';
import { nodeFindings } from '../faults/damaged-node.js';
import { settle, showErasure } from '../retention/erasure-client.js';
import {
  approve,
  copyNode,
  type ErasureWorld,
  expectErased,
  foundIn,
  goOn,
  makeErasureWorld,
} from '../retention/erasure-world.js';
import { copyDirectory } from '../support/copy-directory.js';
import {
  faultsBetween,
  FaultPlan,
  filesByPlace,
  type PlannedFault,
} from '../support/fault-plan.js';
import { caseNumbers, report, spread } from '../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestService, type Requests, type TestService } from '../support/test-service.js';
import { openTestStore } from '../support/test-store.js';
import { bringBack, keysOf } from './backed-node.js';

const TARGETS = ['one', 'two'];

let root: string;
/** Where the node lives in each case: its targets are known by their paths. */
let place: string;
/** Node and targets, with a backup of before the erasure. */
let before: string;
let world: ErasureWorld;
const services = new Set<TestService>();

beforeAll(async () => {
  root = await temporaryDirectory();
  [place, before] = [join(root, 'node'), join(root, 'backed-up')];
  world = await makeErasureWorld(root);
  await copyNode(world.before, place);
  for (const name of TARGETS) await mkdir(join(place, 'targets', name), { recursive: true });
  const node = await open(new FaultPlan(null));
  await answer(node.request('/v1/backups', { json: {} }), 202);
  await untilIdle(node);
  await node.service.close();
  await copyAll(place, before);
}, 60_000);
/** Also those that a test which failed left open. */
afterEach(async () => {
  for (const { service } of services) await service.close().catch(() => undefined);
  services.clear();
});
afterAll(() => removeDirectory(root));

async function copyAll(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await copyNode(from, to);
  await copyDirectory(join(from, 'targets'), join(to, 'targets'));
}

async function untilIdle(node: Requests): Promise<void> {
  for (;;) {
    const { items } = await answer<{ items: { state: string; problem?: string }[] }>(
      node.request('/v1/backups'),
    );
    expect(items.map(({ problem }) => problem)).toEqual([undefined, undefined]);
    if (items.every(({ state }) => state === 'idle')) return;
  }
}

/** @param altered what stands in for the file system of the targets. */
async function open(plan: FaultPlan, altered?: DurableFileSystem): Promise<TestService> {
  const [data, targets] = [plan.durableFiles('data'), plan.durableFiles('target')];
  const keyStore = await DirectoryKeyStore.open({
    ...{ directory: join(place, 'data.keys'), dataDirectory: join(place, 'data') },
    ...{ random: new RandomPool(), files: watched(plan.durableFiles('keys')) },
  });
  const node = await openTestService(
    place,
    {
      backupDirectories: TARGETS.map((name) => join(place, 'targets', name)),
      store: {
        ...{ keyStore, openJournalFiles: plan.openJournalFiles },
        durableFiles: filesByPlace((path) =>
          path.includes('/targets/') ? (altered ?? targets) : data,
        ),
      },
    },
    world.adminKey,
  );
  services.add(node);
  return node;
}

/** What was wrong at the moment at which the key of the first generation began to be destroyed. */
const tooEarly: string[] = [];
let destroyed = 0;

/** Looks at every target before the key goes: afterwards it would be too late. */
function watched(files: DurableFileSystem): DurableFileSystem {
  const look = async (path: string): Promise<void> => {
    if (!basename(path).endsWith('.vault.1.json')) return;
    destroyed++;
    for (const name of TARGETS) {
      const problem = await lackOf(place, name);
      if (problem !== null) tooEarly.push(problem);
    }
  };
  return {
    ...files,
    overwrite: async (path, bytes) => {
      await look(path);
      await files.overwrite(path, bytes);
    },
    unlink: async (path) => {
      await look(path);
      await files.unlink(path);
    },
  };
}

/** Why a target does not hold the second generation of the vault as it lies in the data directory; null if it does. */
async function lackOf(at: string, name: string): Promise<string | null> {
  const target = await openTarget(join(at, 'targets', name), await keysOf(at));
  for (const tenant of await tenantsAt(target)) {
    const statement = await readStatement(target, tenant, 2);
    const own = join(at, 'data', 'vault', tenant);
    const file = (await readdir(own)).find((one) => one.startsWith('00000002.rows'));
    // Of the node's own tenant nothing was erased.
    if (file === undefined) continue;
    if (statement === null) return `${name} has no generation 2`;
    const pieces: Uint8Array[] = [];
    await assembleVault(target, statement, (bytes) => {
      pieces.push(bytes);
      return Promise.resolve();
    });
    const held = Buffer.concat(pieces);
    if (!held.equals((await readFile(join(own, file))).subarray(0, held.length)))
      return `${name} has another generation 2`;
  }
  return null;
}

async function erase(node: Requests): Promise<void> {
  await approve(node, world);
  await settle(node);
}

/** Each durable step from the approval to the certificate, at each moment. */
async function stepsOfErasing(): Promise<PlannedFault[]> {
  await copyAll(before, place);
  const plan = new FaultPlan(null);
  const node = await open(plan);
  const first = new Map(plan.steps);
  await erase(node);
  const last = new Map(plan.steps);
  await expectErased(node, world);
  await node.service.close();
  return faultsBetween(first, last);
}

const nameOf = ({ step, nth, when }: PlannedFault): string => `${when} ${step} ${nth}`;

/** As if the power went there. @returns the state in which the next start found it, or brought it to. */
async function cutAndGoOn(fault: PlannedFault): Promise<string> {
  const name = nameOf(fault);
  await copyAll(before, place);
  const plan = new FaultPlan(fault, { code: 'EIO', isForGood: true });
  const node = await open(plan);
  await erase(node).catch(() => undefined);
  expect([name, plan.hasStruck]).toEqual([name, true]);
  const killed = join(root, 'killed');
  await copyAll(place, killed);
  await node.service.close().catch(() => undefined);
  await removeDirectory(place);
  await rename(killed, place);

  await expectNeighbourLives(name);
  const again = await open(new FaultPlan(null));
  const state = await goOn(again, world);
  await answer(again.request('/v1/backups', { json: {} }), 202);
  await untilIdle(again);
  await again.service.close();
  expect([name, await foundIn(place, world, ['data', 'data.keys', 'targets'])]).toEqual([name, []]);
  expect([name, await nodeFindings(place)]).toEqual([name, []]);
  expect([name, await generationsLeft()]).toEqual([name, TARGETS.map(() => ['00000002'])]);
  return state;
}

/** Of the vault that was rotated, at each target. */
async function generationsLeft(): Promise<string[][]> {
  const [tenant = ''] = (
    await Promise.all(
      (await readdir(join(place, 'data', 'vault'))).map(async (one) =>
        (await readdir(join(place, 'data', 'vault', one))).includes('00000002.rows') ? one : '',
      ),
    )
  ).filter((one) => one !== '');
  return Promise.all(
    TARGETS.map(async (name) =>
      (await readdir(join(place, 'targets', name, 'vaults', tenant))).filter((one) =>
        /^\d{8}$/.test(one),
      ),
    ),
  );
}

/** The machine is lost at this moment, but for its keys: out of each target the other person's records open. */
async function expectNeighbourLives(name: string): Promise<void> {
  for (const target of TARGETS) {
    const into = join('lost', target);
    await bringBack(place, into, { from: join(place, 'targets', target) });
    const { store } = await openTestStore(join(place, into));
    const tenant = store.tenantNamed('default')?.handle ?? '';
    const [log] = store.ledger(tenant, 'kyc').logs;
    const kinds: string[] = [];
    for (const index of [1, 2, 3]) {
      const entry = await log?.entry(index as never);
      if (entry === undefined) throw new Error('three records were backed up');
      kinds.push((await openEntry(store.vaultOf(tenant), entry)).kind);
    }
    await store.close();
    const [anna, ...others] = kinds;
    expect([name, target, others]).toEqual([name, target, ['record', 'record']]);
    expect([name, ['record', 'erased']]).toEqual([name, expect.arrayContaining([anna])]);
  }
  await rm(join(place, 'lost'), { recursive: true });
}

describe('an erasure while backups have targets', () => {
  let steps: readonly PlannedFault[];
  beforeAll(async () => {
    steps = await stepsOfErasing();
  }, 60_000);

  it('destroys the key when every target has the next generation, read back, and not before', () => {
    expect(steps.filter(({ step }) => step.startsWith('target: ')).length).toBeGreaterThan(40);
    expect([destroyed > 0, tooEarly]).toEqual([true, []]);
  });

  it('has not begun, or is finished by the next start, at whatever step the power went', async () => {
    // Those at the targets first: the others are those of every erasure.
    const atTargets = steps.filter(({ step }) => step.startsWith('target: '));
    const others = steps.filter(({ step }) => !step.startsWith('target: '));
    const faults = [...spread(atTargets), ...spread(others)];
    const chosen = caseNumbers(6, faults.length).flatMap((at) => faults.slice(at, at + 1));
    const states = new Set<string>();
    for (const fault of chosen) {
      states.add(await cutAndGoOn(fault));
      report(nameOf(fault));
    }
    expect(tooEarly).toEqual([]);
    // Whatever happens at a target, the erasure was announced before.
    if (chosen.length > 1) expect(states).toContain('done');
  }, 590_000);

  it('waits for a target that fails, and ends once it is tried again, in the same process', async () => {
    const faults = spread(steps.filter(({ step }) => step.startsWith('target: ')));
    const chosen = caseNumbers(4, faults.length).flatMap((at) => faults.slice(at, at + 1));
    for (const fault of chosen) {
      const name = nameOf(fault);
      await copyAll(before, place);
      const plan = new FaultPlan(fault, { code: 'EIO' });
      const node = await open(plan);
      await erase(node);
      expect([name, plan.hasStruck]).toEqual([name, true]);
      // What fails after the key is destroyed, at the removal of the old generation, holds nothing up.
      const { state } = await showErasure(node, world.id);
      if (state !== 'done') await answer(node.request('/v1/erasures/run', { method: 'POST' }), 202);
      await settle(node);
      await expectErased(node, world);
      await node.service.close();
      expect([name, await nodeFindings(place)]).toEqual([name, []]);
      report(name);
    }
    expect(tooEarly).toEqual([]);
  }, 590_000);

  it('goes no further where a target keeps something else than was written', async () => {
    await copyAll(before, place);
    let isLying = true;
    const files = durableFileSystem;
    const node = await open(new FaultPlan(null), {
      ...files,
      append: async (path, bytes) => {
        const kept = Uint8Array.from(bytes);
        if (isLying) kept[kept.length - 1] = (kept.at(-1) ?? 0) ^ 1;
        await files.append(path, kept);
      },
    });
    destroyed = 0;
    await erase(node);
    expect(await showErasure(node, world.id)).toMatchObject({
      state: 'executing',
      progress: { step: 'failed', code: 'BACKUP_DAMAGED' },
    });
    expect(destroyed).toBe(0);
    isLying = false;
    await answer(node.request('/v1/erasures/run', { method: 'POST' }), 202);
    await settle(node);
    await expectErased(node, world);
    expect([destroyed > 0, tooEarly]).toEqual([true, []]);
  }, 60_000);
});
