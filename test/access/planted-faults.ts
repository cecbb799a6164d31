/** Faults that the suites of this folder must notice, each in one of them, by the tests with that in their name. */
import type { FaultOfSuite } from '../support/planted-suite.js';

const GUARD = 'api/authentication.js';
const RECORDER = 'commands/access-recorder.js';
const LEDGER_SUITE = 'test/access/access-ledger.test.ts';
const GRANTS_SUITE = 'test/access/grants.test.ts';
const MATRIX = 'test/access/access-matrix.test.ts';
const INSPECTIONS = 'test/access/inspections.test.ts';
const KEYS_SUITE = 'test/api/keys-of-node.test.ts';
const HISTORY_SUITE = 'test/access/access-history.test.ts';
const HISTORY = 'queries/access-history.js';
const CANDIDATES = 'queries/access-candidates.js';

export const ACCESS_FAULTS: readonly FaultOfSuite[] = [
  {
    name: 'what is shown is not compared with the scope',
    file: GUARD,
    find: 'if (fault !== null)',
    replace: 'if (false)',
    suite: INSPECTIONS,
    tests: 'what the scope does not cover',
  },
  {
    name: 'a person is out of scope only if something is known of them',
    file: 'access/inspection-scope.js',
    find: 'typeof asked === "string" && !subjects.includes(asked)',
    replace: 'false',
    suite: INSPECTIONS,
    tests: 'what the scope does not cover',
  },
  {
    name: 'an inspection never expires',
    file: 'access/inspection.js',
    find: 'expiresAt <= now',
    replace: 'false',
    suite: INSPECTIONS,
    tests: 'nothing is shown after it expired',
  },
  {
    name: 'reads under a hidden inspection are entered where the institution reads',
    file: RECORDER,
    find: 'inspection?.isHidden === true ? HIDDEN_LEDGER : ACCESS_LEDGER',
    replace: 'ACCESS_LEDGER',
    suite: INSPECTIONS,
    tests: 'a hidden one needs the consent',
  },
  {
    name: 'acts are hidden with the reads of a hidden inspection',
    file: GUARD,
    find: 'isDisclosing ? inspectionOf(request) : void 0',
    replace: 'inspectionOf(request)',
    suite: INSPECTIONS,
    tests: 'what is done under the header',
  },
  {
    name: 'a package opens what is out of scope',
    file: 'queries/inspection-package.js',
    find: 'entryFault(inspection.scope, entry, standing.has(index)) === null',
    replace: 'true',
    suite: INSPECTIONS,
    tests: 'opens nothing that is out of scope',
  },
  {
    name: 'the ledger of hidden inspections answers',
    file: 'access/access-book.js',
    find: 'if (ledger === HIDDEN_LEDGER)',
    replace: 'if (false)',
    suite: INSPECTIONS,
    tests: 'a hidden one needs the consent',
  },
  {
    name: 'who reads the access ledger does not wait for what has been answered',
    file: GUARD,
    find: 'await log.applied();',
    replace: 'void 0;',
    suite: LEDGER_SUITE,
    tests: 'of the access ledger shows each read that has been answered',
  },
  {
    name: 'sends before it is on record',
    file: GUARD,
    find: 'await log.disclosed(acting, disclosure);',
    replace: `const entering = log.disclosed(acting, disclosure);
        await disclosure.send();
        await entering;
        return;`,
    suite: LEDGER_SUITE,
    tests: 'of an entry lets no byte go',
  },
  {
    name: 'evidence is not put on record',
    file: 'api/routes/entry-files.js',
    find: 'guard.disclosing("evidence:export", ',
    replace: `((action, handler) => guard(action, async (...asked) => {
        await (await handler(...asked)).send();
      }))("evidence:export", `,
    suite: LEDGER_SUITE,
    tests: 'a random session',
  },
  {
    name: 'the root is over another order than was shown',
    file: RECORDER,
    find: 'appendLeaves(EMPTY_RANGE, leaves)',
    replace: 'appendLeaves(EMPTY_RANGE, leaves.toReversed())',
    suite: LEDGER_SUITE,
    tests: 'a random session',
  },
  {
    name: 'only the first persons are named',
    file: RECORDER,
    find: 'Math.max(1, Math.ceil(persons.length / room))',
    replace: '1',
    suite: LEDGER_SUITE,
    tests: 'of more persons',
  },
  {
    name: 'acts are done before they are on record',
    file: GUARD,
    find: 'await log.begun(acting, act);',
    replace: ';',
    suite: LEDGER_SUITE,
    tests: 'as begun before it is done',
  },
  {
    name: 'refusals are entered without end',
    file: 'access/refusal-budget.js',
    find: 'if (window.written < this.#perMinute) {',
    replace: 'if (true) {',
    suite: LEDGER_SUITE,
    tests: 'beyond so many a minute',
  },
  {
    name: 'who proposed may approve',
    file: 'access/grant-list.js',
    find: 'if (!isOther(grant.proposedBy, by))',
    replace: 'if (false)',
    suite: GRANTS_SUITE,
    tests: 'gives nothing until another',
  },
  {
    name: 'a restricted ledger is open to roles of the tenant',
    file: 'access/access-book.js',
    find: 'if (!isRestricted(settings, ledger))',
    replace: 'if (true)',
    suite: GRANTS_SUITE,
    tests: 'GET /records/0 answers',
  },
  {
    name: 'a hidden ledger answers before its request is looked at',
    file: GUARD,
    find: 'if (isHidden)',
    replace: `if (isHidden)
                throw new AccessError('ACCESS_TENANT_UNKNOWN', 'hidden');
            if (isHidden)`,
    suite: GRANTS_SUITE,
    tests: 'GET /records answers',
  },
  {
    name: 'inspectors read without an inspection',
    file: GUARD,
    find: 'role === "inspector"',
    replace: 'role === ""',
    suite: MATRIX,
    tests: 'records/\\{id\\} is for whom',
  },
  {
    name: 'grants are not read again at the start',
    file: 'queries/tenant-access.js',
    find: 'grants === null ? [] : parseGrants(grants)',
    replace: '[]',
    suite: GRANTS_SUITE,
    tests: 'survives a restart, until',
  },
  {
    name: 'a page of access entries begins one late',
    file: CANDIDATES,
    find: 'below: entry.index + 1',
    replace: 'below: entry.index',
    suite: HISTORY_SUITE,
    tests: 'walk through all of its logs',
  },
  {
    name: 'who looked before the log went on in another is not found',
    file: CANDIDATES,
    find: 'log >= 0',
    replace: 'log >= from.log',
    suite: HISTORY_SUITE,
    tests: 'walk through all of its logs',
  },
  {
    name: 'what was recorded at the first instant of a time is not found',
    file: CANDIDATES,
    find: 'view.sizeAt(since - 1)',
    replace: 'view.sizeAt(since)',
    suite: HISTORY_SUITE,
    tests: 'walk through all of its logs',
  },
  {
    name: 'inspections and grants are access entries',
    file: CANDIDATES,
    find: ' && statement.type === ACCESS_TYPE',
    replace: '',
    suite: HISTORY_SUITE,
    tests: 'walk through all of its logs',
  },
  {
    name: 'each page of access entries is of a state of its own',
    file: HISTORY,
    find: 'pinned: position?.size,',
    replace: '',
    suite: HISTORY_SUITE,
    tests: 'walk through all of its logs',
  },
  {
    name: 'who has just looked is not found while the view is behind',
    file: HISTORY,
    find: '...asOf === void 0 && { minSize: reader?.head.size }',
    replace: '',
    suite: HISTORY_SUITE,
    tests: 'without what was entered before',
  },
  {
    name: 'an instant bounds the newest log only',
    file: HISTORY,
    find: '"instant" in asked',
    replace: 'false',
    suite: HISTORY_SUITE,
    tests: 'as of an instant',
  },
  {
    name: 'access entries are opened without end',
    file: HISTORY,
    find: 'opened++ >= bounds.opened',
    replace: 'false',
    suite: HISTORY_SUITE,
    tests: 'looks at so many',
  },
  {
    name: 'every admin lists the keys that all tenants share',
    file: 'access/authorize.js',
    find: '"backup:read",\n  "node-key:list"',
    replace: '"backup:read"',
    suite: KEYS_SUITE,
    tests: 'are its own alone',
  },
  {
    name: 'keys of ledgers are listed that nobody may know of',
    file: 'access-route-modules.js',
    find: '!book.rolesIn(principal, ledger).isHidden',
    replace: 'true',
    suite: KEYS_SUITE,
    tests: 'are its own alone',
  },
  {
    name: 'a former key of a log is listed as the one that signs',
    file: 'queries/keys-of-node.js',
    find: '{ ...about, verifierKey, state, since }',
    replace: '{ ...about, verifierKey: handovers[0]?.old ?? verifierKey, state, since }',
    suite: KEYS_SUITE,
    tests: 'are those of its logs',
  },
];
