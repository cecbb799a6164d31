/** Every suite of this folder proves that it can fail: planted in the product, each fault turns it red. */
import { describe, expect, it } from '@jest/globals';
import { plant } from '../support/mutant.js';
import { runOnMutant } from '../support/run-on-mutant.js';
import { caseNumbers, report, timeLimit } from '../support/suite.js';
import { PLANTED_FAULTS } from './planted-faults.js';

/** The first of each suite, then the second of each, and so on. */
function inTurn(): { file: string; name: string; cases: number; at: number }[] {
  const longest = Math.max(...Object.values(PLANTED_FAULTS).map(({ length }) => length));
  return Array.from({ length: longest }, (_, at) =>
    Object.entries(PLANTED_FAULTS).flatMap(([file, faults]) =>
      faults.slice(at, at + 1).map(({ name, cases }) => ({ file, name, cases, at })),
    ),
  ).flat();
}

const faults = inTurn();
const chosen = caseNumbers(3, faults.length).flatMap((number) => faults.slice(number, number + 1));

describe('a planted fault', () => {
  it.each(chosen)(
    '$file notices within $cases cases: $name',
    async ({ file, cases, at }) => {
      const fault = PLANTED_FAULTS[file]?.[at];
      if (fault === undefined) throw new RangeError('a fault that there is not');
      const mutant = await plant(fault);
      try {
        const { failed, messages } = await runOnMutant(mutant, { file, cases });
        report(`${file}: ${fault.name}\n${messages}`);
        expect(failed).toBeGreaterThan(0);
      } finally {
        await mutant.remove();
      }
    },
    timeLimit,
  );
});
