/** The suites of epochs prove that they can fail: planted in the product, each fault turns one of them red. */
import { describe, expect, it } from '@jest/globals';
import { plant } from '../support/mutant.js';
import { runOnMutant } from '../support/run-on-mutant.js';
import { caseNumbers, isLong, report } from '../support/suite.js';
import { EPOCH_FAULTS } from './epoch-faults.js';

const chosen = caseNumbers(1, EPOCH_FAULTS.length).flatMap((at) => EPOCH_FAULTS.slice(at, at + 1));

describe('a planted fault', () => {
  it.each(chosen)(
    'is noticed: $name',
    async ({ suite, tests, ...fault }) => {
      const mutant = await plant(fault);
      try {
        const verdict = await runOnMutant(mutant, { file: suite, cases: 100, tests });
        report(`${fault.name}\n${verdict.messages}`);
        expect(verdict.failed).toBeGreaterThan(0);
      } finally {
        await mutant.remove();
      }
    },
    isLong ? 590_000 : 120_000,
  );
});
