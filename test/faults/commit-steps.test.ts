/**
 * The fault table: each durable step of a store's life fails once, and nothing that anyone was told is
 * lost by it.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FaultPlan, type PlannedFault, type When } from '../support/fault-plan.js';
import { isLong, report } from '../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { checkAfterwards, live } from './a-life.js';

let root: string;
let steps: ReadonlyMap<string, number>;
beforeAll(async () => {
  root = await temporaryDirectory();
  const plan = new FaultPlan(null);
  const life = await live(join(root, 'chirograph-whole'), plan);
  expect(life).toMatchObject({ error: null, problems: [] });
  steps = plan.steps;
}, 60_000);
afterAll(() => removeDirectory(root));

const WRITES = /^(?:journal: append|[a-z]+: write .*|[a-z]+: append .*)$/;

function whensOf(step: string): readonly When[] {
  if (step.startsWith('commit: ')) return ['before'];
  return WRITES.test(step) ? ['before', 'torn', 'after'] : ['before', 'after'];
}

/** All of them; or each kind of step once, those of a commit at each moment. Always the same ones. */
function faults(): PlannedFault[] {
  const kinds = [...steps].filter(([step]) => !BEFORE_THE_STORE.test(step));
  return kinds.flatMap(([step, count], place) => {
    const whens = whensOf(step);
    if (isLong)
      return whens.flatMap((when) =>
        Array.from({ length: count }, (_, nth) => ({ step, nth, when })),
      );
    const taken = /^(?:commit|journal)/.test(step)
      ? whens
      : [whens[place % whens.length] ?? 'before'];
    return taken.map((when, at) => ({ step, nth: (place * 7 + at * 3) % count, when }));
  });
}

/** What happens to the key store before there is a store is in test/keys. */
const BEFORE_THE_STORE = /^keys: .*(?:node\.json|root)/;

describe('a store whose durable steps fail', () => {
  it('has the steps that this table is about', () => {
    expect([...steps.keys()].sort()).toEqual(expect.arrayContaining(EXPECTED_STEPS));
  });

  it(
    'stops, and after a reopening holds all that it acknowledged, whichever step it was',
    async () => {
      const table = faults();
      const failed: string[] = [];
      let struck = 0;
      for (const [at, fault] of table.entries()) {
        const plan = new FaultPlan(fault);
        const directory = join(root, `chirograph-${at}`);
        const life = await live(directory, plan, at % 2 === 0);
        if (plan.hasStruck) struck++;
        const problems = [...life.problems, ...(await checkAfterwards(life))];
        if (problems.length > 0) failed.push(`${name(fault)}: ${problems.join('; ')}`);
        await removeDirectory(directory);
        if (at % 20 === 0) report(`${at} of ${table.length} faults`);
      }
      report(`${table.length} faults, ${struck} of them struck`);
      expect(failed).toEqual([]);
      // Group commit may put two requests into one commit or into two; the last of a kind can be missed.
      expect(struck).toBeGreaterThan(table.length * 0.9);
    },
    isLong ? 590_000 : 60_000,
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
