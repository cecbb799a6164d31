/**
 * The fault table: each durable step of a store's life fails once, and nothing that anyone was told is
 * lost by it.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { groupBy } from '../../src/base/group-by.js';
import { FaultPlan, type PlannedFault, type When } from '../support/fault-plan.js';
import { SeededChoice } from '../support/seeded-choice.js';
import { caseNumbers, isLong, report, timeLimit } from '../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { checkAfterwards, live } from './a-life.js';

const SHARE = 24;

let root: string;
let steps: ReadonlyMap<string, number>;
beforeAll(async () => {
  root = await temporaryDirectory();
  const plan = new FaultPlan(null);
  const life = await live(join(root, 'chirograph-whole'), plan);
  expect(life).toMatchObject({ error: null, problems: [] });
  steps = plan.steps;
});
afterAll(() => removeDirectory(root));

const WRITES = /^(?:journal: append|[a-z]+: write .*|[a-z]+: append .*)$/;

function whensOf(step: string): readonly When[] {
  if (step.startsWith('commit: ')) return ['before'];
  return WRITES.test(step) ? ['torn', 'after', 'before'] : ['after', 'before'];
}

/**
 * Each kind of step at each place and moment, in the same order every time: all kinds once, in turn of
 * commit, journal, data and keys, each in a place drawn for it; then all kinds at their next moment.
 */
function faults(): PlannedFault[] {
  const choice = new SeededChoice('commit steps');
  const kinds = [...steps].filter(([step]) => !BEFORE_THE_STORE.test(step));
  const families = groupBy(kinds, ([step]) => step.slice(0, step.indexOf(':')));
  const ofKinds = inTurn([...families.values()]).map(([step, count]) => {
    const places = Array.from({ length: count }, (_, nth) => nth);
    return inTurn(
      whensOf(step).map((when) => shuffled(places, choice).map((nth) => ({ step, nth, when }))),
    );
  });
  return inTurn(ofKinds);
}

/** The first of each list, then the second of each, and so on. */
function inTurn<T>(lists: readonly (readonly T[])[]): T[] {
  const rounds = Math.max(...lists.map(({ length }) => length));
  return Array.from({ length: rounds }, (_, round) =>
    lists.flatMap((list) => list.slice(round, round + 1)),
  ).flat();
}

function shuffled<T>(all: readonly T[], choice: SeededChoice): T[] {
  return all
    .map((one) => ({ one, place: choice.below(2 ** 32) }))
    .sort((a, b) => a.place - b.place)
    .map(({ one }) => one);
}

/** What happens to the key store before there is a store is in test/keys. */
const BEFORE_THE_STORE = /^keys: .*(?:node\.json|root)/;

/** For one fault, until it strikes. */
const MAX_LIVES = 4;

describe('a store whose durable steps fail', () => {
  it('has the steps that this table is about', () => {
    expect([...steps.keys()].sort()).toEqual(expect.arrayContaining(EXPECTED_STEPS));
  });

  it(
    'stops, and after a reopening holds all that it acknowledged, whichever step it was',
    async () => {
      const all = faults();
      const numbers = caseNumbers(SHARE, all.length);
      const failed: string[] = [];
      let struck = 0;
      for (const at of numbers) {
        const fault = all[at];
        if (fault === undefined) throw new RangeError('a case that there is not');
        // Group commit may put two requests into one commit or into two, and the last step of a kind may
        // then never come: another life has it.
        let hasStruck = false;
        for (let life = 0; life < MAX_LIVES && !hasStruck; life++) {
          const plan = new FaultPlan(fault);
          const directory = join(root, `chirograph-${at}-${life}`);
          const lived = await live(directory, plan, at % 2 === 0);
          hasStruck = plan.hasStruck;
          const problems = [...lived.problems, ...(await checkAfterwards(lived))];
          if (problems.length > 0) failed.push(`${name(fault)}: ${problems.join('; ')}`);
          await removeDirectory(directory);
        }
        if (hasStruck) struck++;
        if (failed.length > 0 && !isLong) break;
        if (at % 20 === 0) report(`fault ${at} of ${all.length}`);
      }
      report(`${numbers.length} faults, ${struck} of them struck`);
      expect(failed).toEqual([]);
      expect(struck).toBeGreaterThanOrEqual(numbers.length * 0.9);
    },
    timeLimit,
  );
});

function name({ step, nth, when }: PlannedFault): string {
  return `${step} (${nth}), ${when}`;
}

const EXPECTED_STEPS = [
  ...['stage', 'journal', 'log', 'vault', 'state', 'acknowledge'].flatMap((step) => [
    `commit: before ${step}`,
    `commit: after ${step}`,
  ]),
  ...['create', 'append', 'datasync', 'close', 'remove', 'syncDirectory'].map(
    (step) => `journal: ${step}`,
  ),
  'data: write FORMAT.tmp',
  'data: rename tenant.*.json',
  'data: rename ledger.*.json',
  'keys: write log.*.json.tmp',
  'keys: syncDirectory data.keys',
];
