/** The rules of backups taken away one by one: a suite of this folder must notice. */
import type { FaultOfSuite } from '../support/planted-suite.js';

const FAULTS = 'test/backup/backup-faults.test.ts';
const RESTORE = 'test/backup/restore-backup.test.ts';
const ERASURES = 'test/backup/erasures-in-backups.test.ts';

export const BACKUP_FAULTS: readonly FaultOfSuite[] = [
  {
    name: 'a part is not read back',
    file: 'backup/internal/part-writer.js',
    find: 'if (length !== written.length || sha256 !== written.sha256)',
    replace: 'if (false)',
    suite: FAULTS,
    tests: 'if the disk keeps something else',
  },
  {
    name: 'manifests are not chained',
    file: 'backup/backup-content.js',
    find: 'manifest.previous !== content.digest',
    replace: 'false',
    suite: FAULTS,
    tests: 'out of another chain',
  },
  {
    name: 'pieces of a vault are not compared',
    file: 'backup/vault-copy.js',
    find: '!== piece.sha256',
    replace: '=== ""',
    suite: RESTORE,
    tests: 'names what is altered',
  },
  {
    name: 'a drill passes over a damaged part',
    file: 'backup/unpack-backup.js',
    find: 'if (problems.length === 0) return;',
    replace: 'return;',
    suite: 'test/backup/drill-backup.test.ts',
    tests: 'names what keeps',
  },
  {
    name: 'the old key is destroyed though the new vault is not at the targets',
    file: 'ledger/forgetter.js',
    find: 'await keeper.complete(successor.aside)',
    replace: 'void keeper',
    suite: ERASURES,
    tests: 'reaches every target',
  },
  {
    name: 'a backup that is behind goes on as it is',
    file: 'restore-backup.js',
    find: '= isBehind ?',
    replace: '= false ?',
    suite: RESTORE,
    tests: 'goes on in new logs if one has',
  },
  {
    name: 'fsck takes what was erased since a backup for damage',
    file: 'queries/tenant-erasures.js',
    find: 'for (const row of await erasedSinceRows(ledger, vault, tenant))',
    replace: 'for (const row of [])',
    suite: ERASURES,
    tests: 'is restored with the rows',
  },
];
