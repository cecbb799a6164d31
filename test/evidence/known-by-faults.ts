/** Faults of how a verifier knows a chain, each with the suite that must notice it. */
import type { FaultOfSuite } from '../support/planted-suite.js';

const SUITE = 'test/evidence/known-by.test.ts';
const SOURCES = 'test/cli/verify-sources.test.ts';
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
  {
    name: 'a source may take any time',
    file: 'cli/headers-of-source.js',
    find: 'if (clock.now() - started > MAX_FETCH_MILLIS)',
    replace: 'if (false)',
    suite: SOURCES,
    tests: 'two minutes',
  },
  {
    name: 'a file makes the verifier ask for every header that it shows',
    file: 'cli/headers-of-source.js',
    find: 'Math.min(confirmations, FIRST_HEADERS)',
    replace: 'confirmations',
    suite: SOURCES,
    tests: 'seven headers',
  },
  {
    name: 'a source is asked for headers of another chain',
    file: 'cli/headers-of-source.js',
    find: 'shown.filter((blocks) => blocks.chain === chain)',
    replace: 'shown',
    suite: SOURCES,
    tests: 'seven headers',
  },
  {
    name: 'credentials are taken in a URL',
    file: 'cli/chosen-source.js',
    find: '`${username}${password}${hash}` !== ""',
    replace: 'hash !== ""',
    suite: SOURCES,
    tests: 'is refused as',
  },
];
