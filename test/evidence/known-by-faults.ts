/** Faults of how a verifier knows a chain, each with the suite that must notice it. */
import type { FaultOfSuite } from '../support/planted-suite.js';

const SUITE = 'test/evidence/known-by.test.ts';
const FILE = 'evidence/internal/known-by.js';

export const KNOWN_BY_FAULTS: readonly FaultOfSuite[] = [
  {
    name: 'on a chain that costs nothing, what builds on a known block counts',
    file: FILE,
    find: 'const first = development ? last : headersFrom;',
    replace: 'const first = headersFrom;',
    suite: SUITE,
  },
  {
    name: 'a block that the proof does not show is taken for one of it',
    file: FILE,
    find: 'height >= first && height <= last',
    replace: 'height >= first',
    suite: SUITE,
  },
  {
    name: 'a checkpoint is called the verifier’s own block',
    file: FILE,
    find: '? "trust" : "checkpoint"',
    replace: '? "trust" : "trust"',
    suite: SUITE,
  },
  {
    name: 'a development chain is called like any other',
    file: FILE,
    find: 'if (development)',
    replace: 'if (false)',
    suite: SUITE,
  },
  {
    name: 'headers are not held against what is known',
    file: 'evidence/chosen-headers.js',
    find: 'block.chain === chain',
    replace: 'false',
    suite: SUITE,
  },
];
