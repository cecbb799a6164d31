/** Faults of what a node does without its backends, each with the row of the suite that must notice it. */
import type { FaultOfSuite } from '../support/planted-suite.js';
import { BACKENDS } from './backends.js';

const ROW = { suite: 'test/outages/backend-outages.test.ts', cases: BACKENDS.length };

export const OUTAGE_FAULTS: readonly FaultOfSuite[] = [
  {
    ...ROW,
    name: 'a node that cannot anchor is not ready',
    file: 'readiness.js',
    find: 'ready: !hasFailed &&',
    replace: 'ready: anchoringFailures === 0 && !hasFailed &&',
    tests: 'a Bitcoin source, which answers garbage',
  },
  {
    ...ROW,
    name: 'what was not time-stamped once never is',
    file: 'anchoring/epoch-stamper.js',
    find: 'if (nextAt !== null && clock.now() < nextAt)',
    replace: 'if (this.#missed > 0)',
    tests: 'a time-stamp authority, which answers 500',
  },
  {
    ...ROW,
    name: 'a calendar that failed once is never asked again',
    file: 'anchoring/calendar-rounds.js',
    find: 'if (pause.isOn(clock.now()))',
    replace: 'if (pause.failures > 0)',
    tests: 'a calendar, which answers 500 where roots are sent',
  },
  {
    ...ROW,
    name: 'a directory that failed once is never written again',
    file: 'anchoring/anchor-files.js',
    find: 'await this.#round();',
    replace: 'if (this.#status.missed > 0) throw new Error("no"); await this.#round();',
    tests: 'a directory of anchor files, which is full',
  },
  {
    ...ROW,
    name: 'that witnesses do not cosign is said to nobody',
    file: 'open-witnesses.js',
    find: 'missed > 0',
    replace: 'missed < 0',
    tests: 'a witness, which answers 500',
  },
];
