/** The suites of OpenTimestamps prove that they can fail: planted in the product, each fault turns one of them red. */
import { describe, expect, it } from '@jest/globals';
import { plant } from '../../support/mutant.js';
import { runOnMutant } from '../../support/run-on-mutant.js';
import { caseNumbers, isLong, report } from '../../support/suite.js';
import { FAULTS_OF_TIMESTAMPS } from './planted-faults.js';

const chosen = caseNumbers(1, FAULTS_OF_TIMESTAMPS.length).flatMap((at) =>
  FAULTS_OF_TIMESTAMPS.slice(at, at + 1),
);

describe('a planted fault', () => {
  it.each(chosen)(
    'is noticed: $name',
    async ({ suite, tests, cases, ...fault }) => {
      const mutant = await plant(fault);
      try {
        const verdict = await runOnMutant(mutant, { file: suite, cases, tests });
        report(`${fault.name}\n${verdict.messages}`);
        expect(verdict.failed).toBeGreaterThan(0);
      } finally {
        await mutant.remove();
      }
    },
    isLong ? 590_000 : 120_000,
  );
});
