/** Faults of time-stamps over epochs and of anchor files, each with the suite that must notice it. */
import type { FaultOfSuite } from '../support/planted-suite.js';

const STAMPER = 'test/anchoring/epoch-stamper.test.ts';
const FILES = 'test/anchoring/anchor-files.test.ts';
const STAMPER_FILE = 'anchoring/epoch-stamper.js';
const SINK_FILE = 'anchoring/anchor-files.js';

export const STAMP_FAULTS: readonly FaultOfSuite[] = [
  {
    name: 'whatever an authority gives is kept',
    file: 'anchoring/stamp-note.js',
    find: 'if (isRefusal(genuine))',
    replace: 'if (false)',
    suite: STAMPER,
    tests: 'over something else',
  },
  {
    name: 'each epoch is stamped, whatever the interval',
    file: STAMPER_FILE,
    find: 'if (nextAt !== null && clock.now() < nextAt)',
    replace: 'if (false)',
    suite: STAMPER,
    tests: 'at most once in the interval',
  },
  {
    name: 'a budget that is used up is asked again',
    file: STAMPER_FILE,
    find: 'until ??',
    replace: '',
    suite: STAMPER,
    tests: 'whose budget is used up',
  },
  {
    name: 'a stamp of before the entry is shown',
    file: 'anchoring/epoch-stamps.js',
    find: 'if (stamp.at >= from)',
    replace: 'if (true)',
    suite: STAMPER,
    tests: 'the entry says that it is younger',
  },
  {
    name: 'a file of other bytes is none',
    file: SINK_FILE,
    find: 'if (outcome === "differs" && kind === "checkpoint")',
    replace: 'if (false)',
    suite: FILES,
    tests: 'with other bytes',
  },
  {
    name: 'a directory that remembers more is not looked at',
    file: SINK_FILE,
    find: 'if (largest > head)',
    replace: 'if (false)',
    suite: FILES,
    tests: 'has not reached',
  },
];
