/**
 * Each durable step of a shared ledger's life in a store fails once, at who founds it and at who adopts it: nothing that was
 * told is lost, the store opens, `fsck` finds nothing, and the member comes up with the group.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { brokenPromises, brokenRepeats } from '../support/client-memory.js';
import { copyDirectory } from '../support/copy-directory.js';
import { FaultPlan, faultsBetween, type PlannedFault } from '../support/fault-plan.js';
import { fsckFindings } from '../support/fsck-findings.js';
import { caseNumbers, isLong, report, spread, timeLimit } from '../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import {
  differences,
  membersOf,
  prepare,
  SharedLife,
  type Subject,
  SUBJECTS,
  TENANT,
} from './shared-life.js';

const SHARE = 6;

let root: string;
beforeAll(async () => {
  root = await temporaryDirectory();
  await prepare(join(root, 'prepared'));
});
afterAll(() => removeDirectory(root));

/** Until the fault, if there is one; then both are closed. */
async function lived(name: string, subject: Subject, plan: FaultPlan, isKilled: boolean) {
  let directory = join(root, name);
  await copyDirectory(join(root, 'prepared'), directory);
  const members = membersOf(directory);
  const life = new SharedLife(...members);
  const at = SUBJECTS.indexOf(subject);
  let error: unknown = null;
  const before = new Map<string, number>();
  try {
    for (const [index, member] of members.entries()) await member.open(index === at ? plan : null);
    for (const [step, count] of plan.steps) before.set(step, count);
    await life.live();
  } catch (cause) {
    error = cause;
  }
  if (isKilled) {
    await copyDirectory(directory, `${directory}.killed`);
    directory = `${directory}.killed`;
  }
  for (const member of members) await member.close().catch(() => undefined);
  return { directory, life, error, before };
}

/** Goes on after the crash, to the end, and looks at everything. */
async function problemsAfter(directory: string, life: SharedLife): Promise<string[]> {
  const members = membersOf(directory);
  const problems: string[] = [];
  try {
    for (const member of members) await member.open();
    const again = life.onto(...members);
    await again.live();
    problems.push(...(await differences(again, members)));
    for (const { opened } of members)
      problems.push(...(await brokenPromises(opened.store, again.memory)));
    const [founder] = members;
    again.writesAt(founder);
    problems.push(...(await brokenRepeats(founder.opened, TENANT, again.memory)));
    for (const member of members) await member.close();
    for (const member of members)
      problems.push(
        ...(await fsckFindings(member.root)).map((one) => `fsck ${member.root.slice(-5)}: ${one}`),
      );
    for (const member of members) await member.open();
    problems.push(...(await differences(again, members)));
    for (const { opened } of members)
      if (opened.store.report.logs.length > 0)
        problems.push('a clean stop left something to recover');
  } catch (cause) {
    problems.push(`cannot go on: ${describeError(cause)}`);
  }
  for (const member of members) await member.close().catch(() => undefined);
  return problems;
}

function describeError(cause: unknown): string {
  return cause instanceof Error
    ? `${cause.stack ?? cause.message} ${describeError(cause.cause)}`
    : String(cause);
}

describe.each(SUBJECTS)('a shared ledger of which a durable step fails at the %s', (subject) => {
  it('lives as a whole, and leaves nothing to find', async () => {
    const plan = new FaultPlan(null);
    const { directory, life, error } = await lived(`whole-${subject}`, subject, plan, false);
    expect(error).toBeNull();
    expect(await problemsAfter(directory, life)).toEqual([]);
  });

  it(
    'loses nothing that was told, opens, and comes up with the group',
    async () => {
      const whole = new FaultPlan(null);
      const { before } = await lived(`counted-${subject}`, subject, whole, false);
      const all: PlannedFault[] = spread(faultsBetween(before, whole.steps));
      const failed: string[] = [];
      let struck = 0;
      const numbers = caseNumbers(SHARE, all.length);
      for (const at of numbers) {
        const fault = all[at];
        if (fault === undefined) throw new RangeError('a case that there is not');
        const plan = new FaultPlan(fault, { isForGood: at % 3 !== 0 });
        const name = `${subject}-${at}`;
        const { directory, life, error } = await lived(name, subject, plan, at % 2 === 0);
        if (plan.hasStruck) struck++;
        if (error !== null && !plan.hasStruck)
          failed.push(`failed by itself: ${describeError(error)}`);
        const problems = await problemsAfter(directory, life);
        if (problems.length > 0)
          failed.push(`${at}: ${fault.step} (${fault.nth}), ${fault.when}: ${problems.join('; ')}`);
        if (failed.length > 0 && !isLong) break;
        await removeDirectory(join(root, name));
        await removeDirectory(join(root, `${name}.killed`));
        if (at % 20 === 0) report(`${subject}: fault ${at} of ${all.length}`);
      }
      report(`${subject}: ${numbers.length} faults of ${all.length}, ${struck} of them struck`);
      expect(failed).toEqual([]);
      expect(struck).toBeGreaterThanOrEqual(numbers.length * 0.9);
    },
    timeLimit,
  );
});
