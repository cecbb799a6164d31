/** A backup that is cut short at any step at the disk, and a target that is not what was written there. */
import { copyFile, cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { partProblems, readContent } from '../../src/backup/backup-content.js';
import { openTarget } from '../../src/backup/target.js';
import { durableFileSystem } from '../../src/keys/durable-file.js';
import { brokenPromises, ClientMemory } from '../support/client-memory.js';
import { rejection } from '../support/errors.js';
import { faultsBetween, FaultPlan } from '../support/fault-plan.js';
import { caseNumbers, report } from '../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestNode, type TestNode } from '../support/test-node.js';
import { appendSome, backUp, bringBack } from './backed-node.js';

let root: string;
let opened: TestNode;
const memory = new ClientMemory();
beforeAll(async () => {
  root = await temporaryDirectory();
  opened = await openTestNode(root);
  await opened.node.createLedger('default', 'kyc');
  await appendSome(opened, memory, 0, 5);
  await backUp(opened, root, 'first');
  await appendSome(opened, memory, 5, 10);
});
afterAll(async () => {
  await opened.close();
  await removeDirectory(root);
});

/** Another target like the first, with one backup. Steps are counted by the last part of its name. */
async function copyOfFirst(name: string): Promise<string> {
  await cp(join(root, 'first'), join(root, name), { recursive: true });
  return name;
}

/** The newest backup, all of which is there. */
async function newestWhole(name: string): Promise<number> {
  const target = await openTarget(join(root, name), opened.keyStore);
  const content = await readContent(target);
  for await (const { file, problem } of partProblems(target, content))
    throw new Error(`${file} ${problem}`);
  return content.number;
}

describe('a backup that is cut short', () => {
  it('is none, or is whole, and the next one is made, whatever step fails, tears or is the last', async () => {
    const counted = new FaultPlan(null);
    await backUp(opened, root, await copyOfFirst('counted/target'), counted.durableFiles('target'));
    const faults = faultsBetween(new Map(), counted.steps);
    expect(faults.length).toBeGreaterThan(25);
    const found = new Set<number>();
    for (const at of caseNumbers(24, faults.length)) {
      const fault = faults[at];
      if (fault === undefined) continue;
      const plan = new FaultPlan(fault);
      const name = await copyOfFirst(`cut-${at}/target`);
      const files = plan.durableFiles('target');
      await backUp(opened, root, name, files).catch(() => undefined);
      const what = `${fault.when} ${fault.step} ${fault.nth}`;
      expect([what, plan.hasStruck]).toEqual([what, true]);
      const newest = await newestWhole(name);
      found.add(newest);
      const next = await backUp(opened, root, name);
      expect([what, next.number]).toEqual([what, newest + 1]);
      expect([what, await newestWhole(name)]).toEqual([what, newest + 1]);
      report(what);
    }
    expect(found).toContain(1);
  }, 300_000);

  it('is none if the disk keeps something else than was written', async () => {
    const name = await copyOfFirst('lying');
    const append = async (path: string, bytes: Uint8Array): Promise<void> => {
      const kept = Uint8Array.from(bytes);
      if (path.includes('parts')) kept[0] = (kept[0] ?? 0) ^ 1;
      await durableFileSystem.append(path, kept);
    };
    const files = { ...durableFileSystem, append };
    expect(await rejection(backUp(opened, root, name, files))).toMatchObject({
      code: 'BACKUP_DAMAGED',
      message: expect.stringMatching(/parts\/\S+ .*read back otherwise/) as unknown,
    });
    expect(await newestWhole(name)).toBe(1);
  });
});

describe('a target', () => {
  it('is refused with a manifest out of another chain', async () => {
    const [one, other] = [await copyOfFirst('one'), await copyOfFirst('other')];
    for (const name of [one, one, other]) await backUp(opened, root, name);
    const third = join('manifests', '00000003');
    await copyFile(join(root, one, third), join(root, other, third));
    expect(await rejection(newestWhole(other))).toMatchObject({
      code: 'BACKUP_DAMAGED',
      message: expect.stringMatching(/00000003 .*does not follow/) as unknown,
    });
    expect(await newestWhole(one)).toBe(3);
  });
});

describe('a restore that is cut short', () => {
  it('is begun anew by the next try, and nothing opens what it left', async () => {
    await backUp(opened, root);
    const steps = new FaultPlan(null);
    await bringBack(root, 'whole', { files: steps.durableFiles('data') });
    const faults = faultsBetween(new Map(), steps.steps);
    expect(faults.length).toBeGreaterThan(20);
    for (const at of caseNumbers(6, faults.length)) {
      const fault = faults[at];
      if (fault === undefined) continue;
      const what = `${fault.when} ${fault.step} ${fault.nth}`;
      const plan = new FaultPlan(fault);
      const into = `restored-${at}`;
      const files = plan.durableFiles('data');
      const hasEnded = await bringBack(root, into, { files }).then(
        () => true,
        () => false,
      );
      expect([what, plan.hasStruck]).toEqual([what, true]);
      // After the last step all is in place, and there is nothing to try again.
      const again = await bringBack(root, into).then(
        () => 'restored',
        (error: unknown) => (error as { code?: string }).code,
      );
      // A file that may be missing is removed: that it was is no failure.
      const allowed = hasEnded ? ['BACKUP_NOT_EMPTY'] : ['restored', 'BACKUP_NOT_EMPTY'];
      expect([what, allowed.includes(String(again))]).toEqual([what, true]);
      const restored = await openTestNode(join(root, into));
      expect([what, await brokenPromises(restored.node.store, memory)]).toEqual([what, []]);
      await restored.close();
      report(what);
    }
  }, 590_000);
});
