/** The power-cut suite proves that it can fail: what is not synced, or not recovered, turns it red. */
import { describe, expect, it } from '@jest/globals';
import { type PlantedFault, plant } from '../support/mutant.js';
import { runOnMutant } from '../support/run-on-mutant.js';
import { caseNumbers, report } from '../support/suite.js';

const DURABLE_FILE = 'keys/durable-file.js';
const RECOVER_STORE = 'ledger/internal/recover-store.js';

/**
 * Each within the first of the six parts of the suite. Not among them is a write state that is not
 * flushed: an opening makes it good from the logs, unless the cut took a piece from its middle.
 */
const FAULTS: readonly PlantedFault[] = [
  {
    name: 'a record of the journal is not synced',
    file: 'ledger/journal.js',
    find: 'await this.#file.datasync();',
    replace: '',
  },
  {
    name: 'the name of a segment is not synced',
    file: 'ledger/journal.js',
    find: `await file.datasync();
    await files.syncDirectory();`,
    replace: 'await file.datasync();',
  },
  {
    name: 'logs are not flushed before the journal lets go of them',
    file: RECOVER_STORE,
    find: 'await hypercores.flush();',
    replace: '',
  },
  {
    name: 'vaults are not flushed before the journal lets go of them',
    file: RECOVER_STORE,
    find: 'await vaults.sync();',
    replace: '',
  },
  {
    name: 'recovery leaves out the last record of the journal',
    file: 'ledger/journal.js',
    find: 'return { snapshot, commits, tornBytes, segments, tip };',
    replace: 'commits.pop();\n  return { snapshot, commits, tornBytes, segments, tip };',
  },
  {
    name: 'the names of new directories are not synced',
    file: DURABLE_FILE,
    find: `await mkdir(path, { recursive: true, mode: 448 });
  await files.syncDirectory(dirname(path));`,
    replace: 'await mkdir(path, { recursive: true, mode: 448 });',
  },
  {
    name: 'small files are renamed before they are synced',
    file: DURABLE_FILE,
    find: 'await files.sync(aside);',
    replace: '',
  },
  {
    name: 'the names of small files are not synced',
    file: DURABLE_FILE,
    find: `await files.rename(aside, path);
  await files.syncDirectory(dirname(path));`,
    replace: 'await files.rename(aside, path);',
  },
];

const chosen = caseNumbers(2, FAULTS.length).flatMap((at) => FAULTS.slice(at, at + 1));

describe('a planted fault', () => {
  it.each(chosen)(
    'is noticed by the power-cut suite: $name',
    async (fault) => {
      const mutant = await plant(fault);
      try {
        const suite = { file: 'test/interop/power-cut.test.ts', cases: 1, tests: 'posix' };
        const { failed, messages } = await runOnMutant(mutant, suite);
        report(`${fault.name}\n${messages}`);
        expect(failed).toBe(1);
      } finally {
        await mutant.remove();
      }
    },
    300_000,
  );
});
