/** The suites of monitors prove that they can fail: planted in the product, each fault turns its suite red. */
import { describe, expect, it } from '@jest/globals';
import { plant } from '../../support/mutant.js';
import { runOnMutant } from '../../support/run-on-mutant.js';
import { caseNumbers, isLong, report } from '../../support/suite.js';
import { MONITOR_FAULTS } from './monitor-faults.js';

const chosen = caseNumbers(1, MONITOR_FAULTS.length).flatMap((at) =>
  MONITOR_FAULTS.slice(at, at + 1),
);

describe('a planted fault', () => {
  it.each(chosen)(
    'is noticed: $name',
    async ({ suite, ...fault }) => {
      const mutant = await plant(fault);
      try {
        const verdict = await runOnMutant(mutant, suite);
        report(`${fault.name}\n${verdict.messages}`);
        expect(verdict.failed).toBeGreaterThan(0);
      } finally {
        await mutant.remove();
      }
    },
    isLong ? 590_000 : 120_000,
  );
});
