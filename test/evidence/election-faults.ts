/** Faults in what is checked of elections – by whom a log may be taken over –, each with the suite that must notice it. */
import type { FaultOfSuite } from '../support/planted-suite.js';

const RULE = 'tlog/election.js';
const WALK = 'ledger/internal/check-handovers.js';
const NOTES = 'ledger/internal/check-notes.js';
const ELECTION = 'test/tlog/election.test.ts';
const EVIDENCE = 'test/evidence/elections.test.ts';
const FSCK = 'test/ledger/check-handovers.test.ts';
const STORES = 'test/replication/shared/fsck.test.ts';
const MONITOR = 'test/cli/monitor/election.test.ts';

export const ELECTION_FAULTS: readonly FaultOfSuite[] = [
  {
    name: 'a head by whoever signed it stands for a group',
    file: RULE,
    find: 'verifyNote(signed, noteVerifier(key));',
    replace: '',
    suite: EVIDENCE,
    tests: 'new key alone',
  },
  {
    name: 'the old key counts beyond its end',
    file: RULE,
    find: 'head.size < size ||',
    replace: 'true ||',
    suite: EVIDENCE,
    tests: 'from behind the end',
  },
  {
    name: 'at its end the old key may have signed any tree',
    file: RULE,
    find: 'head.size === size && digestToHex(head.rootHash) === rootHash',
    replace: 'head.size === size',
    suite: ELECTION,
    tests: 'shows a head',
  },
  {
    name: 'a head may carry what nobody checks',
    file: RULE,
    find: 'signed.signatures.length === 1 &&',
    replace: '',
    suite: ELECTION,
    tests: 'shows a head',
  },
  {
    name: 'any group may choose',
    file: RULE,
    find: 'if (group !== index || index >= terms.size) return "group";',
    replace: '',
    suite: ELECTION,
    tests: 'by the group that it names',
  },
  {
    name: 'the group that is named is not signed',
    file: RULE,
    find: '[origin, number, group, old, next, size, rootHash]',
    replace: '[origin, number, old, next, size, rootHash]',
    suite: ELECTION,
    tests: 'by the group that it names',
  },
  {
    name: 'votes of a term that is over count again',
    file: 'evidence/internal/election-rules.js',
    find: 'isLaterTerm(election, lastElection)',
    replace: 'true',
    suite: EVIDENCE,
    tests: 'a term that is over',
  },
  {
    name: 'a group counts in whatever head of this log there is',
    file: 'evidence/internal/election-rules.js',
    find: 'head !== null && verifyInclusion(',
    replace: 'head === null || verifyInclusion(',
    suite: EVIDENCE,
    tests: 'new key alone',
  },
  {
    name: 'whoever pins a key believes those that come after it by handovers, too',
    file: 'evidence/internal/check-log-identity.js',
    find: 'log.handovers.slice(given + 1)',
    replace: 'log.handovers',
    suite: 'test/evidence/attribution.test.ts',
  },
  {
    name: 'fsck takes elections without their votes',
    file: WALK,
    find: 'faultOfElection(this.#origin, statement, election, this.#group)',
    replace: 'null',
    suite: FSCK,
    tests: 'too few votes',
  },
  {
    name: 'fsck takes the first group for the newest',
    file: WALK,
    find: 'if (statement.kind === "group") this.#group = statement;',
    replace: 'if (statement.kind === "group") this.#group ??= statement;',
    suite: FSCK,
    tests: 'nothing wrong',
  },
  {
    name: 'fsck does not look at what heads of elections are over',
    file: WALK,
    find: 'this.#roots.get(head.size) === digestToHex(head.rootHash)',
    replace: 'true',
    suite: FSCK,
    tests: 'another history',
  },
  {
    name: 'fsck does not hold elections against the catalog',
    file: WALK,
    find: 'else if (!isSameElection(election, expected.election))',
    replace: 'else if (false)',
    suite: FSCK,
    tests: 'in the catalog',
  },
  {
    name: 'a kept checkpoint may say anything',
    file: NOTES,
    find: 'if (textOfNote(note) !== expected)',
    replace: 'if (false)',
    suite: STORES,
  },
  {
    name: 'a kept checkpoint may be signed by anybody',
    file: NOTES,
    find: 'return isSignedBy(note, keyAt(log, size)) ? null :',
    replace: 'return true ? null :',
    suite: STORES,
  },
  {
    name: 'a monitor asks nobody by which key a group stands',
    file: 'cli/monitor/known-log.js',
    find: 'logs: [...trust.logs, ...keys]',
    replace: 'logs: trust.logs',
    suite: MONITOR,
    tests: 'with nothing pinned',
  },
  {
    name: 'a monitor takes an election for a handover by the recovery key',
    file: 'cli/monitor/known-log.js',
    find: 'election === void 0 ? signed : "election"',
    replace: 'signed',
    suite: MONITOR,
    tests: 'names the elections',
  },
];
