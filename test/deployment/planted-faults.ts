/** Faults of a group of which a cluster under mishaps must notice each, in so many rounds. */
import type { FaultOfSuite } from '../support/planted-suite.js';

const RULES = 'replication/protocol/rules.js';
const suite = 'test/deployment/mishaps.test.ts';

export const CLUSTER_FAULTS: readonly FaultOfSuite[] = [
  {
    name: 'a writer answers before anybody else has it',
    ...{ file: RULES, suite, cases: 4 },
    find: '\n  isWriteQuorum,',
    replace: '\n  isWriteQuorum: () => true,',
  },
  {
    name: 'a candidate takes over without the longest log',
    ...{ file: RULES, suite, cases: 12 },
    find: 'lacks: (own, longest) => compareEnds(own, longest) < 0,',
    replace: 'lacks: () => false,',
  },
  {
    name: 'a writer whose term is over is believed',
    ...{ file: RULES, suite, cases: 12 },
    find: 'isLate: (announced, promised) => compareTerms(announced, promised) < 0,',
    replace: 'isLate: () => false,',
  },
  {
    name: 'what an old writer announced behind its end is waited for',
    ...{ file: 'replication/replica/followed-log.js', suite, cases: 8 },
    find: 'this.#ahead = this.#ahead.filter((one) => !isBehindItsEnd(one, copy.keys));',
    replace: '',
  },
  {
    name: 'a member counts blocks as stored without their secrets',
    ...{ file: 'replication/replica/followed-log.js', suite, cases: 4 },
    find: 'await (secured !== null && length === to ? secured.done : this.#fetching.secure(length, fetched, signal));',
    replace: '',
  },
  {
    name: 'a node that was given an older copy of its data remembers what it promised',
    ...{ file: 'go-on.js', suite: 'test/deployment/recovery.test.ts' },
    find: 'await keyStore.doubtGroupPromises();',
    replace: '',
  },
  {
    name: 'a member signs for what it has not destroyed',
    ...{ file: 'replication/shared/erasing.js', suite, cases: 4 },
    find: 'await port.destroy(tenant, named);',
    replace: '',
  },
  {
    name: 'a writer that starts again asks nobody what it had written',
    ...{ file: RULES, suite: 'test/hostile-members.test.ts' },
    find: 'mayGoOn: (others, heard) => others.every((node) => heard.has(node)),',
    replace: 'mayGoOn: () => true,',
  },
  {
    name: 'who finds two histories keeps them to itself',
    ...{ file: 'replication/shared/open-tail.js', suite: 'test/hostile-members.test.ts' },
    find: 'user()?.alarmed();',
    replace: '',
  },
];
