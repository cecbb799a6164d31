/**
 * The recorder on a program with many threads and its own ideas of files: RocksDB under a Hypercore.
 * `recordRun` itself refuses a trace that does not give back the directory to the byte.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Corestore from 'corestore';
import { acknowledgementsMatching, findLosses, recordRun } from './power-cut.js';
import type { Trace } from './trace.js';

const FIXTURES = join(dirname(fileURLToPath(import.meta.url)), 'fixtures');
const into = mkdtempSync(join(tmpdir(), 'power-cut-test-'));

afterAll(() => {
  rmSync(into, { recursive: true });
});

async function runOfHypercore(rounds: number, blockBytes: number, fault = 'none'): Promise<Trace> {
  const directory = mkdtempSync(join(into, 'run-'));
  const data = join(directory, 'data');
  mkdirSync(data);
  return recordRun({
    program: {
      command: process.execPath,
      arguments: [join(FIXTURES, 'hypercore-writer.mjs'), data, String(rounds), String(blockBytes), fault],
      workingDirectory: directory,
      environment: {},
    },
    directories: [data],
    newScanner: acknowledgementsMatching(/"acknowledged":(\d+)/),
    drive: async (program) => {
      await program.output(new RegExp(`"acknowledged":${rounds * 16}\\b`));
      await program.ended();
    },
  });
}

async function check(directory: string, acknowledged: readonly string[]): Promise<string[]> {
  const store = new Corestore(join(directory, 'data'), { allowBackup: true });
  try {
    const core = store.get({ name: 'log' });
    await core.ready();
    const expected = Number(acknowledged.at(-1) ?? 0);
    if (core.length < expected) return [`${expected} blocks were flushed, ${core.length} are there`];
    const last = expected === 0 ? undefined : await core.get(expected - 1, { wait: false });
    return last === null ? ['the last flushed block is gone'] : [];
  } finally {
    await store.close();
  }
}

describe('x', () => {
  it('y', async () => {
    let t = performance.now();
    const lap = (what: string) => { console.log(what, Math.round(performance.now() - t)); t = performance.now(); };
    const trace = await runOfHypercore(12, 8000);
    lap('record');
    const kinds: Record<string, number> = {};
    for (const e of trace.events) kinds[e.kind] = (kinds[e.kind] ?? 0) + 1;
    console.log(kinds, trace.events.reduce((n, e) => n + (e.kind === 'write' ? e.data.length : 0), 0), trace.inodes.length);
    for (const fileSystem of ['journaled', 'posix'] as const) {
      const r = await findLosses(trace, { seed: 1, count: 60, fileSystem, into }, check, 50).catch((e) => e);
      lap(fileSystem); console.log(r);
    }
  });
});
