/** The rules of backups taken away one by one: a suite of this folder must notice. */
import type { FaultOfSuite } from '../support/planted-suite.js';

const FAULTS = 'test/backup/backup-faults.test.ts';
const RESTORE = 'test/backup/restore-backup.test.ts';
const ERASURES = 'test/backup/erasures-in-backups.test.ts';
const AT_TARGETS = 'test/backup/erasure-at-targets.test.ts';
const TIMER = 'test/backup/backup-timer.test.ts';

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
    name: 'the old key is destroyed before the new vault is at the targets',
    file: 'ledger/forgetter.js',
    find: 'await successor.complete();',
    replace: `const done = await successor.finish();
      const path = successor.aside.path.replace(/[.]tmp$/, '');
      for (const keeper of this.#keepers()) await keeper.complete({ ...successor.aside, path });
      return done;`,
    suite: AT_TARGETS,
    tests: 'and not before',
  },
  {
    name: 'the copy of a vault is not read back',
    file: 'backup/vault-copy.js',
    find: 'if (read.length !== written.length || read.sha256 !== written.sha256)',
    replace: 'if (false)',
    suite: AT_TARGETS,
    tests: 'keeps something else',
  },
  {
    name: 'a rotation goes on though a target has failed',
    file: 'backup/vault-copies.js',
    find: 'if (clock.now() - since < waitMillis)',
    replace: 'if (false)',
    suite: AT_TARGETS,
    tests: 'in the same process',
  },
  {
    name: 'a backup that has failed is tried again at each turn',
    file: 'backup/internal/due.js',
    find: 'hasPassed(now, failures?.last ?? null, ',
    replace: 'hasPassed(now, null, ',
    suite: TIMER,
    tests: 'ever later',
  },
  {
    name: 'a backup begins while another is made',
    file: 'backup/backup-keeper.js',
    find: '!this.#states.has(one) && this.#isDue(one)',
    replace: 'this.#isDue(one)',
    suite: TIMER,
    tests: 'never overlap',
  },
  {
    name: 'a backup does not wait until its beginning is on record',
    file: 'backup/backup-keeper.js',
    find: 'await begins(directory)',
    replace: 'void begins(directory).catch(() => undefined)',
    suite: TIMER,
    tests: 'cannot be put on record',
  },
  {
    name: 'when the last backup was is not read from the target',
    file: 'backup/backup-keeper.js',
    find: 'for (const directory of this.directories) await this.#look(directory);',
    replace: '',
    suite: TIMER,
    tests: 'after a restart',
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
