/** The rules of erasing taken away one by one: a suite of this folder must notice. */
import type { FaultOfSuite } from '../support/planted-suite.js';

const ERASURES = 'test/retention/erasures.test.ts';
const TRACES = 'test/retention/erasure-traces.test.ts';

export const ERASURE_FAULTS: readonly FaultOfSuite[] = [
  {
    name: 'whoever proposed it may approve it',
    file: 'retention/erasure.js',
    find: '!isOther(erasure.proposedBy, by)',
    replace: 'false',
    suite: ERASURES,
    tests: 'takes two',
  },
  {
    name: 'what is kept goes with the rest',
    file: 'queries/erasure-plan.js',
    find: 'if (reasons.length > 0) draft.kept',
    replace: 'if (false) draft.kept',
    suite: ERASURES,
    tests: 'is judged again',
  },
  {
    name: 'neighbours go with the person',
    file: 'retention/erasure.js',
    find: 'scope.person === erasure.subject',
    replace: 'true',
    suite: ERASURES,
    tests: 'takes two',
  },
  {
    name: 'later months go with those that were meant',
    file: 'retention/erasure.js',
    find: 'scope.month <= erasure.through',
    replace: 'true',
    suite: ERASURES,
    tests: 'takes one class',
  },
  {
    name: 'the own data of node and tenant may be erased',
    file: 'queries/erasure-plan.js',
    find: '[tenantSubject(tenant), OWN_SUBJECT, NODE_ACTOR].includes(person)',
    replace: 'false',
    suite: ERASURES,
    tests: 'is refused under a hold',
  },
  {
    name: 'the certificate does not count the tags',
    file: 'retention/erasure-execution.js',
    find: 'tags++',
    replace: 'tags',
    suite: ERASURES,
    tests: 'takes two',
  },
  {
    name: 'what was announced is not finished by the next start',
    file: 'open-node.js',
    find: 'await eraser.finishAnnounced()',
    replace: 'void eraser',
    suite: TRACES,
    tests: 'is finished by the next start once',
  },
  {
    name: 'fsck takes what was erased for damage',
    file: 'node-fsck.js',
    find: 'unexplained.delete(rowId)',
    replace: 'void rowId',
    suite: TRACES,
    tests: 'no file of data',
  },
  {
    name: 'fsck takes whatever is missing for erased',
    file: 'node-fsck.js',
    find: 'yield* unexplained.values()',
    replace: 'void unexplained',
    suite: TRACES,
    tests: 'a secret that no erasure names',
  },
];
