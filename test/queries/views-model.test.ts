/**
 * Random histories against a model that looks at everything, always: whatever was recorded, signed and
 * retracted, every question has the answer that the model gives, before the views are thrown away and
 * after they have been made again.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from '@jest/globals';
import type { LeafIndex, TreeSize } from '../../src/base/brand.js';
import { toHex } from '../../src/base/bytes.js';
import { digestToHex, type HexDigest } from '../../src/base/hex-digest.js';
import { parseStatement } from '../../src/records/parse-statement.js';
import { personTagsOf } from '../../src/records/person-tags.js';
import { proveList } from '../../src/tlog/person-proof.js';
import { encodeMapProof } from '../../src/tlog/sparse-map-proof.js';
import { SeededChoice } from '../support/seeded-choice.js';
import { timeLimit } from '../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { ModelQuestions } from './model-questions.js';
import { changes, expectNoProblems, workerViews } from './model-suite.js';
import { RandomHistory } from './random-history.js';

const STEPS = 20;
const QUESTIONS = 120;
const QUESTIONS_AGAIN = 20;
const DAYS_MILLIS = 3 * 24 * 60 * 60 * 1000;

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(async () => {
  await removeDirectory(root);
});

/** @returns what does not agree with the model, and what is not the same from views made again. */
async function life(seed: number): Promise<unknown[]> {
  const history = await RandomHistory.begin(
    join(root, String(seed)),
    new SeededChoice(`views ${seed}`),
  );
  try {
    for (let step = 0; step < STEPS; step++) await history.step();
    // The end of the last day must not lie in the future.
    history.opened.clock.advance(DAYS_MILLIS);
    const problems = await disagreements(history, seed, QUESTIONS);
    const before = await everything(history, seed);
    await history.openViewsAgain();
    problems.push(...changes('opened again', before, await everything(history, seed)));
    await removeViews(history, seed);
    problems.push(...changes('made again', before, await everything(history, seed)));
    const directory = join(root, String(seed), 'views of the worker');
    await history.openViewsAgain(directory, workerViews);
    problems.push(...changes('made by the worker', before, await everything(history, seed)));
    return problems;
  } finally {
    await history.close();
  }
}

async function disagreements(
  history: RandomHistory,
  seed: number,
  count: number,
): Promise<unknown[]> {
  const choice = new SeededChoice(`questions ${seed}`);
  const questions = new ModelQuestions(history.tenantLedger, history.model, choice);
  const problems: unknown[] = [];
  for (let asked = 0; asked < count; asked++) {
    const { question, answer, expected } = await questions.next();
    const [is, should] = [JSON.stringify(answer), JSON.stringify(expected)];
    if (is !== should) problems.push({ question, is, should });
  }
  return problems;
}

/** Answers to some questions, and the proof of every person's list as of a few sizes, as one text each. */
async function everything(history: RandomHistory, seed: number): Promise<string[]> {
  const choice = new SeededChoice(`again ${seed}`);
  const questions = new ModelQuestions(history.tenantLedger, history.model, choice);
  // Before anything is asked, because it may be an entry more.
  const map = await history.maps.coverAll(history.ledger);
  const texts = [JSON.stringify(map)];
  for (let asked = 0; asked < QUESTIONS_AGAIN; asked++) {
    const { question, answer } = await questions.next();
    texts.push(JSON.stringify({ question, answer }));
  }
  const { reader } = history.ledger;
  const view = await history.views.of(reader);
  for (const tag of await tagsBelow(history, reader.head.size)) {
    const person = await view.person(tag);
    const asOf = choice.below(person.made.size + 1) as TreeSize;
    const { map: inMap, ...proof } = proveList(person.map, person.list, asOf);
    const bytes = toHex(encodeMapProof(inMap));
    texts.push(JSON.stringify([tag, person.made, bytes, Object.entries(proof).map(hexOf)]));
  }
  return texts;
}

async function tagsBelow({ ledger }: RandomHistory, size: number): Promise<HexDigest[]> {
  const tags = new Set<HexDigest>();
  for (let index = 0; index < size; index++) {
    const { statement, leafHash } = await ledger.reader.entry(index as LeafIndex);
    for (const tag of personTagsOf(parseStatement(statement))) tags.add(tag);
    // Of nobody.
    if (index === 0) tags.add(digestToHex(leafHash));
  }
  return [...tags];
}

async function removeViews(history: RandomHistory, seed: number): Promise<void> {
  const directory = join(root, String(seed), 'views');
  await history.openViewsAgain(join(root, String(seed), 'other views'));
  await rm(directory, { recursive: true });
  await history.openViewsAgain(directory);
}

/** However deep the hashes lie, and whether a thread has made buffers of them or not. */
function hexOf(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value).map(([name, member]) => [name, hexOf(member)]);
}

describe('the views of any history', () => {
  it(
    'answer as the model does, and the same once they have been made again',
    () => expectNoProblems('history', 200, life),
    timeLimit,
  );
});
