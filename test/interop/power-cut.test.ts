/**
 * The power goes at every sync of a run of the real write path: what was acknowledged is there when
 * the store is opened again, and `fsck` finds nothing.
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
import { productRoot, program as server } from '../support/product.js';
import { caseNumbers, isLong, report as tell } from '../support/suite.js';
import { openTestStore } from '../support/test-store.js';
import { acknowledgementsMatching, findLosses, recordRun } from './power-cut/power-cut.js';
import type { Trace } from './power-cut/trace.js';

const PROGRAM = join(
  dirname(fileURLToPath(import.meta.url)),
  'power-cut',
  'fixtures',
  'ledger-store.mjs',
);
const into = mkdtempSync(join(tmpdir(), 'power-cut-ledger-'));
afterAll(() => {
  rmSync(into, { recursive: true });
});

async function run(commits: number): Promise<Trace> {
  const root = mkdtempSync(join(into, 'run-'));
  return recordRun({
    program: {
      command: process.execPath,
      arguments: [PROGRAM, root, String(commits)],
      workingDirectory: root,
      environment: { PRODUCT_ROOT: productRoot },
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

const ADMIN_KEY = 'power-cut-admin-key-0123456789abcdef';

/** The whole server, written to over HTTP; its answers are the acknowledgements. */
async function runServer(records: number): Promise<Trace> {
  const root = mkdtempSync(join(into, 'server-'));
  return recordRun({
    program: {
      command: process.execPath,
      arguments: [server, 'serve', '--data', join(root, 'data'), '--port', '0'],
      workingDirectory: process.cwd(),
      environment: { CHIROGRAPH_ADMIN_KEY: ADMIN_KEY },
    },
    directories: [join(root, 'data'), join(root, 'data.keys')],
    newScanner: acknowledgementsMatching(/"leafHash":"([0-9a-f]{64})"/),
    stopWith: 'SIGTERM',
    drive: async (program) => {
      const [, url = ''] = await program.output(/"url":"([^"]+)"/);
      const post = async (path: string, body: object): Promise<void> => {
        const response = await fetch(`${url}/v1/ledgers${path}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
        if (response.status !== 201) throw new Error(await response.text());
        await response.text();
      };
      await post('', { name: 'a' });
      const client = async (number: number): Promise<void> => {
        for (let at = 0; at < records; at++) {
          const payload = { number, at, text: 'x'.repeat(300) };
          await post('/a/records', { type: 'power.Record', subject: `s-${number}`, payload });
        }
      };
      await Promise.all([client(0), client(1), client(2)]);
    },
  });
}

/** Looks at every `PARTS`th cut, from number `part` on. */
async function expectNoLoss(
  trace: Trace,
  fileSystem: 'journaled' | 'posix',
  part: number,
  look: typeof check,
): Promise<void> {
  const share = { part, of: PARTS };
  const plan = { seed: 1, count: 'every sync', fileSystem, into, share } as const;
  const report = await findLosses(trace, plan, look);
  tell(`${fileSystem}, part ${part} of ${PARTS}: ${report.cuts} cuts`);
  expect(report.findings).toEqual([]);
  expect(report.cuts).toBeGreaterThan(10);
  expect(report.acknowledged).toBeGreaterThan(10);
}

/** All of them for one recorded run. */
const PARTS = 6;

describe('a power cut', () => {
  it.each(['journaled', 'posix'] as const)(
    'loses nothing that was acknowledged (%s)',
    async (fileSystem) => {
      const trace = await run(isLong ? 60 : 14);
      for (const part of caseNumbers(1, PARTS)) await expectNoLoss(trace, fileSystem, part, check);
    },
    600_000,
  );

  it('loses nothing that the server has answered for', async () => {
    const trace = await runServer(isLong ? 40 : 8);
    const inLedger = (directory: string, ids: readonly string[]): Promise<string[]> =>
      check(
        directory,
        ids.map((id) => `a:${id}`),
      );
    for (const part of caseNumbers(1, PARTS)) await expectNoLoss(trace, 'posix', part, inLedger);
  }, 600_000);
});
