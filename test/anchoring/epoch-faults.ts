/** Faults of epochs and their maps, each with the suite that must notice it. */
import type { FaultOfSuite } from '../support/planted-suite.js';

const EPOCHS = 'test/anchoring/epoch-log.test.ts';
const CHANGES = 'test/anchoring/epoch-changes.test.ts';
const HISTORY = 'test/anchoring/map-history.test.ts';
const ARENA = 'test/tlog/map-arena.test.ts';
const LOG_FILE = 'anchoring/epoch-log.js';
const COLLECT_FILE = 'anchoring/collect-changes.js';
const HISTORY_FILE = 'anchoring/epoch-history.js';
const OPENING_FILE = 'anchoring/open-epochs.js';
const ROWS_FILE = 'anchoring/internal/map-history.js';
const TABLE = 'test/base/record-table.test.ts';
const TABLE_FILE = 'base/record-table.js';
const ARENA_FILE = 'tlog/map-arena.js';

export const EPOCH_FAULTS: readonly FaultOfSuite[] = [
  {
    name: 'the index is made again whenever somebody asks',
    file: HISTORY_FILE,
    find: 'this.#wasMadeAgain = true;',
    replace: '',
    suite: 'test/anchoring/epoch-rebuild.test.ts',
  },
  {
    name: 'any head is taken',
    file: COLLECT_FILE,
    find: 'return equalBytes(await reader.rootAt(size), rootHash);',
    replace: 'return true;',
    suite: EPOCHS,
    tests: 'keep the head',
  },
  {
    name: 'a head that is not taken is left out of the maps',
    file: COLLECT_FILE,
    find: 'else inconsistent.push(origin);',
    replace: 'else { inconsistent.push(origin); changes.push(change); }',
    suite: EPOCHS,
    tests: 'keep the head',
  },
  {
    name: 'a log that ended is not closed',
    file: COLLECT_FILE,
    find: 'logs.slice(0, -1).entries()',
    replace: '[].entries()',
    suite: EPOCHS,
    tests: 'say of a log',
  },
  {
    name: 'what is too much for one epoch is left for the next interval',
    file: LOG_FILE,
    find: 'if (!isAll) continue;',
    replace: '',
    suite: EPOCHS,
    tests: 'are several',
  },
  {
    name: 'what an epoch changed is not in the log',
    file: LOG_FILE,
    find: 'sealedParts: [part]',
    replace: 'sealedParts: []',
    suite: EPOCHS,
    tests: 'are in the index again',
  },
  {
    name: 'after a failure the maps are believed',
    file: HISTORY_FILE,
    find: 'if (!this.#isCurrent) await this.#openAgain();',
    replace: 'this.#isCurrent = true;',
    suite: EPOCHS,
    tests: 'go on where appending failed',
  },
  {
    name: 'whatever the index has is believed',
    file: OPENING_FILE,
    find: 'return digestToHex(state.root(epoch, format)) === statement.tenants ? state : null;',
    replace: 'return state;',
    suite: EPOCHS,
    tests: 'make the index again',
  },
  {
    name: 'what the log has beyond the index is not taken in',
    file: OPENING_FILE,
    find: 'await index.add(applied, changes);\n  }',
    replace: '}',
    suite: EPOCHS,
    tests: 'have each head',
  },
  {
    name: 'tenants are not blinded anew',
    file: 'anchoring/epoch-maps.js',
    find: 'return hmacSha256(indexKey, TENANT_LABEL, u64be(epoch));',
    replace: 'return hmacSha256(indexKey, TENANT_LABEL, u64be(0));',
    suite: EPOCHS,
    tests: 'hold what changed alone',
  },
  {
    name: 'the salt of a head is that of the epoch asked for',
    file: 'anchoring/epoch-paths.js',
    find: 'headSalt(taken.epoch, log, indexKey)',
    replace: 'headSalt(epoch, log, indexKey)',
    suite: EPOCHS,
    tests: 'have each head',
  },
  {
    name: 'changes may be in any order',
    file: 'anchoring/epoch-changes.js',
    find: 'if (last !== void 0 && !isBefore(last, change))',
    replace: 'if (false)',
    suite: CHANGES,
    tests: 'out of order',
  },
  {
    name: 'changes are not salted',
    file: 'anchoring/epoch-changes.js',
    find: 'bytes.set(salt, 1);',
    replace: 'bytes.fill(0, 1, 1 + CHANGES_SALT_BYTES);',
    suite: CHANGES,
    tests: 'hidden by their salt',
  },
  {
    name: 'a whole map does not begin again',
    file: ROWS_FILE,
    find: '(from ?? -1) + 1, epoch)',
    replace: '0, epoch)',
    suite: HISTORY,
    tests: 'gives the map of each epoch',
  },
  {
    name: 'a whole map is that of before its epoch',
    file: ROWS_FILE,
    find: 'this.#putAll(all, items);',
    replace: '',
    suite: HISTORY,
    tests: 'gives the map of each epoch',
  },
  {
    name: 'no whole map is written',
    file: ROWS_FILE,
    find: 'if (whole === "later" || since + number <= 2 * size + FEW) {',
    replace: 'if (true) {',
    suite: HISTORY,
    tests: 'gives the map of each epoch',
  },
  {
    name: 'a whole map is written although there is no room for it',
    file: ROWS_FILE,
    find: 'whole === "later" || ',
    replace: '',
    suite: HISTORY,
    tests: 'no sooner than there is room',
  },
  {
    name: 'a head of the size that was taken is the one that was taken',
    file: 'anchoring/epoch-state.js',
    find: 'if (page[at + HEAD.root + byte] !== rootHash[byte]) return false;',
    replace: '',
    suite: EPOCHS,
    tests: 'another root at the size',
  },
  {
    name: 'what comes after others had their turn is left out',
    file: COLLECT_FILE,
    find: 'if (next.value === null) return some;',
    replace: 'if (next.value === null) return some.length === 0 ? null : some;',
    suite: EPOCHS,
    tests: 'wherever among many ledgers',
  },
  {
    name: 'keys are told apart by what is hashed of them alone',
    file: TABLE_FILE,
    find: 'at < this.#keyBytes; at++)\n      if (page',
    replace: 'at < HASHED_BYTES; at++)\n      if (page',
    suite: TABLE,
    tests: 'has what was put last',
  },
  {
    name: 'a new record has what the memory held',
    file: TABLE_FILE,
    find: 'record.fill(0, this.#keyBytes);',
    replace: 'record.fill(1, this.#keyBytes);',
    suite: TABLE,
    tests: 'begins a record with zeros',
  },
  {
    name: 'one key that is left keeps its branch',
    file: ARENA_FILE,
    find: 'if (alone === null)',
    replace: 'if (true)',
    suite: ARENA,
    tests: 'whatever came and went',
  },
  {
    name: 'a key that is put again is there twice',
    file: ARENA_FILE,
    find: 'if (order === 0) old = EMPTY_REF;',
    replace: 'if (order === 0) ;',
    suite: ARENA,
    tests: 'whatever came and went',
  },
];
