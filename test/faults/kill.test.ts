/**
 * `kill -9` under load, again and again on the same directory: whatever the process said before it died
 * is there afterwards. The page cache survives it; power cuts are in test/interop/power-cut.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Receipt } from '../../src/queries/receipt.js';
import {
  brokenPromises,
  brokenRepeats,
  ClientMemory,
  type Wish,
} from '../support/client-memory.js';
import { fsckFindings } from '../support/fsck-findings.js';
import { caseNumbers, isLong, report } from '../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestStore } from '../support/test-store.js';

const DRIVER = fileURLToPath(new URL('kill-driver.mjs', import.meta.url));
/** Kills of one directory before a new one is begun: what an opening reads grows with each. */
const KILLS_PER_DIRECTORY = 2;
const MIN_LIFE = 50;
const MAX_LIFE = 350;
/** Its own, and every checkpoint is that of some record; and the newest. */
const CHECKPOINTS_PER_RECORD = 2;

interface Line {
  readonly ready?: boolean;
  readonly wish: Wish;
  readonly receipt: Receipt;
  readonly verifierKey: string;
}

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(async () => {
  await removeDirectory(root);
});

/** Lets it run for some milliseconds of load, kills it, and remembers all that it had said. */
async function runAndKill(
  directory: string,
  memory: ClientMemory,
  seed: number,
  fault = 'none',
): Promise<number> {
  const child = spawn(process.execPath, [DRIVER, directory, String(seed), fault], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let said = 0;
  const life = MIN_LIFE + ((seed * 2_654_435_761) % (MAX_LIFE - MIN_LIFE));
  for await (const text of createInterface({ input: child.stdout })) {
    // The last line may be cut: nobody was told what it says.
    if (!text.endsWith('}')) break;
    const line = JSON.parse(text) as Line;
    if (line.ready === true) {
      setTimeout(() => child.kill('SIGKILL'), life);
      continue;
    }
    said++;
    const origin = line.receipt.checkpoint.slice(0, line.receipt.checkpoint.indexOf('\n'));
    if (!memory.verifierKeys.has(origin)) memory.verifierKeys.set(origin, line.verifierKey);
    memory.note(line.wish, line.receipt);
  }
  expect((await exited)[1]).toBe('SIGKILL');
  return said;
}

async function afterKill(directory: string, memory: ClientMemory): Promise<string[]> {
  const problems = await fsckFindings(directory);
  const opened = await openTestStore(directory);
  try {
    problems.push(...(await brokenPromises(opened.store, memory, CHECKPOINTS_PER_RECORD)));
    problems.push(...(await brokenRepeats(opened, 'bank', few(memory))));
  } finally {
    await opened.store.close();
  }
  return problems;
}

/** The last keys used, which are the ones in doubt: repeating all would take too long. */
function few(memory: ClientMemory): ClientMemory {
  const some = new ClientMemory();
  for (const { wish, receipt } of memory.told
    .filter(({ wish: one }) => one.idempotencyKey)
    .slice(-12))
    some.note(wish, receipt);
  return some;
}

describe('a process that is killed under load', () => {
  it(
    'loses nothing that it had acknowledged',
    async () => {
      let memory = new ClientMemory();
      let directory = root;
      let all = 0;
      for (const [at, seed] of caseNumbers(6, 120).entries()) {
        if (at % KILLS_PER_DIRECTORY === 0) {
          directory = `${root}/${at}`;
          memory = new ClientMemory();
        }
        const said = await runAndKill(directory, memory, seed);
        all += said;
        expect(await afterKill(directory, memory)).toEqual([]);
        report(`kill ${seed}: ${said} acknowledged, ${memory.told.length} held to so far`);
      }
      expect(all).toBeGreaterThan(0);
    },
    isLong ? 590_000 : 60_000,
  );

  it('shows that it can fail: a journal that keeps records in memory loses them within 3 kills', async () => {
    const seen: string[] = [];
    for (let seed = 0; seed < 3 && seen.length === 0; seed++) {
      const memory = new ClientMemory();
      const directory = `${root}/${seed}`;
      await runAndKill(directory, memory, seed, 'forgetful journal');
      seen.push(...(await afterKill(directory, memory).catch((error: unknown) => [String(error)])));
    }
    expect(seen.length).toBeGreaterThan(0);
  }, 30_000);
});
