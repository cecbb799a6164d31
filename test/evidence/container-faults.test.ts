/** The mutations of containers prove that they can fail: planted in the product, each fault turns them red. */
import { describe, expect, it } from '@jest/globals';
import { plant } from '../support/mutant.js';
import { runOnMutant } from '../support/run-on-mutant.js';
import { caseNumbers, isLong, report } from '../support/suite.js';
import { CONTAINER_FAULTS } from './container-faults.js';

const SUITE = 'test/evidence/container-mutations.test.ts';
const chosen = caseNumbers(1, CONTAINER_FAULTS.length).flatMap((at) =>
  CONTAINER_FAULTS.slice(at, at + 1),
);

describe('a planted fault', () => {
  it.each(chosen)(
    'is noticed: $name',
    async ({ tests, cases, ...fault }) => {
      const mutant = await plant(fault);
      try {
        const verdict = await runOnMutant(mutant, { file: SUITE, cases, tests });
        report(`${fault.name}\n${verdict.messages}`);
        expect(verdict.failed).toBeGreaterThan(0);
      } finally {
        await mutant.remove();
      }
    },
    isLong ? 590_000 : 120_000,
  );
});
