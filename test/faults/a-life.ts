/** One short life of a store in which everything durable happens once, and what is checked after it. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RandomPool } from '../../src/base/random.js';
import { DirectoryKeyStore } from '../../src/keys/directory-key-store.js';
import type { LedgerStoreOptions } from '../../src/ledger/ledger-store.js';
import {
  ask,
  brokenPromises,
  brokenRepeats,
  ClientMemory,
  type Wish,
} from '../support/client-memory.js';
import { copyDirectory } from '../support/copy-directory.js';
import { rejection } from '../support/errors.js';
import type { FaultPlan } from '../support/fault-plan.js';
import { fsckFindings } from '../support/fsck-findings.js';
import { openTestStore, type TestStore } from '../support/test-store.js';

const TENANT = 'bank';
const LEDGERS = ['kyc', 'audit'] as const;

export interface Life {
  /** What it leaves, to be opened again. */
  readonly root: string;
  readonly memory: ClientMemory;
  /** What ended it before its time. */
  readonly error: unknown;
  /** What was wrong while it lasted. */
  readonly problems: readonly string[];
}

/**
 * @param isKilled whether what it leaves is a copy of its files while it was still open.
 * @param options of the store, besides the plan.
 */
export async function live(
  root: string,
  plan: FaultPlan,
  isKilled = false,
  options: Partial<LedgerStoreOptions> = {},
): Promise<Life> {
  const memory = new ClientMemory();
  const opened = await open(root, plan, options).catch((error: unknown) => error);
  if (!isStore(opened)) return { root, memory, error: opened, problems: [] };
  const problems: string[] = [];
  let error: Error | null = null;
  try {
    await everything(opened, memory);
  } catch (cause) {
    error = asError(cause);
    problems.push(...(await acknowledgesStill(opened)));
  }
  const left = isKilled ? `${root}.killed` : root;
  if (isKilled) await copyDirectory(root, left);
  await opened.store.close().catch((cause: unknown) => (error ??= asError(cause)));
  if (error !== null && !plan.hasStruck) problems.push(`failed by itself: ${error.message}`);
  if (opened.failures.length > 1) problems.push('reported its failure more than once');
  return { root: left, memory, error, problems };
}

/** Opens it twice, writes in between, and reads everything. */
export async function checkAfterwards({ root, memory }: Life): Promise<string[]> {
  try {
    const problems: string[] = [];
    const opened = await openTestStore(root);
    problems.push(...(await brokenPromises(opened.store, memory)));
    await makeLedgers(opened);
    problems.push(...(await brokenRepeats(opened, TENANT, memory)));
    for (const ledger of LEDGERS)
      await ask(opened, TENANT, memory, wishes(ledger, 2, `afterwards-${ledger}`));
    await opened.store.close();
    const findings = await fsckFindings(root);
    problems.push(...findings.map((finding) => `fsck: ${finding}`));
    const again = await openTestStore(root);
    if (again.store.report.logs.length > 0) problems.push('a clean stop left something to recover');
    problems.push(...(await brokenPromises(again.store, memory)));
    await again.store.close();
    return problems;
  } catch (cause) {
    return [`cannot be opened or written again: ${String(cause)}`];
  }
}

async function everything(opened: TestStore, memory: ClientMemory): Promise<void> {
  await makeLedgers(opened);
  for (let round = 0; round < 4; round++)
    await Promise.all(
      LEDGERS.map((ledger, at) =>
        ask(opened, TENANT, memory, wishes(ledger, 2 + at, `${round}-${ledger}`)),
      ),
    );
  const { store } = opened;
  const tenant = store.tenantNamed(TENANT)?.handle ?? '';
  await store.succeed(store.ledger(tenant, 'audit').identity.handle, 'a test of going on');
  for (const ledger of LEDGERS)
    await ask(opened, TENANT, memory, wishes(ledger, 1, `last-${ledger}`));
}

/** Those that are not there yet: as a client does who got no answer. */
async function makeLedgers({ store }: TestStore): Promise<void> {
  const tenant = store.tenantNamed(TENANT) ?? (await store.createTenant(TENANT, 'example.org'));
  for (const ledger of LEDGERS)
    if (!store.ledgersOf(tenant.handle).some(({ identity }) => identity.name === ledger))
      await store.createLedger(tenant, ledger);
}

function wishes(ledger: string, count: number, round: string): Wish[] {
  return Array.from({ length: count }, (_, n) => ({
    ledger,
    subject: `subject-${n % 2}`,
    ...(n % 2 === 0 && { key: 'residence' }),
    payload: { n, round },
    idempotencyKey: n === 0 ? `${round}-${n}` : null,
  }));
}

/** After a failure every request for more must get LEDGER_FAILED. */
async function acknowledgesStill(opened: TestStore): Promise<string[]> {
  const { store } = opened;
  const tenant = store.tenantNamed(TENANT);
  const [ledger] = tenant === undefined ? [] : store.ledgersOf(tenant.handle);
  const more =
    tenant === undefined || ledger === undefined
      ? store.createTenant('another', 'example.org')
      : ask(opened, TENANT, new ClientMemory(), wishes(ledger.identity.name, 1, 'more'));
  const error = await rejection(more).catch(() => null);
  return error?.code === 'LEDGER_FAILED' ? [] : ['goes on acknowledging after a failure'];
}

async function open(
  root: string,
  plan: FaultPlan,
  options: Partial<LedgerStoreOptions>,
): Promise<TestStore> {
  const dataDirectory = join(root, 'data');
  await mkdir(dataDirectory, { recursive: true });
  const keyStore = await DirectoryKeyStore.open({
    directory: join(root, 'data.keys'),
    dataDirectory,
    random: new RandomPool(),
    files: plan.durableFiles('keys'),
  });
  return openTestStore(root, {
    keyStore,
    observer: plan.observer,
    openJournalFiles: plan.openJournalFiles,
    durableFiles: plan.durableFiles('data'),
    segmentBytes: 6000,
    ...options,
  });
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error('something else than an error was thrown');
}

function isStore(value: unknown): value is TestStore {
  return typeof value === 'object' && value !== null && 'store' in value;
}
