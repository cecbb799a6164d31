/**
 * Random lives against a model that is three maps: whatever is appended, repeated, restarted, killed or
 * rotated, heads, versions and idempotency are what the model says.
 */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LeafIndex } from '../../src/base/brand.js';
import { toHex } from '../../src/base/bytes.js';
import { digestFromHex, type HexDigest } from '../../src/base/hex-digest.js';
import type { LedgerStoreOptions } from '../../src/ledger/ledger-store.js';
import type { LogReader } from '../../src/ledger/log-reader.js';
import { parseStatement } from '../../src/records/parse-statement.js';
import { ask, brokenPromises, ClientMemory, type Wish } from '../support/client-memory.js';
import { copyDirectory } from '../support/copy-directory.js';
import { SeededChoice } from '../support/seeded-choice.js';
import { caseNumbers, isLong, report } from '../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestStore, type TestStore } from '../support/test-store.js';

const LEDGERS = ['kyc', 'audit'] as const;
const STEPS = 14;
const SMALL_SEGMENTS = { segmentBytes: 12_000 };

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(async () => {
  await removeDirectory(root);
});

/** What a ledger must be: its entries' ids in order, and the versions of each thing. */
interface Model {
  readonly ids: Map<string, string[]>;
  readonly versions: Map<string, string[]>;
  readonly byIdempotencyKey: Map<string, { wish: Wish; id: string }>;
  readonly memory: ClientMemory;
}

async function begin(directory: string, options: Partial<LedgerStoreOptions>): Promise<TestStore> {
  const opened = await openTestStore(directory, { ...SMALL_SEGMENTS, ...options });
  const tenant =
    opened.store.tenantNamed('bank') ?? (await opened.store.createTenant('bank', 'example.org'));
  for (const name of LEDGERS)
    if (!opened.store.ledgersOf(tenant.handle).some(({ identity }) => identity.name === name))
      await opened.store.createLedger(tenant, name);
  return opened;
}

/** One random life. @returns what does not agree with the model; nothing if it is sound. */
async function life(seed: number, options: Partial<LedgerStoreOptions> = {}): Promise<string[]> {
  const choice = new SeededChoice(`model ${seed}`);
  const model: Model = {
    ids: new Map(LEDGERS.map((ledger) => [ledger, []])),
    versions: new Map(),
    byIdempotencyKey: new Map(),
    memory: new ClientMemory(),
  };
  let directory = join(root, `${seed}-0`);
  let opened = await begin(directory, options);
  try {
    for (let step = 0; step < STEPS; step++) {
      const what = choice.below(10);
      if (what < 6) await appendSome(opened, model, choice, step);
      else if (what < 8) await repeatSome(opened, model, choice);
      else if (what === 8) {
        await opened.store.close();
        opened = await begin(directory, options);
      } else {
        const copy = join(root, `${seed}-${step + 1}`);
        await copyDirectory(directory, copy);
        await opened.store.close();
        directory = copy;
        opened = await begin(directory, options);
      }
    }
    return [
      ...(await brokenPromises(opened.store, model.memory, 6)),
      ...(await disagreements(opened, model)),
    ];
  } catch (cause) {
    return [String(cause)];
  } finally {
    await opened.store.close().catch(() => undefined);
  }
}

async function appendSome(
  opened: TestStore,
  model: Model,
  choice: SeededChoice,
  step: number,
): Promise<void> {
  const ledgers = LEDGERS.filter(() => choice.below(3) > 0);
  await Promise.all(
    ledgers.map(async (ledger) => {
      const wishes = Array.from(
        { length: 1 + choice.below(choice.below(5) === 0 ? 40 : 4) },
        (_, n) => ({
          ledger,
          subject: `subject-${choice.below(3)}`,
          ...(choice.below(2) === 0 && { key: `key-${choice.below(2)}` }),
          payload: { n, step },
          idempotencyKey: choice.below(4) === 0 ? `${ledger}-${step}-${n}` : null,
        }),
      );
      const told = new ClientMemory();
      await ask(opened, 'bank', told, wishes);
      told.told.forEach(({ wish, receipt }) => {
        noteIn(model, wish, receipt.id);
        model.memory.note(wish, receipt);
      });
      for (const [origin, key] of told.verifierKeys) model.memory.verifierKeys.set(origin, key);
    }),
  );
}

function noteIn(model: Model, wish: Wish, id: string): void {
  model.ids.get(wish.ledger)?.push(id);
  if (wish.key !== undefined) {
    const thing = `${wish.ledger}/${wish.subject}/${wish.key}`;
    model.versions.set(thing, [...(model.versions.get(thing) ?? []), id]);
  }
  if (wish.idempotencyKey !== null)
    model.byIdempotencyKey.set(`${wish.ledger}/${wish.idempotencyKey}`, { wish, id });
}

async function repeatSome(opened: TestStore, model: Model, choice: SeededChoice): Promise<void> {
  const known = [...model.byIdempotencyKey.values()];
  const one = known[choice.below(Math.max(1, known.length))];
  if (one === undefined) return;
  const told = new ClientMemory();
  await ask(opened, 'bank', told, [one.wish]);
  if (told.told[0]?.receipt.id !== one.id) throw new Error('a repeated request was doubled');
}

async function disagreements({ store }: TestStore, model: Model): Promise<string[]> {
  const tenant = store.tenantNamed('bank')?.handle ?? '';
  const problems: string[] = [];
  const previous = new Map<string, string>();
  const tags = new Map<string, { reader: LogReader; tag: HexDigest }>();
  for (const [ledger, ids] of model.ids) {
    const { reader } = store.ledger(tenant, ledger);
    if (reader.head.size !== ids.length + 1)
      problems.push(`${ledger}: size ${reader.head.size}, not ${ids.length + 1}`);
    for await (const { index, leafHash, statement } of reader.entries(
      1 as LeafIndex,
      reader.head.size,
    )) {
      const id = toHex(leafHash);
      if (ids[index - 1] !== id) problems.push(`${ledger}: entry ${index} is another`);
      const parsed = parseStatement(statement);
      if (parsed.kind === 'record' && parsed.prev !== undefined) previous.set(id, parsed.prev);
      if (parsed.kind === 'record') tags.set(id, { reader, tag: parsed.tags.key });
    }
  }
  for (const [thing, ids] of model.versions) {
    const last = ids.at(-1) ?? '';
    const found = tags.get(last);
    const latest = await found?.reader.latestVersion(digestFromHex(found.tag));
    if (toHex(latest?.leafHash ?? new Uint8Array()) !== last)
      problems.push(`${thing}: another version is the latest`);
  }
  for (const [thing, ids] of model.versions)
    ids.forEach((id, at) => {
      if (previous.get(id) !== ids[at - 1])
        problems.push(`${thing}: version ${at} is chained wrongly`);
    });
  return problems;
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
    isLong ? 590_000 : 60_000,
  );
});
