/** The suite of the console proves that it can fail: planted in the built page, each fault turns it red. */
import { describe, expect, it } from '@jest/globals';
import { type PlantedFault, plant } from '../support/mutant.js';
import { runOnMutant } from '../support/run-on-mutant.js';
import { caseNumbers, report } from '../support/suite.js';

const PAGE = 'console.html';

/** By the tests with that in their name. */
const FAULTS: readonly (PlantedFault & { readonly tests: string })[] = [
  {
    name: 'the page does not ask for the valid time',
    file: PAGE,
    find: 'return { origin, asOf: asOf ?? until, validAt, type: types };',
    replace: 'return { origin, asOf: asOf ?? until, type: types };',
    tests: 'steps through valid time|answers as of two dates',
  },
  {
    name: 'the key is kept in the browser’s storage',
    file: PAGE,
    find: 'const client = new ApiClient({',
    replace: 'sessionStorage.setItem("key", key);\n      const client = new ApiClient({',
    tests: 'keeps the key in memory',
  },
  {
    name: 'a slider asks at each of its steps',
    file: PAGE,
    find: 'settling.soon(start);',
    replace: 'start();',
    tests: 'steps from change to change',
  },
  {
    name: 'what turns text around is not made visible',
    file: PAGE,
    find: 'return visible(cut(text2, MAX_CHARACTERS).text);',
    replace: 'return cut(text2, MAX_CHARACTERS).text;',
    tests: 'shows hostile texts as texts',
  },
  {
    name: 'reads do not name the inspection',
    file: PAGE,
    find: '...this.inspection !== null && { "Chirograph-Inspection": this.inspection },',
    replace: '',
    tests: 'read under the inspection',
  },
];

const chosen = caseNumbers(1, FAULTS.length).flatMap((at) => FAULTS.slice(at, at + 1));

describe('a planted fault', () => {
  it.each(chosen)(
    'is noticed: $name',
    async ({ tests, ...fault }) => {
      const mutant = await plant(fault);
      try {
        const suite = { file: 'test/interop/console.test.ts', cases: 1, tests };
        const verdict = await runOnMutant(mutant, suite);
        report(`${fault.name}\n${verdict.messages}`);
        expect(verdict.failed).toBeGreaterThan(0);
      } finally {
        await mutant.remove();
      }
    },
    240_000,
  );
});
