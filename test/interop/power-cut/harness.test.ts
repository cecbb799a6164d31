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
import type { Trace } from './trace.js';

const FIXTURES = join(dirname(fileURLToPath(import.meta.url)), 'fixtures');
const SEEDS = [1, 2, 3];
const CUTS = 40;
const into = mkdtempSync(join(tmpdir(), 'power-cut-test-'));

afterAll(() => {
  rmSync(into, { recursive: true });
});

async function runOfSmallLedger(
  fault = 'none',
  meddle: (data: string) => void = () => undefined,
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
    drive: async (program) => {
      const [, url = ''] = await program.output(/"url":"([^"]+)"/);
      const client = async (number: number): Promise<void> => {
        for (let at = 0; at < 10; at++) {
          const body = `record-${number}-${at}-${'x'.repeat(200)}`;
          await (await fetch(url, { method: 'POST', body })).text();
        }
      };
      await Promise.all([client(0), client(1), client(2)]);
      meddle(data);
    },
  });
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

/** Found by name in the ledger's source. */
const FAULTS = [
  'acknowledged before written',
  'acknowledged before synced',
  'another file synced',
  'segment name not synced',
  'data directory not synced',
  'renamed before synced',
];

describe.each(FAULTS)('a ledger with the fault “%s”', (fault) => {
  let trace: Trace;
  beforeAll(async () => {
    trace = await runOfSmallLedger(fault);
  });

  it('is found out at some sync', async () => {
    const plan: CutPlan = { seed: 1, count: 'every sync', fileSystem: 'posix', into };
    expect((await findLosses(trace, plan, checkSmallLedger)).findings).toHaveLength(1);
  });

  it(`is found out within ${SEEDS.length} seeds of ${CUTS} cuts`, async () => {
    let findings = 0;
    for (const seed of SEEDS) {
      const plan: CutPlan = { seed, count: CUTS, fileSystem: 'posix', into };
      findings += (await findLosses(trace, plan, checkSmallLedger)).findings.length;
    }
    expect(findings).toBeGreaterThan(0);
  });
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

describe('a trace', () => {
  it('is refused if something else changed a file', async () => {
    const meddle = (data: string): void => {
      const [name = ''] = readdirSync(data).filter((one) => one.endsWith('.log'));
      const bytes = readFileSync(join(data, name));
      bytes[3] = (bytes[3] ?? 0) ^ 1;
      writeFileSync(join(data, name), bytes);
    };
    await expect(runOfSmallLedger('none', meddle)).rejects.toThrow(/holds other bytes/);
  });

  it('is refused if something else made a file', async () => {
    const meddle = (data: string): void => {
      writeFileSync(join(data, 'stranger'), '');
    };
    await expect(runOfSmallLedger('none', meddle)).rejects.toThrow(/not in the trace/);
  });
});
