/**
 * Random records against a model that looks at all of them: whoever is searched for, as of whatever size and
 * in pages of whatever length, the same persons are found; the same again once the index has been lost; and
 * nobody who has been forgotten.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from '@jest/globals';
import { SeededChoice } from '../support/seeded-choice.js';
import { timeLimit } from '../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { changes, expectNoProblems, workerViews } from './model-suite.js';
import { SearchHistory, SUBJECTS } from './search-history.js';
import type { ModelPerson } from './search-model.js';

const STEPS = 8;
const QUESTIONS = 16;

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(async () => {
  await removeDirectory(root);
});

async function life(seed: number): Promise<unknown[]> {
  const history = await SearchHistory.begin(
    join(root, String(seed)),
    new SeededChoice(`search ${seed}`),
  );
  try {
    const problems: unknown[] = [];
    await history.crowd();
    for (let step = 0; step < STEPS; step++) {
      await history.step();
      problems.push(...(await disagreements(history, `${seed} ${step}`, 3)));
    }
    const [before, texts] = await asked(history, seed);
    problems.push(...before);
    await history.openViews('views');
    problems.push(...changes('opened again', texts, (await asked(history, seed))[1]));
    await history.openViews('other views');
    await rm(join(root, String(seed), 'views'), { recursive: true });
    problems.push(...changes('made again', texts, (await asked(history, seed))[1]));
    await history.openViews('views of the worker', workerViews);
    problems.push(...changes('made by the worker', texts, (await asked(history, seed))[1]));
    // Answered by an index that is made again while it is asked for, and goes on with what comes.
    await history.forget(SUBJECTS[seed % SUBJECTS.length] ?? 'ada');
    problems.push(...(await disagreements(history, `forgotten ${seed}`, QUESTIONS)));
    await history.step();
    problems.push(...(await disagreements(history, `went on ${seed}`, QUESTIONS)));
    return problems;
  } finally {
    await history.close();
  }
}

async function asked(history: SearchHistory, seed: number): Promise<[unknown[], string[]]> {
  const texts: string[] = [];
  const problems = await disagreements(history, `asked ${seed}`, QUESTIONS, texts);
  return [problems, texts];
}

/** @param texts takes each answer as it is. */
async function disagreements(
  history: SearchHistory,
  seed: string,
  count: number,
  texts: string[] = [],
): Promise<unknown[]> {
  const choice = new SeededChoice(`questions ${seed}`);
  const problems: unknown[] = [];
  for (let n = 0; n < count; n++) {
    const { field, value } = history.question(choice);
    // Mostly among what came after the crowd.
    const asOf = history.size - (choice.below(3) === 0 ? choice.below(40) : 0);
    const limit = 1 + choice.below(4);
    const pages = await history.search(field, value, { asOf, limit });
    texts.push(JSON.stringify(pages));
    const items = pages.flatMap((page) => page.items);
    const found: ModelPerson[] = items.map(({ entries, possibleDouble = [], ...item }) => ({
      subject: item.subject,
      match: item.match,
      entries: entries.map(({ index, current }) => ({ index, current: current === true })),
      hasMore: item.hasMore,
      possibleDouble,
    }));
    const byName = found.toSorted((a, b) => (a.subject < b.subject ? -1 : 1));
    const expected = history.model.search(field, value, asOf);
    const order = items.map(({ match }) => match);
    const problem = {
      isLong: pages.some((page) => page.items.length > limit),
      isOutOfOrder: order.lastIndexOf('whole') > order.indexOf('words') && order.includes('words'),
      isOfOther: pages.some((page) => page.asOf.size !== asOf),
      found: byName,
    };
    const wanted = { isLong: false, isOutOfOrder: false, isOfOther: false, found: expected };
    if (JSON.stringify(problem) !== JSON.stringify(wanted))
      problems.push({ field, value, asOf, limit, problem, expected });
  }
  return problems;
}

describe('a search in any history', () => {
  it(
    'finds whom the model finds, also once the index has been made again, and nobody forgotten',
    () => expectNoProblems('search', 100, life),
    timeLimit,
  );
});
