/**
 * A disk that fails at one step of what a drive writes: before it, after it, in the middle. Whatever was acknowledged is
 * there afterwards, every version is whole, and the next process goes on.
 */
import { relative } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { FilesError } from '../../src/files/files-error.js';
import type { DurableFileSystem } from '../../src/keys/durable-file.js';
import { LedgerError } from '../../src/ledger/ledger-error.js';
import {
  faultsBetween,
  FaultPlan,
  filesByPlace,
  InjectedFault,
  type PlannedFault,
} from '../support/fault-plan.js';
import { caseNumbers, report, spread, timeLimit } from '../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { ANNA, bytesOf, openTestDrives, TENANT, type TestDrives } from '../support/test-drives.js';
import { brokenIn, completeAll, FileMemory, put, STEPS } from './file-life.js';

let root: string;
beforeAll(async () => {
  root = await temporaryDirectory();
});
afterAll(() => removeDirectory(root));

test(
  'whatever step fails, nothing acknowledged is lost and no version is half',
  async () => {
    const counted = new FaultPlan(null);
    const before = new Map<string, number>();
    await live(`${root}/counted`, counted, () => {
      for (const [step, count] of counted.steps) before.set(step, count);
    });
    const faults = spread(faultsBetween(before, counted.steps));
    expect(faults.length).toBeGreaterThan(30);
    for (const at of caseNumbers(12, faults.length)) {
      const fault = faults[at];
      if (fault === undefined) continue;
      report(JSON.stringify(fault));
      expect([fault, await brokenBy(`${root}/case-${at}`, fault)]).toEqual([fault, []]);
    }
  },
  timeLimit,
);

async function brokenBy(place: string, fault: PlannedFault): Promise<string[]> {
  const plan = new FaultPlan(fault);
  const memory = await live(place, plan, () => undefined);
  expect(plan.hasStruck).toBe(true);
  const again = await openTestDrives(place);
  try {
    const broken = await brokenIn(again, memory);
    // It goes on, with what was begun too.
    const drive = await again.drives.find(TENANT, 'passports');
    memory.open.clear();
    await completeAll(drive, memory).catch(() => {
      memory.parts.clear();
    });
    await put(drive, memory, 'afterwards', bytesOf(500_000, 1));
    await put(drive, memory, 'stored', bytesOf(300_000, 3));
    return [...broken, ...(await brokenIn(again, memory))];
  } finally {
    await again.close();
  }
}

/** All steps, those that fail too, and the end. @param begins called before the first. */
async function live(place: string, plan: FaultPlan, begins: () => void): Promise<FileMemory> {
  const memory = new FileMemory();
  const node = await openTestDrives(place, { files: inKinds(place, plan) });
  const drive = await node.drives.make(TENANT, ANNA, 'passports', { versioning: 'on' });
  await put(drive, memory, 'before', bytesOf(100_000, 9));
  begins();
  for (const { act } of STEPS) await orFailed(act(drive, memory));
  await orFailed(node.drives.close());
  await closeStore(node);
  return memory;
}

async function closeStore({ store }: TestDrives): Promise<void> {
  await orFailed(store.close());
}

/** Only of the disk: anything else is a fault of the program. */
async function orFailed(doing: Promise<unknown>): Promise<void> {
  try {
    await doing;
  } catch (cause) {
    if (isOfDisk(cause)) return;
    throw cause;
  }
}

/** What a step says of one before it that failed. */
const FOLLOWING: ReadonlySet<string> = new Set(['FILES_FAILED', 'UPLOAD_UNKNOWN', 'FILE_UNKNOWN']);

function isOfDisk(cause: unknown): boolean {
  return (
    cause instanceof InjectedFault ||
    (cause instanceof FilesError && FOLLOWING.has(cause.code)) ||
    (cause instanceof LedgerError && cause.code === 'LEDGER_FAILED')
  );
}

/** Names of steps by what is written: `files/blobs`, `files/uploads`, `files/logs`. */
function inKinds(place: string, plan: FaultPlan): DurableFileSystem {
  const kinds = new Map<string, DurableFileSystem>();
  return filesByPlace((path) => {
    const kind = relative(place, path).split('/').slice(1, 3).join('/');
    const known = kinds.get(kind) ?? plan.durableFiles(kind);
    kinds.set(kind, known);
    return known;
  });
}
