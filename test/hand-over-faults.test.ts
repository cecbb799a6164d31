/**
 * A handover by the recovery key, in a stopped node, cut short at each thing that it asks of a disk: the log goes on by its old
 * keys, or by the new ones, and never by both; and all that was told before is there.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LeafIndex } from '../src/base/brand.js';
import { RandomPool } from '../src/base/random.js';
import { type LogHandoverOptions, requestHandover } from '../src/hand-over-log.js';
import { DirectoryKeyStore } from '../src/keys/directory-key-store.js';
import type { LogReader } from '../src/ledger/log-reader.js';
import { parseStatement } from '../src/records/parse-statement.js';
import { verifyCheckpoint } from '../src/tlog/checkpoint.js';
import { parseVerifierKey } from '../src/tlog/note-key.js';
import { noteVerifier } from '../src/tlog/signed-note.js';
import { ask, brokenPromises, ClientMemory } from './support/client-memory.js';
import { copyDirectory } from './support/copy-directory.js';
import { FakeClock } from './support/fake-clock.js';
import { faultsBetween, FaultPlan, type PlannedFault } from './support/fault-plan.js';
import { fsckFindings } from './support/fsck-findings.js';
import { HANDOVER_ORDER, handoverOrder } from './support/handover-order.js';
import { HeldStep } from './support/held-step.js';
import { caseNumbers, report, spread } from './support/suite.js';
import { removeDirectory, temporaryDirectory } from './support/temporary-directory.js';
import { openTestStore, type TestStore } from './support/test-store.js';

let root: string;
/** A node that was killed: its last entry lies in the journal alone. */
let killed: string;
const memory = new ClientMemory();

beforeAll(async () => {
  root = await temporaryDirectory();
  killed = join(root, 'killed');
  const held = new HeldStep();
  const place = join(root, 'first');
  const opened = await openTestStore(place, { observer: held });
  const tenant = await opened.store.createTenant('bank', 'example.org');
  await opened.store.createLedger(tenant, 'kyc');
  for (const n of [1, 2, 3]) await write(opened, n);
  const { reached, release } = held.hold('log');
  const last = write(opened, 4);
  await reached;
  await copyNode(place, killed);
  release();
  // It was acknowledged, though not by the node that was killed; what is durable counts all the same.
  await last;
  await opened.store.close();
});
afterAll(() => removeDirectory(root));

async function write(opened: TestStore, n: number, told = memory): Promise<void> {
  const wish = { ledger: 'kyc', subject: 'anna', payload: { n }, idempotencyKey: `n-${n}` };
  await ask(opened, 'bank', told, [wish]);
}

async function copyNode(from: string, to: string): Promise<void> {
  await removeDirectory(to);
  for (const part of ['data', 'data.keys']) await copyDirectory(join(from, part), join(to, part));
}

async function options(place: string, plan = new FaultPlan(null)): Promise<LogHandoverOptions> {
  const random = new RandomPool();
  const dataDirectory = join(place, 'data');
  const keyStore = await DirectoryKeyStore.open({
    ...{ directory: join(place, 'data.keys'), dataDirectory, random },
    files: plan.durableFiles('keys'),
  });
  return {
    ...{ dataDirectory, keyStore, random, clock: new FakeClock(), tenant: 'bank', ledger: 'kyc' },
    ...{ openJournalFiles: plan.openJournalFiles, durableFiles: plan.durableFiles('data') },
  };
}

const readerOf = ({ store }: TestStore): LogReader =>
  store.ledger(store.tenantNamed('bank')?.handle ?? '', 'kyc').reader;

/** How often its entries say that it was handed over, and that it is one log with one end. */
async function checkOneEnd(opened: TestStore, name: string): Promise<number> {
  const reader = readerOf(opened);
  const said: unknown[] = [];
  for (let index = 0; index < reader.head.size; index++) {
    const statement = parseStatement((await reader.entry(index as LeafIndex)).statement);
    if (statement.kind === 'handover') said.push([statement.size, statement.new]);
  }
  const known = reader.handovers.map(({ size, new: next }) => [size, next]);
  expect([name, said]).toEqual([name, known]);
  const last = reader.handovers.at(-1);
  if (last !== undefined) {
    expect([name, reader.verifierKey]).toEqual([name, last.new]);
    expect([name, reader.head.size > last.size]).toEqual([name, true]);
  }
  // By the last key, and by no other.
  verifyCheckpoint(reader.checkpoint() ?? '', noteVerifier(parseVerifierKey(reader.verifierKey)));
  expect([name, await brokenPromises(opened.store, memory)]).toEqual([name, []]);
  return known.length;
}

/** @returns how many handovers the log had when it was opened again: 0 or 1. */
async function cutAndGoOn(fault: PlannedFault): Promise<number> {
  const name = `${fault.when} ${fault.step} ${fault.nth}`;
  const [place, cut] = [join(root, 'place'), join(root, 'cut')];
  await copyNode(killed, place);
  const plan = new FaultPlan(fault, { code: 'EIO', isForGood: true });
  await options(place, plan)
    .then((opened) => requestHandover(opened, null))
    .catch(() => undefined);
  expect([name, plan.hasStruck]).toEqual([name, true]);
  await copyNode(place, cut);
  expect([name, await fsckFindings(cut)]).toEqual([name, []]);
  const opened = await openTestStore(cut);
  const handovers = await checkOneEnd(opened, name);
  const more = new ClientMemory();
  await write(opened, 5, more);
  await opened.store.close();
  // Whatever was left, it can be handed over (again).
  const { refusal } = await requestHandover(await options(cut), null);
  expect([name, refusal]).toEqual([name, null]);
  const again = await openTestStore(cut);
  expect([name, await checkOneEnd(again, name)]).toEqual([name, handovers + 1]);
  expect([name, await brokenPromises(again.store, more)]).toEqual([name, []]);
  await again.store.close();
  expect([name, await fsckFindings(cut)]).toEqual([name, []]);
  return handovers;
}

describe('a handover in a stopped node', () => {
  let plan: FaultPlan;
  beforeAll(async () => {
    const place = join(root, 'place');
    await copyNode(killed, place);
    plan = new FaultPlan(null);
    await requestHandover(await options(place, plan), null);
  });

  it('comes after the new key is synced, and says so in the catalog before the entry; the old key goes last', () => {
    expect(handoverOrder(plan.trace)).toEqual(HANDOVER_ORDER);
  });

  it('has not begun, or is finished by the next start, at whatever step the power went', async () => {
    const faults = spread(faultsBetween(new Map(), plan.steps));
    expect(faults.length).toBeGreaterThan(60);
    const chosen = caseNumbers(8, faults.length).flatMap((at) => faults.slice(at, at + 1));
    const found = new Set<number>();
    for (const fault of chosen) {
      found.add(await cutAndGoOn(fault));
      report(`${fault.when} ${fault.step} ${fault.nth}`);
    }
    if (chosen.length > 7) expect([...found].sort()).toEqual([0, 1]);
  }, 590_000);

  it('keeps what the journal alone had', async () => {
    const place = join(root, 'journaled');
    await copyNode(killed, place);
    const { request } = await requestHandover(await options(place), null);
    expect(request.size).toBe(5);
    const opened = await openTestStore(place);
    expect(await checkOneEnd(opened, 'journaled')).toBe(1);
    await opened.store.close();
    expect(await fsckFindings(place)).toEqual([]);
  });
});
