/** Faults that the suites of this folder must notice, each in one of them, by the tests with that in their name. */
import type { FaultOfSuite } from '../support/planted-suite.js';

const CHECK = 'replication/replica/check-blocks.js';
const COPY = 'replication/replica/log-copy.js';
const FOLLOWED = 'replication/replica/followed-log.js';
const KNOWN = 'replication/replica/known-log.js';
const KEEPING = 'replication/replica/keeping.js';
const NEXT = 'replication/replica/next-keys.js';
const ORDER = 'replication/replica/key-order.js';
const WALK = 'replication/replica/walk.js';
const WRONG = 'replication/replica/wrong.js';
const CORE = 'evidence/misbehaviour/internal/core-rules.js';
const REPLICA = 'ledger/replica-log.js';
const WRITER = 'test/replication/replica/hostile-writer.test.ts';
const DURABLE = 'test/replication/replica/durable-replica.test.ts';
const TAIL = 'test/replication/replica/tail.test.ts';
const LOST = 'test/replication/replica/durable-tail.test.ts';
const OWN = 'test/replication/replica/ledger-replica.test.ts';
const COMPARE = 'test/replication/replica/compare.test.ts';
const REPEATS = 'replication/group-repeats.js';
const AGAIN = 'test/replication/group-again.test.ts';
const SAID = 'test/replication/group-links.test.ts';
const RECEIPT = 'test/replication/receipt.test.ts';

export const REPLICA_FAULTS: readonly FaultOfSuite[] = [
  {
    name: 'a reader does not compare roots',
    file: WRONG,
    find: 'if (size === head.size && equalBytes(rootHash(walk.tree), head.rootHash))',
    replace: 'if (size === head.size)',
    suite: WRITER,
    tests: 'another root',
  },
  {
    name: 'a head between two others is not compared',
    file: CHECK,
    find: 'const expected = heads.find(({ binding }) => binding.length > copy.walk.length);',
    replace: 'const expected = heads.at(-1);',
    suite: WRITER,
    tests: 'hides no false head',
  },
  {
    name: 'a replica does not compare tree hashes',
    file: WRONG,
    find: 'return equalBytes(await log.treeHash(length), treeHash) ?',
    replace: 'return true ?',
    suite: WRITER,
    tests: 'before a blind replica, a writer that signs another tree hash',
  },
  {
    name: 'a signed cut is followed',
    file: WRONG,
    find: 'if (fork !== 0)',
    replace: 'if (fork > 1)',
    suite: WRITER,
    tests: 'that signs that it was cut',
  },
  {
    name: 'a shorter head is taken unseen',
    file: FOLLOWED,
    find: 'copy.isThere && length <=',
    replace: 'copy.isThere && length ===',
    suite: WRITER,
    tests: 'a history shorter',
  },
  {
    name: 'two heads are not compared with each other',
    file: WRONG,
    find: 'const proof = await proofFromHeads(other, head);',
    replace: 'const proof = null;',
    suite: WRITER,
    tests: 'forks at one length',
  },
  {
    name: 'the head of another log is taken',
    file: KNOWN,
    find: 'return verifyCheckpoint(note, noteVerifier(key), origin);',
    replace: "return verifyCheckpoint(note, noteVerifier(key), note.split('\\n')[0]);",
    suite: WRITER,
    tests: 'the head of another log',
  },
  {
    name: 'keys are taken without a handover',
    file: KNOWN,
    find: '!isAuthorised(origin, terms, ended, who)',
    replace: 'false',
    suite: OWN,
    tests: 'by nobody',
  },
  {
    name: 'indices are not looked at',
    file: WALK,
    find: 'if (statement.index !== tree.size)',
    replace: 'if (false)',
    suite: WRITER,
    tests: 'statements of other indices',
  },
  {
    name: 'recorded times may go back',
    file: WALK,
    find: 'if (statement.recordedAt < recordedAt)',
    replace: 'if (false)',
    suite: WRITER,
    tests: 'an entry from the past',
  },
  {
    name: 'it is told before it is on disk',
    file: REPLICA,
    find: 'await this.#parts.wal.sync();',
    replace: '',
    suite: DURABLE,
    tests: 'a sync that failed',
  },
  {
    name: 'the verified head is forgotten at a restart',
    file: COPY,
    find: 'if (remembered === null)',
    replace: 'if (remembered?.alarm === null || remembered === null)',
    suite: DURABLE,
    tests: 'takes no other history',
  },
  {
    name: 'an alarm is forgotten at a restart',
    file: COPY,
    find: 'this.#alarm = alarm;\n    vouchedKeys(pinned, keys);',
    replace: 'vouchedKeys(pinned, keys);',
    suite: WRITER,
    tests: 'finds its alarm kept',
  },
  {
    name: 'a hole is not looked for',
    file: REPLICA,
    find: 'if (await this.#log.blockIfThere(number) === null)',
    replace: 'if (false)',
    suite: DURABLE,
    tests: 'a reader that was killed fetches anew',
  },
  {
    name: 'what is remembered counts before its blocks are there',
    file: COPY,
    find: 'this.#isThere = this.#end.walk.length === 0;',
    replace: 'this.#isThere = true;',
    suite: DURABLE,
    tests: 'takes no other history',
  },
  {
    name: 'one tree for both histories is a proof',
    file: CORE,
    find: '? null : "core.consistent"',
    replace: '? null : null',
    suite: 'test/evidence/misbehaviour/core-fork.test.ts',
    tests: 'shows nothing',
  },
  {
    name: 'a receipt of anyone is one of the node that it names',
    file: 'replication/receipt.js',
    find: 'if (!ed25519Verifier(receipt.by)(messageOf(toJson(receipt)), signature))',
    replace: 'if (false)',
    suite: RECEIPT,
    tests: 'from another node',
  },
  {
    name: 'an election counts whoever made it',
    file: NEXT,
    find: 'isElected(pinned.origin, termsOf(keys, at, ended), election, group)',
    replace: 'true',
    suite: TAIL,
    tests: 'that the group did not make',
  },
  {
    name: 'an election counts in any term',
    file: NEXT,
    find: 'compareTerms(term, before) <= 0',
    replace: 'false',
    suite: TAIL,
    tests: 'in no later term',
  },
  {
    name: 'the election in the log is not held against the announced one',
    file: WALK,
    find: 'if (!isSameElection(',
    replace: 'if (false && !isSameElection(',
    suite: TAIL,
    tests: 'that the log tells otherwise',
  },
  {
    name: 'an election counts without signatures',
    file: KNOWN,
    find: 'isElectionSigned(origin, terms, election)',
    replace: 'true',
    suite: TAIL,
    tests: 'whose signatures do not hold',
  },
  {
    name: 'what was discarded comes back with a restart',
    file: COPY,
    find: 'await this.#remember({ keys, heads, end });',
    replace: '',
    suite: TAIL,
    tests: 'is discarded for good',
  },
  {
    name: 'what was shown is discarded',
    file: COPY,
    find: 'if (length < this.kept)',
    replace: 'if (false)',
    suite: TAIL,
    tests: 'is never what is kept',
  },
  {
    name: 'a block is signed before it is remembered',
    file: COPY,
    find: 'await this.#remember({ next });',
    replace: '',
    suite: LOST,
    tests: 'writes the very block',
  },
  {
    name: 'the word of a writer whose term is over parts the log',
    file: ORDER,
    find: 'compareTerms(newestTerm(announced), newestTerm(known)) <= 0',
    replace: 'false',
    suite: TAIL,
    tests: 'elected in an earlier term',
  },
  {
    name: 'what an old writer signed behind its end is taken',
    file: 'replication/replica/place.js',
    find: 'isBehindItsEnd(announced, known) ? "late" : "on"',
    replace: '"on"',
    suite: TAIL,
    tests: 'does not come back',
  },
  {
    name: 'keys that nobody can come to hold the log up',
    file: FOLLOWED,
    find: '!areSameKeys(before.keys, announced.keys)',
    replace: 'false',
    suite: TAIL,
    tests: 'that nobody can fetch',
  },
  {
    name: 'a group counts whatever term it names',
    file: KEEPING,
    find: 'compareTerms(term, asTerm(statement)) !== 0',
    replace: 'false',
    suite: TAIL,
    tests: 'in another term is no honest',
  },
  {
    name: 'any group may follow any other',
    file: KEEPING,
    find: 'mayFollow(groupOfEntry(before.statement), group)',
    replace: 'true',
    suite: TAIL,
    tests: 'that may not follow',
  },
  {
    name: 'a term begins wherever its keys say',
    file: 'replication/replica/tail.js',
    find: '!this.#endsHere(keys)',
    replace: 'false',
    suite: TAIL,
    tests: 'is not begun on another end',
  },
  {
    name: 'what others have is not compared',
    file: FOLLOWED,
    find: 'if (wrong !== null) await this.#stop(wrong);\n      return',
    replace: 'return',
    suite: COMPARE,
    tests: 'of one length and another history',
  },
  {
    name: 'what an old writer signed behind its end is misbehaviour',
    file: FOLLOWED,
    find: '!isSame || ended !== null && head.size > ended.size',
    replace: '!isSame',
    suite: COMPARE,
    tests: 'behind the end of its term',
  },
  {
    name: 'what nobody answered is said by its number',
    file: REPEATS,
    find: 'last.left === 0',
    replace: 'false',
    suite: SAID,
    tests: 'where nobody answers',
  },
  {
    name: 'what has changed is said by its number',
    file: REPEATS,
    find: 'one.shown === other.shown',
    replace: 'true',
    suite: AGAIN,
    tests: 'is not more that is shown',
  },
  {
    name: 'what was said before comes behind what was said after it',
    file: REPEATS,
    find: 'this.#waiting.delete(origin);',
    replace: '',
    suite: AGAIN,
    tests: 'does not come behind',
  },
  {
    name: 'what must be here beside the blocks is asked for and not awaited',
    file: FOLLOWED,
    find: 'secured.done',
    replace: 'undefined',
    suite: 'test/replication/replica/followed-log.test.ts',
    tests: 'awaited before they count',
  },
  {
    name: 'a peer may say as much again as it likes',
    file: 'replication/group-links.js',
    find: 'conversation.repeats.take(again.length,',
    replace: 'conversation.repeats.take(0,',
    suite: SAID,
    tests: 'is dropped for too many',
  },
];
