/**
 * The power goes at every sync of a run of the real write path: what was acknowledged is there when
 * the store is opened again, and `fsck` finds nothing. Planted faults turn it red.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { fromHex } from '../../src/base/bytes.js';
import { ChirographError } from '../../src/base/errors.js';
import { RandomPool } from '../../src/base/random.js';
import { DirectoryKeyStore } from '../../src/keys/directory-key-store.js';
import { fsck } from '../../src/ledger/fsck.js';
import { openTestStore } from '../support/test-store.js';
import { acknowledgementsMatching, findLosses, recordRun } from './power-cut/power-cut.js';
import type { Trace } from './power-cut/trace.js';

const PROGRAM = join(
  dirname(fileURLToPath(import.meta.url)),
  'power-cut',
  'fixtures',
  'ledger-store.mjs',
);
const isLong = process.env['SUITE'] === 'long';
const into = mkdtempSync(join(tmpdir(), 'power-cut-ledger-'));
afterAll(() => {
  rmSync(into, { recursive: true });
});

async function run(commits: number, fault: string): Promise<Trace> {
  const root = mkdtempSync(join(into, 'run-'));
  return recordRun({
    program: {
      command: process.execPath,
      arguments: [PROGRAM, root, String(commits), fault],
      workingDirectory: root,
      environment: {},
    },
    directories: [join(root, 'data'), join(root, 'data.keys')],
    newScanner: acknowledgementsMatching(/"acknowledged":"([^"]+)"/),
    drive: async (program) => {
      await program.output(/"done":true/);
    },
  });
}

/** Opens what a cut left, as a node would, and says what is wrong with it. */
async function check(directory: string, acknowledged: readonly string[]): Promise<string[]> {
  try {
    return [...(await missing(directory, acknowledged)), ...(await findings(directory))];
  } catch (error) {
    if (error instanceof ChirographError) return [`does not open: ${error.message}`];
    throw error;
  }
}

async function missing(directory: string, acknowledged: readonly string[]): Promise<string[]> {
  const { store } = await openTestStore(directory);
  try {
    const tenant = store.tenantNamed('default')?.handle ?? '';
    const problems: string[] = [];
    for (const id of acknowledged) {
      const [ledger = '', leaf = ''] = id.split(':');
      const index = await store.ledger(tenant, ledger).reader.indexOf(fromHex(leaf));
      if (index === null) problems.push(`${id} is lost`);
    }
    return problems;
  } finally {
    await store.close();
  }
}

async function findings(root: string): Promise<string[]> {
  const dataDirectory = join(root, 'data');
  const random = new RandomPool();
  const directory = join(root, 'data.keys');
  const keyStore = await DirectoryKeyStore.open({ directory, dataDirectory, random });
  const found: string[] = [];
  const options = { dataDirectory, keyStore, random, progress: () => undefined };
  for await (const { problem } of fsck(options)) found.push(`fsck: ${problem}`);
  return found;
}

describe('a power cut', () => {
  const commits = isLong ? 60 : 14;
  const parts = isLong ? 1 : 6;

  it.each(['journaled', 'posix'] as const)(
    'loses nothing that was acknowledged (%s)',
    async (fileSystem) => {
      const trace = await run(commits, 'none');
      const plan = { seed: 1, count: 'every sync', fileSystem, into } as const;
      const report = await findLosses(trace, { ...plan, share: { part: 0, of: parts } }, check);
      expect(report.findings).toEqual([]);
      expect(report.cuts).toBeGreaterThan(10);
      expect(report.acknowledged).toBeGreaterThan(commits);
    },
    600_000,
  );

  it.each(['journal not synced', 'segment name not synced'])(
    'is noticed where the store forgets something: %s',
    async (fault) => {
      const trace = await run(8, fault);
      const plan = { seed: 1, count: 'every sync', fileSystem: 'posix', into } as const;
      const report = await findLosses(trace, plan, check);
      expect(report.findings.length).toBeGreaterThan(0);
    },
    600_000,
  );
});
