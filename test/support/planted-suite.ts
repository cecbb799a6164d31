/** Runs planted faults, each against the suite that must notice it: how a checker proves that it can fail. */
import { describe, expect, it } from '@jest/globals';
import { plant, type PlantedFault } from './mutant.js';
import { runOnMutant } from './run-on-mutant.js';
import { caseNumbers, isLong, report } from './suite.js';

/** A fault with the suite that must turn red once it is planted. */
export interface FaultOfSuite extends PlantedFault {
  /** Path of the test file, from the root of the project. */
  readonly suite: string;
  /** Only tests with this in their name; all unless told. */
  readonly tests?: string;
  /** How many seeded cases the suite may take to notice; 1 unless told. */
  readonly cases?: number;
}

/** Declares a test a fault: the first alone in `npm test`, all with `SUITE=long`. */
export function itNoticesEach(faults: readonly FaultOfSuite[]): void {
  const chosen = caseNumbers(1, faults.length).flatMap((at) => faults.slice(at, at + 1));
  describe('a planted fault', () => {
    it.each(chosen)(
      '$suite notices: $name',
      async ({ suite: file, tests, cases = 1, ...fault }) => {
        const mutant = await plant(fault);
        try {
          const verdict = await runOnMutant(mutant, {
            file,
            cases,
            ...(tests !== undefined && { tests }),
          });
          report(`${file}: ${fault.name}\n${verdict.messages}`);
          expect(verdict.failed).toBeGreaterThan(0);
        } finally {
          await mutant.remove();
        }
      },
      isLong ? 590_000 : 120_000,
    );
  });
}
