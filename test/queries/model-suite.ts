/** What suites share that compare the views of random lives with a model. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from '@jest/globals';
import { WorkerViews } from '../../src/views/worker-views.js';
import { productRoot } from '../support/product.js';
import { caseNumbers, report } from '../support/suite.js';

const WORKER = pathToFileURL(join(productRoot, 'dist', 'views', 'view-worker.js'));

/** The views of the built product, in a thread of their own. */
export function workerViews(directory: string): Promise<WorkerViews> {
  return Promise.resolve(new WorkerViews(directory, WORKER));
}

/** What is not the same any more. @param what was done between the two. */
export function changes(
  what: string,
  before: readonly string[],
  after: readonly string[],
): unknown[] {
  const changed = before.flatMap((text, at) =>
    after[at] === text ? [] : [{ what, before: text, after: after[at] }],
  );
  return before.length === after.length ? changed : [...changed, { what, count: after.length }];
}

/** @param life gives what does not agree with the model. */
export async function expectNoProblems(
  name: string,
  count: number,
  life: (seed: number) => Promise<unknown[]>,
): Promise<void> {
  for (const seed of caseNumbers(1, count)) {
    const problems = await life(seed);
    expect({ seed, count: problems.length, problems: problems.slice(0, 3) }).toEqual({
      ...{ seed, count: 0, problems: [] },
    });
    report(`${name} ${seed}`);
  }
}
