/**
 * Who saw what when, asked in any way of any access ledger, against a walk through all of its entries; page
 * by page, while more is entered and logs go on in others.
 */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { toHex } from '../../src/base/bytes.js';
import { startOfDay, endOfDay, isDateText } from '../../src/base/calendar.js';
import { formatInstant } from '../../src/base/time.js';
import {
  type AccessBounds,
  accessHistory,
  type AccessPage,
  type AccessQuestion,
} from '../../src/queries/access-history.js';
import { openViewEngine } from '../../src/views/view-engine.js';
import { SeededChoice } from '../support/seeded-choice.js';
import { caseNumbers, report, timeLimit } from '../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { walkBack, type WalkQuestion } from './support/access-walk.js';
import { ACTIONS, ACTORS, PERSONS, RandomAccess, TENANT, ZONE } from './support/random-access.js';

const STEPS = 30;
const QUESTIONS = 40;
const DAY = 86_400_000;
const MUCH: AccessBounds = { examined: 100_000, opened: 100_000 };

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(async () => {
  await removeDirectory(root);
});

type Asked = Omit<AccessQuestion, 'limit' | 'position'>;

/** Something to ask, and what it means to a walk. */
function questionFor(history: RandomAccess, choice: SeededChoice): [Asked, WalkQuestion] {
  const often = (outOf: number): boolean => choice.below(outOf) === 0;
  const who = {
    ...(often(2) && { subject: history.pick([...PERSONS, 'customer-69', 'nobody']) }),
    ...(often(2) && { actor: history.pick([...ACTORS, 'nobody']) }),
    ...(often(3) && { action: history.pick([...ACTIONS, 'none:such']) }),
  };
  const from = often(3) ? pointFor(history, choice) : undefined;
  const to = often(3) ? pointFor(history, choice) : undefined;
  const asked: Asked = {
    ...who,
    ...(from !== undefined && { recordedFrom: from }),
    ...(to !== undefined && { recordedTo: to }),
  };
  const ends = to === undefined ? [] : [endOf(to)];
  const meant = { ...who, ...(from !== undefined && { from: beginningOf(from) }) };
  const what = choice.below(4);
  if (what === 0) {
    const size = choice.below(history.ledger.ledger.reader.head.size + 1);
    return [
      { ...asked, asOf: String(size) },
      { ...meant, size, ...toOf(ends) },
    ];
  }
  const asOf = what === 1 ? pointFor(history, choice) : undefined;
  // The end of a day that is not over has no state.
  if (asOf === undefined || endOf(asOf) > history.now) return [asked, { ...meant, ...toOf(ends) }];
  return [
    { ...asked, asOf },
    { ...meant, ...toOf([...ends, endOf(asOf)]) },
  ];
}

/** An instant at which something happened or nearly so, or a day. */
function pointFor(history: RandomAccess, choice: SeededChoice): string {
  const at = history.pick(history.moments) + history.pick([-1, 0, 0, 0, 1]);
  const instant = formatInstant(Math.min(at, history.now) as typeof history.now);
  return choice.below(3) === 0 ? instant.slice(0, 10) : instant;
}

const beginningOf = (point: string): number =>
  isDateText(point) ? startOfDay(point, ZONE) : Date.parse(point);
const endOf = (point: string): number =>
  isDateText(point) ? endOfDay(point, ZONE) : Date.parse(point);
const toOf = (ends: readonly number[]): WalkQuestion =>
  ends.length === 0 ? {} : { to: Math.min(...ends) };

/** All pages. Between two of them something may happen. */
async function pagesOf(
  history: RandomAccess,
  question: Omit<AccessQuestion, 'position'>,
  bounds: AccessBounds,
  between: () => Promise<void> = () => Promise.resolve(),
): Promise<AccessPage[]> {
  const pages: AccessPage[] = [];
  for (let position: AccessPage['next'] | undefined; position !== null;) {
    const page = await accessHistory(history.ledgers, bounds).page(TENANT, {
      ...question,
      position,
    });
    pages.push(page);
    position = page.next;
    if (position !== null) await between();
  }
  return pages;
}

const idsOf = (pages: readonly AccessPage[]): string[] =>
  pages.flatMap(({ items }) => items.map(({ id }) => id));

/** @returns what a random ledger answered otherwise than a walk through it. */
async function life(seed: number): Promise<unknown[]> {
  const choice = new SeededChoice(`access ${seed}`);
  const history = await RandomAccess.begin(join(root, String(seed)), choice);
  const problems: unknown[] = [];
  try {
    for (let step = 0; step < STEPS; step++) await history.step();
    for (let asked = 0; asked < QUESTIONS; asked++) {
      const [question, meant] = questionFor(history, choice);
      const limit = 1 + choice.below(choice.below(2) === 0 ? 5 : 100);
      const bounds = history.pick<AccessBounds>([
        MUCH,
        MUCH,
        { examined: 1 + choice.below(20), opened: 1 + choice.below(20) },
      ]);
      const should = await walkBack(history.ledger, meant);
      // Once, or a ledger would grow faster than it is read.
      let isQuiet = choice.below(2) === 0;
      const between = async (): Promise<void> => {
        if (!isQuiet) await history.step();
        isQuiet = true;
      };
      const pages = await pagesOf(history, { ...question, limit }, bounds, between);
      const problem = problemOf(pages, { should, limit, isFull: isFull(question, bounds) });
      if (problem !== null) problems.push({ question, limit, bounds, problem });
    }
    return problems;
  } finally {
    await history.close();
  }
}

/** Whether each page but the last has all that it may: nothing has to be opened to be left out. */
const isFull = ({ action }: Asked, bounds: AccessBounds): boolean =>
  action === undefined && bounds === MUCH;

function problemOf(
  pages: readonly AccessPage[],
  expected: {
    readonly should: readonly string[];
    readonly limit: number;
    readonly isFull: boolean;
  },
): string | null {
  const { should, limit } = expected;
  const is = idsOf(pages);
  if (JSON.stringify(is) !== JSON.stringify(should))
    return `${is.length} entries instead of ${should.length}: ${is.join()} for ${should.join()}`;
  const states = pages.map(({ asOf, origin }) => `${origin} ${asOf.size} ${asOf.rootHash}`);
  if (new Set(states).size !== 1) return 'pages are of several states';
  if (pages.some(({ items }) => items.length > limit)) return 'a page is longer than it may be';
  const shown = pages.flatMap((page) => page.shown.map(({ leafHash }) => leafHash));
  if (JSON.stringify(shown) !== JSON.stringify(is)) return 'something else is put on record';
  if (expected.isFull && pages.length !== Math.max(1, Math.ceil(should.length / limit)))
    return `${pages.length} pages for ${should.length} entries`;
  return null;
}

describe('questions to any access ledger', () => {
  it(
    'find what a walk through all of its logs finds, in this order, page by page',
    async () => {
      for (const seed of caseNumbers(1, 40)) {
        const problems = await life(seed);
        expect({ seed, count: problems.length, problems: problems.slice(0, 3) }).toEqual({
          ...{ seed, count: 0, problems: [] },
        });
        report(`access ledger ${seed}`);
      }
    },
    timeLimit,
  );
});

describe('a question to the access ledger', () => {
  it('looks at so many entries a page, and opens so many, and says where to go on', async () => {
    const history = await RandomAccess.begin(root, new SeededChoice('bounds'));
    try {
      for (let n = 0; n < 10; n++) await history.read(ACTORS[n % 2] ?? '', ['ada'], 'record:read');
      const nothing = { action: 'none:such', limit: 10 };
      const opening = await pagesOf(history, nothing, { examined: 100, opened: 3 });
      expect(opening.map(({ next }) => next?.below ?? null)).toEqual([8, 5, 2, null]);
      const looking = { subject: 'ada', actor: ACTORS[0], limit: 10 };
      const looked = await pagesOf(history, looking, { examined: 4, opened: 100 });
      expect(looked.map(({ items, next }) => [items.length, next?.below ?? null])).toEqual([
        [2, 7],
        [2, 3],
        [1, null],
      ]);
    } finally {
      await history.close();
    }
  });

  it('is not answered without what was entered before it was asked', async () => {
    let release: () => void = () => undefined;
    let isHeld: Promise<void> = Promise.resolve();
    let applied: Promise<unknown> = Promise.resolve();
    const history = await RandomAccess.begin(root, new SeededChoice('behind'), {
      openEngine: async (directory) => {
        const engine = await openViewEngine(directory);
        const apply = engine.apply.bind(engine);
        engine.apply = async (log, blocks) => {
          await isHeld;
          const applying = apply(log, blocks);
          applied = applying;
          return applying;
        };
        return engine;
      },
      // More than the moment that other questions wait before they make do with less.
      patienceMillis: 400,
    });
    const ask = (): Promise<AccessPage> =>
      accessHistory(history.ledgers).page(TENANT, { subject: 'ada', limit: 10 });
    try {
      await history.read(ACTORS[0], ['ada'], 'record:read');
      expect((await ask()).items).toHaveLength(1);
      isHeld = new Promise((resolve) => {
        release = resolve;
      });
      await history.read(ACTORS[1], ['ada'], 'record:read');
      await expect(ask()).rejects.toMatchObject({ code: 'VIEW_BEHIND' });
      release();
      await applied;
      expect((await ask()).items.map(({ actor }) => actor)).toEqual([ACTORS[1], ACTORS[0]]);
    } finally {
      release();
      await history.close();
    }
  });

  it('as of an instant finds in older logs what had been recorded by then', async () => {
    const history = await RandomAccess.begin(root, new SeededChoice('as of'));
    const { clock } = history.opened;
    const read = async (person: string): Promise<string> => {
      clock.advance(DAY);
      await history.read(ACTORS[0], [person], 'record:read');
      return formatInstant(clock.now());
    };
    try {
      const [first] = [await read('ada'), await read('bo')];
      await history.goOn();
      const last = await read('cy');
      const persons = async (asOf: string): Promise<[number, number]> => {
        const [page] = await pagesOf(history, { asOf, limit: 10 }, MUCH);
        return [page?.asOf.size ?? -1, page?.items.length ?? -1];
      };
      expect(await persons(first)).toEqual([0, 1]);
      expect(await persons(last)).toEqual([2, 3]);
      // A size is one of the log that is written.
      expect(await persons('1')).toEqual([1, 2]);
      await expect(persons('3')).rejects.toMatchObject({ code: 'LEDGER_SIZE_UNKNOWN' });
      const tomorrow = formatInstant((clock.now() + DAY) as ReturnType<typeof clock.now>);
      await expect(persons(tomorrow)).rejects.toMatchObject({ code: 'LEDGER_SIZE_UNKNOWN' });
      const [, entry] = await pagesOf(history, { limit: 1 }, MUCH);
      expect(entry?.items).toMatchObject([{ actor: ACTORS[0] }]);
      const { leafHash } = await (
        history.ledger.ledger.logs[0] ?? history.ledger.ledger.reader
      ).entry(2 as never);
      expect(entry?.items[0]?.id).toBe(toHex(leafHash));
    } finally {
      await history.close();
    }
  });
});
