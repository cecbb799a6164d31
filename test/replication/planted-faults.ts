/** Faults that the suites of this folder must notice, each in one of them, by the tests with that in their name. */
import type { FaultOfSuite } from '../support/planted-suite.js';

const FOLLOWED = 'replication/replica/followed-log.js';
const KNOWN = 'replication/replica/known-log.js';
const WALK = 'replication/replica/walk.js';
const CORE = 'evidence/misbehaviour/internal/core-rules.js';
const REPLICA = 'ledger/replica-log.js';
const WRITER = 'test/replication/replica/hostile-writer.test.ts';
const DURABLE = 'test/replication/replica/durable-replica.test.ts';
const OWN = 'test/replication/replica/ledger-replica.test.ts';
const RECEIPT = 'test/replication/receipt.test.ts';

export const REPLICA_FAULTS: readonly FaultOfSuite[] = [
  {
    name: 'a reader does not compare roots',
    file: FOLLOWED,
    find: 'if (size === head.size && equalBytes(rootHash(this.#walk.tree), head.rootHash))',
    replace: 'if (size === head.size)',
    suite: WRITER,
    tests: 'another root',
  },
  {
    name: 'a head between two others is not compared',
    file: FOLLOWED,
    find: 'const heads = this.#ahead.filter(({ binding }) => binding.length > at);',
    replace: 'const heads = this.#ahead.slice(-1);',
    suite: WRITER,
    tests: 'hides no false head',
  },
  {
    name: 'a replica does not compare tree hashes',
    file: FOLLOWED,
    find: 'if (!equalBytes(await this.#opened().treeHash(length), treeHash))',
    replace: 'if (false)',
    suite: WRITER,
    tests: 'before a blind replica, a writer that signs another tree hash',
  },
  {
    name: 'a signed cut is followed',
    file: FOLLOWED,
    find: 'if (fork !== 0)',
    replace: 'if (fork > 1)',
    suite: WRITER,
    tests: 'that signs that it was cut',
  },
  {
    name: 'a shorter head is taken unseen',
    file: FOLLOWED,
    find: 'if (!this.#isHeadStored || length >',
    replace: 'if (length !==',
    suite: WRITER,
    tests: 'a history shorter',
  },
  {
    name: 'two heads are not compared with each other',
    file: FOLLOWED,
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
    find: '!isAuthorised(origin, terms, ended.signatures, who)',
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
    file: FOLLOWED,
    find: 'if (remembered === null)',
    replace: 'if (remembered?.alarm === null || remembered === null)',
    suite: DURABLE,
    tests: 'takes no other history',
  },
  {
    name: 'an alarm is forgotten at a restart',
    file: FOLLOWED,
    find: 'this.#alarm = alarm;\n    await this.#learn(keys);',
    replace: 'await this.#learn(keys);',
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
    file: FOLLOWED,
    find: 'this.#walkAtHead = walk;\n    this.#rounds.begin();',
    replace: 'this.#walkAtHead = walk;\n    this.#isHeadStored = true;\n    this.#rounds.begin();',
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
];
