/** Faults of what keeps signatures, and of what that may spend, each to be noticed by the tests with that in their name. */
import type { FaultOfSuite } from '../support/planted-suite.js';

const FOLLOWER = 'augmentation/signature-follower.js';
const FOLLOWER_SUITE = 'test/augmentation/signature-follower.test.ts';
const LIST = 'queries/list-signatures.js';
const LIST_SUITE = 'test/api/waiting-signatures.test.ts';
const VERSIONS_SUITE = 'test/commands/signature-versions.test.ts';
const COUNTS = 'keys/time-stamp-counts.js';
const COUNTS_SUITE = 'test/keys/time-stamp-counts.test.ts';
const SEALS = 'api/container-seals.js';
const SEALS_SUITE = 'test/api/container-seals.test.ts';

export const AUGMENTATION_FAULTS: readonly FaultOfSuite[] = [
  {
    name: 'a list of signatures says of none that it waits',
    file: LIST,
    find: 'waiting !== null && { waiting:',
    replace: 'false && { waiting:',
    suite: LIST_SUITE,
    tests: 'is listed with the outage',
  },
  {
    name: 'a list of signatures says of each that it waits',
    file: LIST,
    find: 'waitingOf?.(reader.handle, index, payload.bytes) ?? null',
    replace: 'waitingOf && { step: "T", since: 0, until: null, reason: "it may" }',
    suite: LIST_SUITE,
    tests: 'is listed as set aside, with the reason; others are not',
  },
  {
    name: 'what is set aside is said to be tried again',
    file: 'queries/waiting-signature.js',
    find: 'until !== null && { until: formatInstant(until) }',
    replace: '{ until: formatInstant(until ?? since) }',
    suite: LIST_SUITE,
    tests: 'is listed as set aside',
  },
  {
    name: 'an outage is what signatures wait for that are not due',
    file: FOLLOWER,
    find: 'const due = this.#walks.dueAt(log, index, outage.step);',
    replace: 'const due = { recordedAt: 0 };',
    suite: FOLLOWER_SUITE,
    tests: 'due for such a step, and no others',
  },
  {
    name: 'an outage is what no signature waits for',
    file: FOLLOWER,
    find: ' ?? this.#outageOf(log, index, cms)',
    replace: ' ?? null',
    suite: FOLLOWER_SUITE,
    tests: 'due for such a step, and no others',
  },
  {
    name: 'a page of signatures is validated whatever it costs',
    file: LIST,
    find: 'number < end && validated < MAX_VALIDATED_BYTES',
    replace: 'number < end',
    suite: VERSIONS_SUITE,
    tests: 'ends once 1 MiB',
  },
  {
    name: 'a page of signatures counts entries, and not bytes',
    file: LIST,
    find: 'validated += opened.payload.bytes.length;',
    replace: 'validated += 1;',
    suite: VERSIONS_SUITE,
    tests: 'ends once 1 MiB',
  },
  {
    name: 'a short page of signatures is the last',
    file: LIST,
    find: 'next: number < chains.length ? number : null',
    replace: 'next: end < chains.length ? end : null',
    suite: VERSIONS_SUITE,
    tests: 'says where to go on',
  },
  {
    name: 'what could not be written counts as written',
    file: FOLLOWER,
    find: 'if (changes === this.#saved) return;',
    replace: 'if (changes === this.#saved) return;\n    this.#saved = changes;',
    suite: FOLLOWER_SUITE,
    tests: 'written as soon as that can be',
  },
  {
    name: 'a restart fills the budget of an authority',
    file: COUNTS,
    find: 'this.#asked = await readAsked(this.#directory);',
    replace: '',
    suite: COUNTS_SUITE,
    tests: 'is not filled by a restart',
  },
  {
    name: 'a request is counted by what is known when it is asked for',
    file: COUNTS,
    find: 'return this.#turns.take(async () => {',
    replace: 'return (async (act) => act())(async () => {',
    suite: COUNTS_SUITE,
    tests: 'asked at the same time',
  },
  {
    name: 'counts that cannot be read begin anew',
    file: COUNTS,
    find: 'systemErrorCode(error) !== null) return null;',
    replace: 'systemErrorCode(error) !== null) return new Map();',
    suite: COUNTS_SUITE,
    tests: 'cannot be read lets nothing go',
  },
  {
    name: 'an authority is asked beyond its budget',
    file: 'keys/fail-over-authority.js',
    find: 'await member.authority.budget?.take();',
    replace: 'await member.authority.budget?.take().catch(() => void 0);',
    suite: 'test/keys/fail-over-authority.test.ts',
    tests: 'not asked beyond their budget',
  },
  {
    name: 'a tenant may have containers sealed without end',
    file: SEALS,
    find: 'this.#budget.take(tenant);',
    replace: '',
    suite: SEALS_SUITE,
    tests: 'so many a minute',
  },
  {
    name: 'a seal that failed is kept',
    file: SEALS,
    find: 'cms.catch(() => this.#kept.delete(place));',
    replace: 'cms.catch(() => void 0);',
    suite: SEALS_SUITE,
    tests: 'that failed are not kept',
  },
  {
    name: 'a seal is kept for ever',
    file: SEALS,
    find: 'Math.abs(now - kept.madeAt) < KEPT_MILLIS',
    replace: 'true',
    suite: SEALS_SUITE,
    tests: 'anew after an hour',
  },
];
