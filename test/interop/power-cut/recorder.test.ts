/**
 * The recorder on programs that do more than the small ledger: every way to change a file, many
 * threads, other processes, and RocksDB under a Hypercore. `recordRun` itself refuses a trace that
 * does not give back the directories to the byte, so most of what is expected here is that it ends.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Corestore from 'corestore';
import sodium from 'sodium-native';
import { DiskModel } from './disk-model.js';
import { acknowledgementsMatching, findLosses, recordRun } from './power-cut.js';
import { rebuild } from './rebuild.js';
import { snapshot } from './snapshot.js';
import type { Trace } from './trace.js';

const FIXTURES = join(dirname(fileURLToPath(import.meta.url)), 'fixtures');
const SEED = '07'.repeat(32);
const into = mkdtempSync(join(tmpdir(), 'power-cut-test-'));

afterAll(() => {
  rmSync(into, { recursive: true });
});

/** Runs a fixture to its end. */
async function runToEnd(fixture: string, ...more: readonly string[]): Promise<Trace> {
  const directory = mkdtempSync(join(into, 'run-'));
  const data = join(directory, 'data');
  mkdirSync(data);
  return recordRun({
    program: {
      command: process.execPath,
      arguments: [join(FIXTURES, fixture), data, ...more],
      workingDirectory: directory,
      // libuv would use io_uring if it could.
      environment: { PATH: process.env['PATH'] ?? '', UV_USE_IO_URING: '1' },
    },
    directories: [data],
    newScanner: acknowledgementsMatching(/"acknowledged":(\d+)/),
    drive: (program) => program.ended(),
  });
}

/** Name, mode and bytes of everything in `data` below a directory. */
function contents(directory: string): Map<string, unknown> {
  const data = join(directory, 'data');
  return new Map(
    [...snapshot([data])]
      .filter(([path]) => path.startsWith(data))
      .map(([path, entry]) => [path.slice(directory.length), entry]),
  );
}

describe('a trace', () => {
  it.each([
    ['of every call that changes files', () => runToEnd('file-calls.mjs')],
    ['of RocksDB', () => runToEnd('hypercore-writer.mjs', SEED, '6', '9000')],
  ])('%s gives back the directory byte for byte', async (_, run) => {
    const trace = await run();
    const model = new DiskModel(trace, 'posix');
    for (const event of trace.events) model.apply(event);
    const rebuilt = mkdtempSync(join(into, 'rebuilt-'));
    rebuild(model.current(), trace.directories, rebuilt);
    const [data = ''] = trace.directories;
    expect(contents(rebuilt)).toEqual(contents(dirname(data)));
    expect(contents(rebuilt).size).toBeGreaterThan(10);
  });

  it('is refused where bytes did not pass through a system call', async () => {
    await expect(runToEnd('file-calls.mjs', 'copy')).rejects.toThrow(
      /copy_file_range is not modelled/,
    );
  });
});

function publicKey(): Buffer {
  const key = Buffer.alloc(32);
  sodium.crypto_sign_seed_keypair(key, Buffer.alloc(64), Buffer.from(SEED, 'hex'));
  return key;
}

async function checkHypercore(
  directory: string,
  acknowledged: readonly string[],
): Promise<string[]> {
  const expected = Number(acknowledged.at(-1) ?? 0);
  const store = new Corestore(join(directory, 'data'), { allowBackup: true });
  try {
    const signer = {
      signature: 'ed25519' as const,
      namespace: Buffer.alloc(32),
      publicKey: publicKey(),
    };
    const core = store.get({
      manifest: { version: 1, hash: 'blake2b', quorum: 1, signers: [signer] },
    });
    await core.ready();
    if (core.length < expected)
      return [`${expected} blocks were flushed, ${core.length} are there`];
    if (expected > 0 && (await core.get(expected - 1, { wait: false })) === null)
      return ['the last block that was flushed is gone'];
    return [];
  } finally {
    await store.close();
  }
}

describe('a Hypercore whose RocksDB is flushed before it is acknowledged', () => {
  let trace: Trace;
  beforeAll(async () => {
    trace = await runToEnd('hypercore-writer.mjs', SEED, '5', '3000');
  });

  it.each(['posix', 'journaled'] as const)('loses nothing at any sync (%s)', async (fileSystem) => {
    const report = await findLosses(
      trace,
      { seed: 1, count: 'every sync', fileSystem, into },
      checkHypercore,
    );
    expect(report.findings).toEqual([]);
    expect(report.acknowledged).toBe(5);
  });
});

describe.each(['not flushed', 'store directory not synced'])(
  'a Hypercore with the fault “%s”',
  (fault) => {
    it('is found out at some sync', async () => {
      const trace = await runToEnd('hypercore-writer.mjs', SEED, '5', '3000', fault);
      const plan = { seed: 1, count: 'every sync', fileSystem: 'posix', into } as const;
      const { findings } = await findLosses(trace, plan, checkHypercore);
      expect(findings.map(({ problems }) => problems)).toEqual([
        [expect.stringMatching(/blocks were flushed/)],
      ]);
    });
  },
);
