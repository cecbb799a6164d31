/** Faults that the suites of this folder must notice, each in one of them, by the tests with that in their name. */
import type { FaultOfSuite } from '../../support/planted-suite.js';

const KEPT = 'replication/keepers/kept-logs.js';
const LOG = 'replication/keepers/kept-log.js';
const WITNESS = 'replication/keepers/witnessing.js';
const GIVEN = 'replication/keepers/given-log.js';
const SUITE = 'test/replication/keepers/kept-logs.test.ts';
const GIVING = 'test/replication/keepers/given-log.test.ts';

export const KEEPER_FAULTS: readonly FaultOfSuite[] = [
  {
    name: 'logs are kept for peers without limits',
    file: KEPT,
    find: 'if (!this.#rooms.has(from.node))',
    replace: 'if (false)',
    suite: SUITE,
    tests: 'has no limits',
  },
  {
    name: 'a log is written down before its key has signed',
    file: KEPT,
    find: '!isVouchedFor(told, message)',
    replace: 'false',
    suite: SUITE,
    tests: 'by the keys of its first word',
  },
  {
    name: 'other keys are taken for the same log',
    file: KEPT,
    find: '!isSameLog(known, told)',
    replace: 'false',
    suite: SUITE,
    tests: 'by the keys of its first word',
  },
  {
    name: 'a log of this node’s own is kept besides',
    file: KEPT,
    find: '!this.#logs.has(origin) && isOwn(origin)',
    replace: 'false',
    suite: SUITE,
    tests: 'none of its own',
  },
  {
    name: 'limits of bytes are not those of the peer',
    file: KEPT,
    find: 'bytes: keeps.maxBytes',
    replace: 'bytes: 2 ** 40',
    suite: SUITE,
    tests: 'no more bytes',
  },
  {
    name: 'it is not written down which logs are kept',
    file: KEPT,
    find: 'await this.#parts.book.add(record);',
    replace: '',
    suite: SUITE,
    tests: 'again after a start',
  },
  {
    name: 'a fork is answered with a receipt',
    file: LOG,
    find: 'this.#log.alarm === null ? null : "stopped"',
    replace: 'null',
    suite: SUITE,
    tests: 'never follows a fork',
  },
  {
    name: 'what is cosigned is not what was asked for',
    file: LOG,
    find: 'wish?.note !== head.note',
    replace: 'wish === null',
    suite: SUITE,
    tests: 'it was asked for',
  },
  {
    name: 'a witness takes the writer’s word for what it cosigned',
    file: WITNESS,
    find: 'oldSize: from, proof, note',
    replace: 'oldSize: sizeOf(witness), proof, note',
    suite: SUITE,
    tests: 'nothing else',
  },
  {
    name: 'a witness says that it cosigned what it refused',
    file: WITNESS,
    find: 'WITNESS_INCONSISTENT: "unproven"',
    replace: 'WITNESS_INCONSISTENT: null',
    suite: SUITE,
    tests: 'nothing else',
  },
  {
    name: 'a receipt for another tree counts',
    file: GIVEN,
    find: 'return isSame ? null : "contradicts";',
    replace: 'return null;',
    suite: GIVING,
    tests: 'another history',
  },
  {
    name: 'a receipt for more than there is counts',
    file: GIVEN,
    find: 'if (size > head.size || length > head.length)',
    replace: 'if (false)',
    suite: GIVING,
    tests: 'more than there is',
  },
];
