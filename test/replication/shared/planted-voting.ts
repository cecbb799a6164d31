/** Faults that the suites of this folder must notice, each in one of them, by the tests with that in their name. */
import type { FaultOfSuite } from '../../support/planted-suite.js';

const CLAIM = 'replication/shared/vote-claim.js';
const LEDGER = 'replication/shared/voting-ledger.js';
const SHARING = 'replication/shared/sharing.js';
const VOTE = 'test/replication/shared/voting-ledger.test.ts';
const SECRETS = 'test/replication/shared/voting-secrets.test.ts';
const NODES = 'test/replication/shared/voting.test.ts';

export const VOTING_FAULTS: readonly FaultOfSuite[] = [
  {
    name: 'a vote is forgotten',
    file: LEDGER,
    find: 'save: ({ promised, memory }) => keyStore.putGroupPromise(',
    replace: 'save: ({ promised, memory }) => ((..._) => Promise.resolve())(',
    suite: VOTE,
    tests: 'over a start too',
  },
  {
    name: 'what is known is forgotten with a start',
    file: LEDGER,
    find: 'await this.#options.memory.remember(record);',
    replace: '',
    suite: VOTE,
    tests: 'over a start too',
  },
  {
    name: 'what is known is said before it is on disk',
    file: LEDGER,
    find: 'await this.#remember({ known });',
    replace: 'this.#remember({ known }).catch(() => undefined);',
    suite: VOTE,
    tests: 'is on disk before',
  },
  {
    name: 'a node that lost its record votes as if it remembered',
    file: 'replication/shared/promise.js',
    find: ': hasPromised(promise) && known === null',
    replace: ': false',
    suite: VOTE,
    tests: 'after a record was lost',
  },
  {
    name: 'a node with an older copy votes as if it remembered',
    file: 'replication/shared/promise.js',
    find: 'promise.run > run',
    replace: 'false',
    suite: VOTE,
    tests: 'an older copy',
  },
  {
    name: 'any writer is believed',
    file: LEDGER,
    find: '!isProved(origin, claim, group)',
    replace: 'false',
    suite: VOTE,
    tests: 'is not believed with forged votes',
  },
  {
    name: 'a writer is heard before it is believed',
    file: LEDGER,
    find: 'if (this.#mayHeed(message))',
    replace: 'if (true)',
    suite: VOTE,
    tests: 'is believed with the votes',
  },
  {
    name: 'votes are counted in the group that is claimed',
    file: CLAIM,
    find: 'isVoteQuorum(known, voters)',
    replace: 'isVoteQuorum(group, voters)',
    suite: VOTE,
    tests: 'by a group of its own making',
  },
  {
    name: 'signatures of votes are not looked at',
    file: CLAIM,
    find: 'isVoteSigned(origin, writer, vote)',
    replace: 'true',
    suite: VOTE,
    tests: 'is not believed with forged votes',
  },
  {
    name: 'a vote counts as often as it is shown',
    file: CLAIM,
    find: 'voters.size === votes.length && isVoteQuorum(known, voters)',
    replace: 'votes.length >= known.voteQuorum',
    suite: VOTE,
    tests: 'one twice',
  },
  {
    name: 'a member shows the votes of another',
    file: LEDGER,
    find: 'node !== from ||',
    replace: '',
    suite: VOTE,
    tests: 'another’s votes',
  },
  {
    name: 'a log may go on in a term after its writer’s',
    file: LEDGER,
    find: 'compareTerms(lastTerm(end), term) <= 0 &&',
    replace: '',
    suite: VOTE,
    tests: 'in a term after its own',
  },
  {
    name: 'a word draws a vote to a later term',
    file: LEDGER,
    find: 'return this.state.memory === "behind";',
    replace: 'return true;',
    suite: VOTE,
    tests: 'by who only says',
  },
  {
    name: 'a member without data is given secrets and keys',
    file: 'replication/shared/who-keeps.js',
    find: 'memberOf(group, node)?.hasData === true',
    replace: 'memberOf(group, node) !== void 0',
    suite: SECRETS,
    tests: 'a vote alone',
  },
  {
    name: 'a member without data is offered the tenant’s key',
    file: 'replication/shared/offering.js',
    find: 'memberOf(groupOf(state.log), node)?.hasData === true',
    replace: 'true',
    suite: SECRETS,
    tests: 'a vote alone',
  },
  {
    name: 'a ledger that is kept no more is found by its name',
    file: 'ledger/ledger-store.js',
    find: 'ledger === void 0 || this.#withheld.has(ledger.identity.handle)',
    replace: 'ledger === void 0',
    suite: NODES,
    tests: 'and back',
  },
  {
    name: 'who turns from a vote to the data forgets nothing',
    file: 'replication/shared/voting.js',
    find: 'memory: "behind", run',
    replace: 'memory: "whole", run',
    suite: VOTE,
    tests: 'has forgotten what it knew',
  },
];
