/**
 * Faults in the views and in what is asked of them, that the histories must notice. As in
 * `test/faults/planted-faults.ts`, where they are planted.
 */
import type { PlantedFault } from '../support/mutant.js';

interface FaultOfSuite extends PlantedFault {
  readonly cases: number;
}

const KEYS = 'views/internal/view-keys.js';
const SEARCH = 'views/internal/search.js';
const ENGINE = 'views/view-engine.js';
const SEARCH_INDEX = 'views/internal/search-index.js';
const SUBJECT_SEARCH = 'views/internal/subject-search.js';
const MAPS = 'views/internal/person-maps.js';
const STATE = 'records/as-of-state.js';

/** Noticed by the answers. */
export const VIEW_FAULTS: readonly FaultOfSuite[] = [
  {
    name: 'the last entry of a range is missed',
    file: KEYS,
    find: 'lt: indexKey(log, by, term, to)',
    replace: 'lt: indexKey(log, by, term, Math.max(from, to - 1))',
    cases: 1,
  },
  {
    name: 'a retraction is not heard',
    file: STATE,
    find: 'if (withdrawn.has(version.leafHash)) continue;',
    replace: ';',
    cases: 2,
  },
  {
    name: 'a version is valid at its end too',
    file: STATE,
    find: 'at < version.validTo',
    replace: 'at <= version.validTo',
    cases: 4,
  },
  {
    name: 'persons are not found by their parts',
    file: 'records/person-tags.js',
    find: ', ...parts.map((p) => p.subject)',
    replace: '',
    cases: 1,
  },
  {
    name: 'the view says that it has rows before it has them',
    file: ENGINE,
    find: 'await this.#db.write({ put: rows });',
    replace: `const late = new Promise((resolve) => setTimeout(resolve, 200));
      void late.then(() => this.#db.write({ put: rows })).catch(() => void 0);`,
    cases: 1,
  },
  {
    name: 'a page begins one entry late',
    file: SEARCH,
    find: 'next: isReversed ? index + 1 : index',
    replace: 'next: index + 1',
    cases: 1,
  },
  {
    name: 'a commit is of the instant after it',
    file: KEYS,
    find: 'lt: timeKey(log, instant + 1, 0)',
    replace: 'lt: timeKey(log, instant, 0)',
    cases: 1,
  },
  {
    name: 'a type is found by its beginning',
    file: SEARCH,
    find: '!where.types.includes(statement.type)',
    replace: '!where.types.some((type) => statement.type.startsWith(type))',
    cases: 8,
  },
  {
    name: 'a timeline read backwards goes on before its period',
    file: 'queries/subject-timeline.js',
    find: '{ from, to: Math.min(to,',
    replace: '{ from: 0, to: Math.min(to,',
    cases: 2,
  },
  {
    name: 'of several types each is walked for itself',
    file: 'views/internal/merged-rows.js',
    find: 'isBefore(head, found) ? head : found',
    replace: 'found',
    cases: 1,
  },
  {
    name: 'of several types the last one is not walked',
    file: SEARCH,
    find: '[...new Set(types)].map(',
    replace: '[...new Set(types)].slice(0, 2).map(',
    cases: 4,
  },
];

/** Noticed by who is found. */
export const SEARCH_FAULTS: readonly FaultOfSuite[] = [
  {
    name: 'only whole values are indexed',
    file: 'views/internal/record-terms.js',
    find: 'for (const word of of.words) add(as, "word", word);',
    replace: ';',
    cases: 1,
  },
  {
    name: 'who has been forgotten is found by the old tags',
    file: SEARCH_INDEX,
    find: 'const isOfKey = known !== null && equalBytes(known.keyId, keyId);',
    replace: 'const isOfKey = known !== null;',
    cases: 1,
  },
  {
    name: 'what was recorded later is found',
    file: SUBJECT_SEARCH,
    find: 'indexOf(row) < to',
    replace: 'true',
    cases: 1,
  },
  {
    name: 'the first page is the last',
    file: SUBJECT_SEARCH,
    find: 'return { subjects, next: last };',
    replace: 'return { subjects, next: null };',
    cases: 1,
  },
  {
    name: 'one word of several is enough',
    file: SUBJECT_SEARCH,
    find: 'tags.slice(1)',
    replace: 'tags.slice(1, 1)',
    cases: 1,
  },
  {
    name: 'who has the whole value is found by its words again',
    file: SUBJECT_SEARCH,
    find: 'await hasWhole(db, place, query, step.subject)',
    replace: 'false',
    cases: 1,
  },
  {
    name: 'a number that comes later makes a double before',
    file: SUBJECT_SEARCH,
    find: 'if (indexOf(key) >= to) continue;',
    replace: ';',
    cases: 4,
  },
  {
    name: 'what fills a batch is not indexed after it',
    file: SEARCH_INDEX,
    find: 'isAll ? to : last.index + 1',
    replace: 'to',
    cases: 4,
  },
];

/** Noticed where persons lie close together in the map. */
export const BUCKET_FAULTS: readonly FaultOfSuite[] = [
  {
    name: 'a bucket forgets whom it had',
    file: MAPS,
    find: 'for (const entry of known.get(bucket) ?? [])',
    replace: 'for (const entry of [])',
    cases: 10,
  },
  {
    name: 'of a subtree with one key the way down goes on',
    file: 'views/internal/map-buckets.js',
    find: '?? 0) <= 1)',
    replace: '?? 0) <= 0)',
    cases: 10,
  },
];

/** Noticed by the maps and their proofs. */
export const MAP_FAULTS: readonly FaultOfSuite[] = [
  {
    name: 'rows that no map holds are removed too early',
    file: MAPS,
    find: 'if (all.every(({ index }) => index < to)) mapped.push(key);',
    replace: 'mapped.push(key);',
    cases: 6,
  },
  {
    name: 'a list begins anew with every map',
    file: MAPS,
    find: 'row === null ? EMPTY_LIST : decodeListRow(row)',
    replace: 'EMPTY_LIST',
    cases: 1,
  },
  {
    name: 'an answer is proven with one entry more',
    file: 'tlog/person-proof.js',
    find: 'list.filter(({ index }) => index < asOf)',
    replace: 'list.filter(({ index }) => index <= asOf)',
    cases: 1,
  },
  {
    name: 'items may be left out',
    file: 'tlog/person-proof.js',
    find: '!ascend(items) || !beginsList(items, proof)',
    replace: '!ascend(items)',
    cases: 1,
  },
  {
    name: 'a map is put on record again after a crash',
    file: 'commands/keep-maps.js',
    find: 'await view.reached(Math.max(size, ledger.reader.head.size));',
    replace: 'await view.reached(size);',
    cases: 1,
  },
];
