/** Faults that the suites of shared ledgers must notice, each in one of them, by the tests with that in their name. */
import type { FaultOfSuite } from '../../support/planted-suite.js';

const CARRY = 'replication/shared/carry-up.js';
const COMPARING = 'replication/shared/comparing.js';
const FOUND = 'replication/shared/found.js';
const FSCK = 'ledger/fsck.js';
const LEDGER = 'replication/shared/shared-ledger.js';
const OFFERING = 'replication/shared/offering.js';
const OPEN = 'replication/shared/open-tail.js';
const PROMISE = 'replication/shared/promise.js';
const SECRETS = 'ledger/log-secrets.js';
const SECURE = 'replication/shared/secure.js';
const SHARING = 'replication/shared/sharing.js';
const CARRIED = 'test/replication/shared/carry-up.test.ts';
const HOSTILE = 'test/hostile-members.test.ts';
const MEMORY = 'test/replication/shared/promise.test.ts';
const NODES = 'test/replication/shared/sharing.test.ts';
const OFFERS = 'test/replication/shared/offering.test.ts';
const SECURED = 'test/replication/shared/secure.test.ts';
const STORE = 'test/ledger/shared-log.test.ts';
const STORED = 'test/ledger/shared-fsck.test.ts';
const TAIL = 'test/replication/shared/open-tail.test.ts';

export const SHARED_FAULTS: readonly FaultOfSuite[] = [
  {
    name: 'a full vault ends the node',
    file: SECURE,
    find: 'if (cause instanceof KeysError && cause.code === "KEYS_VAULT_PUSHBACK") return null;',
    replace: '',
    suite: TAIL,
    tests: 'wait for room in the vault',
  },
  {
    name: 'whoever does not answer is never asked again',
    file: SECURE,
    find: 'cause.code === "REPLICATION_UNANSWERED") return null;',
    replace: 'false) return null;',
    suite: TAIL,
    tests: 'are asked for again',
  },
  {
    name: 'secrets of blocks in place of others are not asked for',
    file: SECURE,
    find: 'Math.min(this.#secured, stored)',
    replace: 'this.#secured',
    suite: SECURED,
    tests: 'where other blocks lie now',
  },
  {
    name: 'blocks that bring new secrets count without them',
    file: SECURE,
    find: 'return number;',
    replace: 'continue;',
    suite: SECURED,
    tests: 'first block on that lacks one',
  },
  {
    name: 'secrets that are not here count as here',
    file: SECRETS,
    find: 'scopes.length === named.size && ',
    replace: '',
    suite: STORE,
    tests: 'names in a block all that its records rest on',
  },
  {
    name: 'secrets that a block does not name count as here',
    file: SECRETS,
    find: 'if (!parts.every((id) => named.has(toHex(id)))) return false;',
    replace: '',
    suite: STORE,
    tests: 'tells by what persons are known',
  },
  {
    name: 'a store that is not written for now ends the node',
    file: OPEN,
    find: '"LEDGER_READ_ONLY",',
    replace: '',
    suite: TAIL,
    tests: 'told of, and the node goes on',
  },
  {
    name: 'a disk that fails is told of alone',
    file: OPEN,
    find: 'if (isBearable(cause)) tellOf',
    replace: 'if (true) tellOf',
    suite: TAIL,
    tests: 'end the node',
  },
  {
    name: 'who sends what is not of the log is not named',
    file: OPEN,
    find: 'options.onOffender(peer);',
    replace: '',
    suite: TAIL,
    tests: 'names the peer',
  },
  {
    name: 'what nobody has shown is carried up',
    file: CARRY,
    find: 'Math.min(shown(), tail.view.end.length)',
    replace: 'tail.view.end.length',
    suite: CARRIED,
    tests: 'as far as is shown',
  },
  {
    name: 'it is answered before others have it',
    file: LEDGER,
    find: 'return shown;\n  }\n  /** What this node does',
    replace: 'return store.commit(staged);\n  }\n  /** What this node does',
    suite: NODES,
    tests: 'answers nobody',
  },
  {
    name: 'a lost disk is not noticed',
    file: PROMISE,
    find: '!tail.isWhole || ',
    replace: '',
    suite: MEMORY,
    tests: 'its blocks are not all here',
  },
  {
    name: 'older data than the key store count as whole',
    file: PROMISE,
    find: ' || promise.run > run',
    replace: '',
    suite: MEMORY,
    tests: 'its data are older',
  },
  {
    name: 'who was behind is whole after a restart',
    file: PROMISE,
    find: 'promise.memory === "behind" || ',
    replace: '',
    suite: MEMORY,
    tests: 'it was behind before',
  },
  {
    name: 'a promise without a log counts as whole',
    file: PROMISE,
    find: 'hasPromised(promise) && isEmpty',
    replace: 'false',
    suite: MEMORY,
    tests: 'its log is gone',
  },
  {
    name: 'secrets are given to whoever asks',
    file: SHARING,
    find: 'return ledger === void 0 || !this.#keeps(ledger, to) ?',
    replace: 'return ledger === void 0 ?',
    suite: HOSTILE,
    tests: 'tells a peer that keeps no ledger of none',
  },
  {
    name: 'an offer is taken of any peer',
    file: OFFERING,
    find: 'if (peer?.offers !== true)',
    replace: 'if (peer === void 0)',
    suite: OFFERS,
    tests: 'who may not offer',
  },
  {
    name: 'an offer is taken twice at a time',
    file: OFFERING,
    find: 'this.#taking.has(origin) || ',
    replace: '',
    suite: OFFERS,
    tests: 'once at a time',
  },
  {
    name: 'a group is founded where one is known',
    file: FOUND,
    find: 'if (!mayFound(',
    replace: 'if (false && !mayFound(',
    suite: NODES,
    tests: 'founds no second group',
  },
  {
    name: 'nobody is told what a member has',
    file: SHARING,
    find: 'if (announcement !== null && this.#keeps(ledger, node))',
    replace: 'if (false)',
    suite: HOSTILE,
    tests: 'two members two histories',
  },
  {
    name: 'what members say that they have is not held against the log',
    file: COMPARING,
    find: 'await this.#parts.tail.compare(announcement)',
    replace: 'true',
    suite: HOSTILE,
    tests: 'two members two histories',
  },
  {
    name: 'a destroyed secret is taken again',
    file: SECRETS,
    find: '!erased.has(toHex(rowId))',
    replace: 'rowId !== null',
    suite: STORE,
    tests: 'that was destroyed here',
  },
  {
    name: 'a block does not name what its writer had before',
    file: 'commands/preparation/prepare-records.js',
    find: 'context.isShared ? entry :',
    replace: 'false ? entry :',
    suite: STORE,
    tests: 'all that its records rest on',
  },
  {
    name: 'two secrets of one scope are damage',
    file: FSCK,
    find: 'const puts = [...new Map(rows.map((row) => [toHex(row[0]), row])).values()];',
    replace: 'const puts = rows;',
    suite: STORED,
    tests: 'two secrets of one scope',
  },
  {
    name: 'who is known by tags that another ledger brought is known to members by others',
    file: SECRETS,
    find: 'const ref = refs[at] ?? null;',
    replace: 'const ref = null;',
    suite: STORE,
    tests: 'by what persons are known',
  },
];
