/** Faults in what bounds many ledgers together: a suite must notice each. */
import type { FaultOfSuite } from '../support/planted-suite.js';

const CANDIDATES = 'replication/candidates.js';
const STANDING = 'test/replication/candidates.test.ts';
const PARTS = 'replication/links/parts.js';
const IN_PARTS = 'test/replication/links/parts.test.ts';

export const MANY_FAULTS: readonly FaultOfSuite[] = [
  {
    name: 'all members stand at once',
    file: CANDIDATES,
    find: 'this.#standing.size < this.#limits.atOnce',
    replace: 'true',
    suite: STANDING,
    tests: 'lets a few stand at a time',
  },
  {
    name: 'whom nobody answers holds up all others',
    file: CANDIDATES,
    find: 'if (until <= now) this.#standing.delete(candidate);',
    replace: '',
    suite: STANDING,
    tests: 'holds nobody up for those',
  },
  {
    name: 'who has stood in vain goes first',
    file: CANDIDATES,
    find: 'this.#fresh.size > 0 ? this.#fresh : this.#again',
    replace: 'this.#again.size > 0 ? this.#again : this.#fresh',
    suite: STANDING,
    tests: 'lets those go first',
  },
  {
    name: 'a node that was not run does not listen first',
    file: CANDIDATES,
    find: 'if (now - due >= late)',
    replace: 'if (false)',
    suite: STANDING,
    tests: 'before the node has listened, when it was not run',
  },
  {
    name: 'a node that is late again and again never stands',
    file: CANDIDATES,
    find: 'Math.min(this.#quietUntil, since + this.#limits.patience)',
    replace: 'this.#quietUntil',
    suite: STANDING,
    tests: 'holds nobody up for longer than a while',
  },
  {
    name: 'members stand while ledgers are opened',
    file: CANDIDATES,
    find: 'this.#heldUntil = Infinity',
    replace: 'this.#heldUntil = 0',
    suite: STANDING,
    tests: 'while ledgers are opened',
  },
  {
    name: 'a member does not wait for its turn',
    file: 'replication/group-member.js',
    find: 'if (this.state.role.kind !== "following")',
    replace: 'if (true)',
    suite: 'test/replication/group-member.test.ts',
    tests: 'stands when it is its turn',
  },
  {
    name: 'a member that has heard its writer keeps its turn',
    file: 'replication/group-member.js',
    find: 'if (!isDue) this.#candidate.withdraw();',
    replace: '',
    suite: 'test/replication/group-member.test.ts',
    tests: 'stands when it is its turn',
  },
  {
    name: 'what peers announce is kept without bound',
    file: 'replication/shared/heard-logs.js',
    find: 'if (peer.size <= this.#maxSize) break;',
    replace: 'break;',
    suite: 'test/replication/shared/heard-logs.test.ts',
    tests: 'lets go what a peer said first',
  },
  {
    name: 'who is behind hears the same as often as ever',
    file: 'replication/shared/log-channels.js',
    find: 'Math.min(2 * last.pause, LONGEST_PAUSE_MILLIS)',
    replace: 'last.pause',
    suite: 'test/replication/shared/log-channels.test.ts',
    tests: 'longer and longer pauses',
  },
  {
    name: 'a message in parts may be of any size',
    file: PARTS,
    find: 'if (this.#length > this.#maxBytes)',
    replace: 'if (false)',
    suite: IN_PARTS,
    tests: 'drops a peer that sends more than fits',
  },
  {
    name: 'parts may be empty',
    file: PARTS,
    find: 'if (part.length <= 1)',
    replace: 'if (false)',
    suite: IN_PARTS,
    tests: 'are refused where they are empty',
  },
  {
    name: 'a log that had no erasure never has one',
    file: 'ledger/internal/write-state.js',
    find: 'if (log !== null) this.#erasing.set(log, true);',
    replace: '',
    suite: 'test/ledger/erasing-logs.test.ts',
    tests: 'has none before one is written',
  },
];
