/**
 * Faults that the suites of this folder must notice. Each is planted in a copy of the built product and
 * turns its suite red within so many cases, from the first.
 */
import { BUCKET_FAULTS, MAP_FAULTS, SEARCH_FAULTS, VIEW_FAULTS } from '../queries/view-faults.js';
import type { PlantedFault } from '../support/mutant.js';
import { DAMAGE_FAULTS, NODE_DAMAGE_FAULTS } from './damage-faults.js';

export interface FaultOfSuite extends PlantedFault {
  readonly cases: number;
}

const SEQUENCER = 'ledger/sequencer.js';
const JOURNAL = 'ledger/journal.js';
const STAGE = 'ledger/internal/stage.js';
const PROJECTION = 'ledger/internal/state-projection.js';
const RECOVER_LOG = 'ledger/internal/recover-log.js';
const RECOVER_STATE = 'ledger/internal/recover-state.js';
const RECOVER_STORE = 'ledger/internal/recover-store.js';

const ACKNOWLEDGES_FIRST: PlantedFault = {
  name: 'acknowledges before the journal',
  file: SEQUENCER,
  find: 'await this.#step("journal", entries, async () => {',
  replace: `tell("durable");
    tell("applied");
    await new Promise((resolve) => setTimeout(resolve, 20));
    await this.#step("journal", entries, async () => {`,
};

const FORGETS_IDEMPOTENCY: PlantedFault = {
  name: 'idempotency keys are not remembered',
  file: PROJECTION,
  find: 'if (idempotency !== null) {',
  replace: 'if (false) {',
};

const KILL: readonly FaultOfSuite[] = [
  { ...ACKNOWLEDGES_FIRST, cases: 2 },
  {
    name: 'the journal is written behind',
    file: JOURNAL,
    find: `await this.#file.append(bytes);
      await this.#file.datasync();`,
    replace: `const file = this.#file;
      const before = (globalThis.behind ??= Promise.resolve());
      globalThis.behind = new Promise((resolve) => setTimeout(resolve, 300)).then(async () => {
        await before;
        await file.append(bytes);
      });`,
    cases: 2,
  },
  {
    name: 'blocks are not appended to the log',
    file: SEQUENCER,
    find: 'await log.hypercore.append(',
    replace: 'await ((...given) => Promise.resolve(given))(',
    cases: 2,
  },
  { ...FORGETS_IDEMPOTENCY, cases: 2 },
  {
    name: 'a checkpoint says the size before',
    file: 'ledger/internal/open-log.js',
    find: 'size: head.size,',
    replace: 'size: head.size - 1,',
    cases: 2,
  },
  {
    name: 'receipts of a commit go to the wrong callers',
    file: SEQUENCER,
    find: 'const item = items[at];',
    replace: 'const item = items[items.length - 1 - at];',
    cases: 2,
  },
  {
    name: 'a repeated request gets the newest checkpoint',
    file: 'queries/receipt.js',
    find: 'const { size } = await reader.block(index);',
    replace: 'const { size } = reader.head;',
    cases: 12,
  },
  {
    name: 'attached signatures are forgotten',
    file: PROJECTION,
    find: 'if (of !== null)',
    replace: 'if (false)',
    cases: 24,
  },
  {
    name: 'what an epoch changed is not in its log',
    file: 'anchoring/epoch-log.js',
    find: 'sealedParts: [part]',
    replace: 'sealedParts: []',
    cases: 2,
  },
  {
    name: 'settled anchors are kept in memory',
    file: 'anchoring/anchor-follower.js',
    find: 'await store.writeSettled(kept);',
    replace: ';',
    cases: 2,
  },
  {
    name: 'an anchor that is confirmed is replaced',
    file: 'anchoring/anchor-publisher.js',
    find: 'if (progress?.status.state === "confirmed") return;',
    replace: '',
    cases: 48,
  },
];

const COMMIT_STEPS: readonly FaultOfSuite[] = [
  {
    name: 'the log does not get what only the journal has',
    file: RECOVER_LOG,
    find: 'for (let at = 0; at < missing.length; at += APPENDED_AT_ONCE) {',
    replace: 'for (let at = missing.length; at < missing.length; at += APPENDED_AT_ONCE) {',
    cases: 24,
  },
  { ...ACKNOWLEDGES_FIRST, cases: 24 },
  {
    name: 'goes on after a step has failed',
    file: SEQUENCER,
    find: 'const error = this.fail(cause);',
    replace: 'const error = new LedgerError("LEDGER_FAILED", "go on", { cause });',
    cases: 24,
  },
  {
    name: 'the write state does not get what only the log has',
    file: RECOVER_STATE,
    find: 'for (let number = from.length; number < source.head.length; number++)',
    replace: 'for (let number = source.head.length; number < source.head.length; number++)',
    cases: 24,
  },
  {
    name: 'recovery forgets idempotency keys',
    file: RECOVER_STATE,
    find: '      ...entry,',
    replace: '      ...entry, idempotency: null,',
    cases: 48,
  },
  {
    name: 'the vault does not get what only the journal has',
    file: RECOVER_STORE,
    find: 'journal: { base: known?.state ?? null, rows }',
    replace: 'journal: { base: known?.state ?? null, rows: [] }',
    cases: 48,
  },
  {
    name: 'a torn record at the end of the journal is taken for damage',
    file: 'ledger/internal/journal-record.js',
    find: 'if (isTornTail(bytes, at) && !soundRecordAfter(bytes, at)) break;',
    replace: '',
    cases: 240,
  },
  {
    name: 'a failed write of the journal is taken for done',
    file: JOURNAL,
    find: `this.#failed = true;
      throw new LedgerError("LEDGER_FAILED", \`\${what}: stop the node and reopen it\`, { cause });`,
    replace: '',
    cases: 24,
  },
  {
    name: 'a segment begins with the heads of before the first commit',
    file: RECOVER_STORE,
    find: 'head: log.head })',
    replace: 'head: { ...log.head, length: 0 } })',
    cases: 2,
  },
];

const MODEL: readonly FaultOfSuite[] = [
  {
    name: 'versions of one commit are not chained',
    file: STAGE,
    find: 'if (thing !== null) latest.set(thing, digestToHex(hash));',
    replace: '',
    cases: 3,
  },
  {
    name: 'a key that is used twice in one commit is not noticed',
    file: STAGE,
    find: 'known.set(toHex(key), { log: log.number, index, recordTag: record });',
    replace: '',
    cases: 3,
  },
  { ...FORGETS_IDEMPOTENCY, cases: 3 },
  {
    name: 'the last version is not remembered',
    file: PROJECTION,
    find: 'if (thing !== null)',
    replace: 'if (thing !== null && index % 4 > 0)',
    cases: 3,
  },
  {
    name: 'a list goes on for one entry after the size asked for',
    file: 'queries/list-entries.js',
    find: 'Math.min(from + limit, size)',
    replace: 'Math.min(from + limit, size + 1, ledger.reader.head.size)',
    cases: 3,
  },
  {
    name: 'a history shows the version after the size asked for',
    file: 'queries/entry-history.js',
    find: 'if (at < size)',
    replace: 'if (at <= size)',
    cases: 12,
  },
  {
    name: 'what was recorded at an instant is not there yet at that instant',
    file: 'ledger/log-reader.js',
    find: 'if (parseStatement(statement).recordedAt <= instant) low = middle + 1;',
    replace: 'if (parseStatement(statement).recordedAt < instant) low = middle + 1;',
    cases: 3,
  },
  {
    name: 'a tile lacks its last hash',
    file: PROJECTION,
    find: '[tileKey(log, level, index), hashes]',
    replace: '[tileKey(log, level, index), hashes.subarray(0, -32)]',
    cases: 3,
  },
  {
    name: 'consistency is proved from the tree before',
    file: 'ledger/internal/log-tree.js',
    find: 'return consistencyProofOf(from, to,',
    replace: 'return consistencyProofOf(Math.max(1, from - 1), to,',
    cases: 3,
  },
];

/** By the file of the suite. */
export const PLANTED_FAULTS: Readonly<Record<string, readonly FaultOfSuite[]>> = {
  'test/faults/kill.test.ts': KILL,
  'test/faults/commit-steps.test.ts': COMMIT_STEPS,
  'test/faults/model.test.ts': MODEL,
  'test/faults/damage.test.ts': DAMAGE_FAULTS,
  'test/faults/node-damage.test.ts': NODE_DAMAGE_FAULTS,
  'test/queries/views-model.test.ts': VIEW_FAULTS,
  'test/queries/search-model.test.ts': SEARCH_FAULTS,
  'test/views/person-maps.test.ts': MAP_FAULTS,
  'test/views/map-buckets.test.ts': BUCKET_FAULTS,
};
