/**
 * Random lives against a model of three maps: whatever is appended, repeated, restarted or killed, heads,
 * versions, idempotency and the past are what the model says.
 */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ask, brokenPromises, ClientMemory, type Wish } from '../support/client-memory.js';
import { copyDirectory } from '../support/copy-directory.js';
import { SeededChoice } from '../support/seeded-choice.js';
import { caseNumbers, report, timeLimit } from '../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestStore, type TestStore } from '../support/test-store.js';
import { LedgerModel } from './ledger-model.js';

const LEDGERS = ['kyc', 'audit'] as const;
const STEPS = 14;
const SMALL_SEGMENTS = { segmentBytes: 12_000 };
const DAY_MILLIS = 24 * 60 * 60 * 1000;

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(async () => {
  await removeDirectory(root);
});

async function begin(directory: string): Promise<TestStore> {
  const opened = await openTestStore(directory, SMALL_SEGMENTS);
  const tenant =
    opened.store.tenantNamed('bank') ?? (await opened.store.createTenant('bank', 'example.org'));
  for (const name of LEDGERS)
    if (!opened.store.ledgersOf(tenant.handle).some(({ identity }) => identity.name === name))
      await opened.store.createLedger(tenant, name);
  return opened;
}

/** One random life. @returns what does not agree with the model; nothing if it is sound. */
async function life(seed: number): Promise<string[]> {
  const choice = new SeededChoice(`model ${seed}`);
  const model = new LedgerModel(LEDGERS);
  let directory = join(root, `${seed}-0`);
  let opened = await begin(directory);
  try {
    for (let step = 0; step < STEPS; step++) {
      opened.clock.advance(choice.below(3) * 1000);
      const what = choice.below(10);
      if (what < 6) await appendSome(opened, model, choice, step);
      else if (what < 8) await repeatOne(opened, model, choice);
      else if (what === 8) {
        await opened.store.close();
        opened = await begin(directory);
      } else {
        const copy = join(root, `${seed}-${step + 1}`);
        await copyDirectory(directory, copy);
        await opened.store.close();
        directory = copy;
        opened = await begin(directory);
      }
    }
    // The clock begins anew at every opening: what was recorded must not lie in its future.
    opened.clock.advance(DAY_MILLIS);
    return [
      ...(await brokenPromises(opened.store, model.memory, 6)),
      ...(await model.disagreements(opened, choice)),
    ];
  } catch (cause) {
    return [String(cause)];
  } finally {
    await opened.store.close().catch(() => undefined);
  }
}

async function appendSome(
  opened: TestStore,
  model: LedgerModel,
  choice: SeededChoice,
  step: number,
): Promise<void> {
  const ledgers = LEDGERS.filter(() => choice.below(3) > 0);
  await Promise.all(
    ledgers.map((ledger) => tell(opened, model, someWishes(ledger, choice, String(step)))),
  );
}

/** Now and then one is asked for twice at once. */
function someWishes(ledger: string, choice: SeededChoice, round: string): Wish[] {
  const count = 1 + choice.below(choice.below(5) === 0 ? 40 : 4);
  const wishes = Array.from({ length: count }, (_, n) => ({
    ledger,
    subject: `subject-${choice.below(3)}`,
    ...(choice.below(2) === 0 && { key: `key-${choice.below(2)}` }),
    payload: { n, round },
    idempotencyKey: choice.below(4) === 0 ? `${ledger}-${round}-${n}` : null,
  }));
  const repeated = wishes.find(({ idempotencyKey }) => idempotencyKey !== null);
  return repeated !== undefined && choice.below(2) === 0 ? [...wishes, repeated] : wishes;
}

async function repeatOne(
  opened: TestStore,
  model: LedgerModel,
  choice: SeededChoice,
): Promise<void> {
  const one = model.keyed[choice.below(Math.max(1, model.keyed.length))];
  if (one !== undefined) await tell(opened, model, [one]);
}

async function tell(opened: TestStore, model: LedgerModel, wishes: readonly Wish[]): Promise<void> {
  const told = new ClientMemory();
  await ask(opened, 'bank', told, wishes);
  for (const { wish, receipt } of told.told) model.note(wish, receipt);
  for (const [origin, key] of told.verifierKeys) model.memory.verifierKeys.set(origin, key);
}

describe('a store in any order of events', () => {
  it(
    'agrees with the model',
    async () => {
      for (const seed of caseNumbers(3, 400)) {
        expect({ seed, problems: await life(seed) }).toEqual({ seed, problems: [] });
        report(`life ${seed}`);
      }
    },
    timeLimit,
  );
});
