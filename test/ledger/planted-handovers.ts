/** What makes a handover safe taken away one by one: a suite must notice. */
import type { FaultOfSuite } from '../support/planted-suite.js';

const STOPPED = 'test/hand-over-faults.test.ts';
const RESTORED = 'test/backup/restore-backup.test.ts';
const RUNNING = 'test/ledger/hand-over.test.ts';

export const HANDOVER_FAULTS: readonly FaultOfSuite[] = [
  {
    name: 'a new key is not synced before the log goes on by it',
    file: 'keys/durable-file.js',
    find: 'await files.sync(aside);',
    replace: '',
    suite: STOPPED,
    tests: 'new key is synced',
  },
  {
    name: 'the entry of a handover does not wait for the catalog',
    file: 'ledger/internal/hand-over.js',
    find: 'await parts.parts.catalog.putLedger(changed)',
    replace: 'setTimeout(() => void parts.parts.catalog.putLedger(changed), 200)',
    suite: RUNNING,
    tests: 'new key is synced',
  },
  {
    name: 'old keys stay',
    file: 'ledger/internal/hand-over.js',
    find: 'await keyStore.destroyLogKeys(keys)',
    replace: 'void keys',
    suite: RUNNING,
    tests: 'goes on under its origin',
  },
  {
    name: 'a start does not append the entry that a crash kept back',
    file: 'ledger/internal/hand-over.js',
    find: 'if (log.head.size === last?.size && log.descriptor.shared !== true)',
    replace: 'if (false)',
    suite: STOPPED,
    tests: 'journal alone had',
  },
  {
    name: 'what the journal alone has does not get into the old Hypercore',
    file: 'ledger/hand-over-stopped.js',
    find: 'await appendMissing(',
    replace: 'await ((...given) => Promise.resolve(given))(',
    suite: STOPPED,
    tests: 'journal alone had',
  },
  {
    name: 'anybody may sign a handover',
    file: 'ledger/hand-over-stopped.js',
    find: 'if (!isHandoverSignedBy(terms.origin, terms, signed.signature, key))',
    replace: 'if (false)',
    suite: 'test/hand-over-log.test.ts',
    tests: 'or by another key',
  },
  {
    name: 'nothing is left of keys that were handed over',
    file: 'keys/internal/log-key-files.js',
    find: 'if (ending !== null)',
    replace: 'if (false)',
    suite: RESTORED,
    tests: 'of whatever time',
  },
  {
    name: 'a backup of before a handover goes on as it is',
    file: 'restore-backup.js',
    find: 'isKeyGone || ',
    replace: '',
    suite: RESTORED,
    tests: 'handed over since',
  },
  {
    name: 'data of before a handover are opened to be written',
    file: 'ledger-node.js',
    find: 'if (store.allLedgers().some(({ reader }) => reader.isLost))',
    replace: 'if (false)',
    suite: 'test/successor-after-handover.test.ts',
    tests: 'are not written',
  },
];
