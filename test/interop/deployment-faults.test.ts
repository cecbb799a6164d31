/** A cluster under mishaps proves that it can fail: what a group must not do turns it red. */
import { describe, expect, it } from '@jest/globals';
import { CLUSTER_FAULTS } from '../deployment/planted-faults.js';
import { plant } from '../support/mutant.js';
import { runOnMutant } from '../support/run-on-mutant.js';
import { caseNumbers, report } from '../support/suite.js';

const FAULT_MILLIS = 900_000;

describe('a planted fault', () => {
  const chosen = caseNumbers(1, CLUSTER_FAULTS.length).flatMap((at) =>
    CLUSTER_FAULTS.slice(at, at + 1),
  );
  it.each(chosen)(
    'is noticed: $name',
    async ({ suite, cases, ...fault }) => {
      const mutant = await plant(fault);
      try {
        const verdict = await runOnMutant(mutant, { file: suite, cases: cases ?? 1 });
        report(`${fault.name}\n${verdict.messages}`);
        expect(verdict.failed).toBeGreaterThan(0);
      } finally {
        await mutant.remove();
      }
    },
    FAULT_MILLIS,
  );
});
