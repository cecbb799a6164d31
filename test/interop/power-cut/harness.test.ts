/**
 * The harness proves itself: a correct program survives every cut, and each of the planted faults is
 * found. What is found in a trace hangs on how threads were scheduled in the run, so the number of
 * seeds is an upper bound.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkSmallLedger } from './fixtures/small-ledger-check.js';
import {
  acknowledgementsMatching,
  type CutPlan,
  findLosses,
  powerCuts,
  recordRun,
} from './power-cut.js';
import { acknowledgedBeforeSynced } from './sync-order.js';
import type { Trace } from './trace.js';

const FIXTURES = join(dirname(fileURLToPath(import.meta.url)), 'fixtures');
const SEEDS = [1, 2, 3];
const CUTS = 40;
const into = mkdtempSync(join(tmpdir(), 'power-cut-test-'));

afterAll(() => {
  rmSync(into, { recursive: true });
});

/** @param load uses the ledger; its requests need not have been answered when it resolves. */
async function runOfSmallLedger(
  fault = 'none',
  load: (url: string, data: string) => Promise<unknown> = thirtyRecords,
  stopWith: 'SIGTERM' | 'SIGKILL' = 'SIGTERM',
): Promise<Trace> {
  const directory = mkdtempSync(join(into, 'run-'));
  const data = join(directory, 'data');
  return recordRun({
    program: {
      command: process.execPath,
      arguments: [join(FIXTURES, 'small-ledger.mjs'), data, fault],
      workingDirectory: directory,
      environment: {},
    },
    directories: [data],
    newScanner: acknowledgementsMatching(/"acknowledged":"([^"]+)"/),
    stopWith,
    drive: async (program) => {
      const [, url = ''] = await program.output(/"url":"([^"]+)"/);
      await load(url, data);
    },
  });
}

function thirtyRecords(url: string): Promise<unknown> {
  const client = async (number: number): Promise<void> => {
    for (let at = 0; at < 10; at++) await post(url, `record-${number}-${at}-${'x'.repeat(200)}`);
  };
  return Promise.all([client(0), client(1), client(2)]);
}

async function post(url: string, body: string): Promise<void> {
  await (await fetch(url, { method: 'POST', body })).text();
}

describe('a ledger that syncs before it acknowledges', () => {
  let trace: Trace;
  beforeAll(async () => {
    trace = await runOfSmallLedger();
  });

  it.each(['posix', 'journaled'] as const)(
    'loses nothing when the power goes at any sync (%s)',
    async (fileSystem) => {
      const plan: CutPlan = { seed: 1, count: 'every sync', fileSystem, into };
      const report = await findLosses(trace, plan, checkSmallLedger);
      expect(report.findings).toEqual([]);
      expect(report.acknowledged).toBe(30);
      expect(report.cuts).toBeGreaterThan(30 * 3);
    },
  );

  it.each(['posix', 'journaled'] as const)(
    'loses nothing when the power goes at any other moment (%s)',
    async (fileSystem) => {
      for (const seed of SEEDS) {
        const plan: CutPlan = { seed, count: 300, fileSystem, into };
        expect((await findLosses(trace, plan, checkSmallLedger)).findings).toEqual([]);
      }
    },
  );

  it('is rebuilt the same from the same seed, and otherwise from another', () => {
    const images = [1, 1, 2].map((seed) =>
      [...powerCuts(trace, { seed, count: 60, fileSystem: 'posix', into })].map(
        ({ position, way, story }) => ({ position, way, story }),
      ),
    );
    expect(images[1]).toEqual(images[0]);
    expect(images[2]).not.toEqual(images[0]);
  });

  it('can be cut in parts that together are the whole', () => {
    const plan: CutPlan = { seed: 4, count: 50, fileSystem: 'posix', into };
    const whole = [...powerCuts(trace, plan)].map(({ number, story }) => ({ number, story }));
    const parts = [0, 1, 2].flatMap((part) =>
      [...powerCuts(trace, { ...plan, share: { part, of: 3 } })].map(({ number, story }) => ({
        number,
        story,
      })),
    );
    expect(parts.sort((a, b) => a.number - b.number)).toEqual(whole);
  });
});

/** Faults by their name in the ledger's source, and what must be found. */
const FAULTS: readonly [string, RegExp][] = [
  ['acknowledged before written', /was acknowledged and is gone/],
  ['acknowledged before synced', /was acknowledged and is gone/],
  ['another file synced', /was acknowledged and is gone/],
  ['segment name not synced', /was acknowledged and is gone/],
  ['data directory not synced', /the data directory is gone/],
  ['renamed before synced', /the head cannot be read/],
];

describe.each(FAULTS)('a ledger with the fault “%s”', (fault, problem) => {
  let trace: Trace;
  beforeAll(async () => {
    trace = await runOfSmallLedger(fault);
  });

  it('is found out at some sync', async () => {
    const plan: CutPlan = { seed: 1, count: 'every sync', fileSystem: 'posix', into };
    const { findings } = await findLosses(trace, plan, checkSmallLedger);
    expect(findings).toHaveLength(1);
    expect(findings[0]?.problems[0]).toMatch(problem);
  });

  it(`is found out within ${SEEDS.length} seeds of ${CUTS} cuts`, async () => {
    const problems: string[] = [];
    for (const seed of SEEDS) {
      const plan: CutPlan = { seed, count: CUTS, fileSystem: 'posix', into };
      const { findings } = await findLosses(trace, plan, checkSmallLedger);
      problems.push(...findings.flatMap((finding) => finding.problems));
    }
    expect(problems).toContainEqual(expect.stringMatching(problem));
  });
});

describe('the order of acknowledgements and syncs', () => {
  const restsOn = (record: string): Uint8Array => Buffer.from(record);

  it('is right in a ledger that syncs first', async () => {
    expect(acknowledgedBeforeSynced(await runOfSmallLedger(), restsOn)).toEqual([]);
  });

  it.each(['acknowledged before written', 'acknowledged before synced', 'another file synced'])(
    'is wrong in a ledger with the fault “%s”, for every record',
    async (fault) => {
      expect(acknowledgedBeforeSynced(await runOfSmallLedger(fault), restsOn)).toHaveLength(30);
    },
  );
});

describe('a file system that keeps its names in a journal', () => {
  it('forgives a segment whose name was never synced, since the file was', async () => {
    const trace = await runOfSmallLedger('segment name not synced');
    const plan: CutPlan = { seed: 1, count: 'every sync', fileSystem: 'journaled', into };
    expect((await findLosses(trace, plan, checkSmallLedger)).findings).toEqual([]);
  });

  it('does not forgive a rename of a file that was never synced', async () => {
    const trace = await runOfSmallLedger('renamed before synced');
    const plan: CutPlan = { seed: 1, count: 'every sync', fileSystem: 'journaled', into };
    expect((await findLosses(trace, plan, checkSmallLedger)).findings).toHaveLength(1);
  });
});

describe('a ledger that was killed under load', () => {
  it('gives a trace, and loses nothing', async () => {
    const left: Promise<unknown>[] = [];
    const load = async (url: string): Promise<void> => {
      const posts = Array.from({ length: 60 }, (_, at) => post(url, `record-${at}`));
      left.push(Promise.allSettled(posts));
      await Promise.race(posts);
    };
    const trace = await runOfSmallLedger('none', load, 'SIGKILL');
    await Promise.all(left);
    for (const count of [100, 'every sync'] as const) {
      const plan: CutPlan = { seed: 1, count, fileSystem: 'posix', into };
      const report = await findLosses(trace, plan, checkSmallLedger);
      expect(report.findings).toEqual([]);
      expect(report.acknowledged).toBeGreaterThan(0);
      expect(report.acknowledged).toBeLessThan(60);
    }
  });
});

describe('a trace', () => {
  const meddling = (meddle: (data: string) => void) => async (url: string, data: string) => {
    await thirtyRecords(url);
    meddle(data);
  };

  it('is refused if something else changed a file', async () => {
    const load = meddling((data) => {
      const [name = ''] = readdirSync(data).filter((one) => one.endsWith('.log'));
      const bytes = readFileSync(join(data, name));
      bytes[3] = (bytes[3] ?? 0) ^ 1;
      writeFileSync(join(data, name), bytes);
    });
    await expect(runOfSmallLedger('none', load)).rejects.toThrow(/holds other bytes/);
  });

  it('is refused if something else made a file', async () => {
    const load = meddling((data) => {
      writeFileSync(join(data, 'stranger'), '');
    });
    await expect(runOfSmallLedger('none', load)).rejects.toThrow(/not in the trace/);
  });

  it('is not made of a run whose driver failed', async () => {
    const load = (): Promise<never> => Promise.reject(new Error('the driver has lost its way'));
    await expect(runOfSmallLedger('none', load)).rejects.toThrow(/lost its way/);
  });
});
