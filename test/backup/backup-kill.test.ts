/**
 * `kill -9` of a real node at what a backup asks of the disk: the target stays usable, and the next backup, of the next start,
 * adds what has come since the last whole one and no more. In-process faults are in backup-faults.
 */
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { type BackupContent, partProblems, readContent } from '../../src/backup/backup-content.js';
import { openTarget } from '../../src/backup/target.js';
import { RandomPool } from '../../src/base/random.js';
import { systemClock } from '../../src/base/time.js';
import { drillBackup } from '../../src/drill-backup.js';
import { answer, append, createLedger } from '../api/support/ledger-client.js';
import { RunningNode } from '../cli/support/running-node.js';
import { copyDirectory } from '../support/copy-directory.js';
import { caseNumbers, isLong, report, spread } from '../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { type Requests, requestsTo } from '../support/test-service.js';
import { keysOf } from './backed-node.js';

const HOOK = fileURLToPath(new URL('../support/kill-at-step.mjs', import.meta.url));
const KEY = 'an-admin-key-for-kills-0123456789abcdef';

let root: string;
/** The node lives here in each case: it knows its target by the path. */
let place: string;
/** A node with one backup, and entries that came after it. */
let before: string;
const running = new Set<RunningNode>();

beforeAll(async () => {
  root = await temporaryDirectory();
  [place, before] = [join(root, 'node'), join(root, 'before')];
  await mkdir(join(place, 'target'), { recursive: true });
  const node = start();
  const requests = requestsTo(await node.url(), KEY);
  await createLedger(requests, 'kyc');
  for (let n = 0; n < 20; n++) await append(requests, 'kyc');
  await backUp(requests);
  for (let n = 0; n < 5; n++) await append(requests, 'kyc');
  await end(node);
  await copyAll(place, before);
}, 60_000);
afterEach(async () => {
  for (const node of running) {
    node.signal('SIGKILL');
    await node.ended();
  }
  running.clear();
});
afterAll(() => removeDirectory(root));

async function copyAll(from: string, to: string): Promise<void> {
  await removeDirectory(to);
  for (const part of ['data', 'data.keys', 'target'])
    await copyDirectory(join(from, part), join(to, part));
}

function start(env: Readonly<Record<string, string>> = {}): RunningNode {
  const argv = ['serve', '--data', join(place, 'data'), '--port', '0', '--time-stamps', 'off'];
  const settings = ['--backup-directories', join(place, 'target')];
  const quiet = ['--epoch-interval-millis', '86400000'];
  const node = new RunningNode([...argv, ...settings, ...quiet], {
    CHIROGRAPH_ADMIN_KEY: KEY,
    ...env,
  });
  running.add(node);
  return node;
}

async function end(node: RunningNode): Promise<void> {
  node.signal('SIGTERM');
  expect(await node.ended()).toBe(0);
  running.delete(node);
}

async function backUp(node: Requests): Promise<void> {
  await answer(node.request('/v1/backups', { json: {} }), 202);
  for (;;) {
    const { items } = await answer<{ items: { state: string; problem?: string }[] }>(
      node.request('/v1/backups'),
    );
    expect(items[0]?.problem).toBeUndefined();
    if (items[0]?.state === 'idle') return;
  }
}

/** @returns the node, and what it counted while `act` went on; it may be killed in it. */
async function counting(killAt: number, act: (node: Requests) => Promise<void>): Promise<number> {
  const hook = { NODE_OPTIONS: `--import=${HOOK}`, KILL_AT_STEP: String(killAt) };
  const node = start(hook);
  const requests = requestsTo(await node.url(), KEY);
  process.kill(node.pid, 'SIGUSR2');
  await node.until('counting');
  try {
    await act(requests);
  } catch (error) {
    // Its answers end with it; whatever else is wrong is not what is looked for here.
    if (killAt === Infinity) throw error;
    expect(await node.ended()).toBeNull();
    return killAt;
  }
  process.kill(node.pid, 'SIGUSR2');
  const { steps } = await node.until('counted');
  await end(node);
  return Number(steps);
}

/** Of which every part is what its manifest says. */
async function wholeContent(): Promise<BackupContent> {
  const target = await openTarget(join(place, 'target'), await keysOf(place));
  const content = await readContent(target);
  for await (const { file, problem } of partProblems(target, content))
    throw new Error(`${file} ${problem}`);
  return content;
}

/** Where the blocks begin that the newest backup added, by log. */
function begunAt(content: BackupContent): [string, number][] {
  const prefix = `parts/${String(content.number).padStart(8, '0')}.`;
  return [...content.blocks].flatMap(([log, runs]) => {
    const first = runs.find(({ file }) => file.startsWith(prefix));
    return first === undefined ? [] : [[log, first.from] as [string, number]];
  });
}

it(
  'a backup that is killed leaves the target as it was or with one more, and the next one goes on from there',
  async () => {
    await copyAll(before, place);
    const steps = await counting(Infinity, backUp);
    expect(steps).toBeGreaterThanOrEqual(15);
    const all = spread(Array.from({ length: steps }, (_, step) => step));
    const found = new Set<number>();
    for (const killAt of caseNumbers(2, steps).flatMap((at) => all.slice(at, at + 1))) {
      await copyAll(before, place);
      await counting(killAt, backUp);
      const left = await wholeContent();
      found.add(left.number);
      const again = start();
      const requests = requestsTo(await again.url(), KEY);
      await append(requests, 'kyc');
      await backUp(requests);
      await end(again);
      const content = await wholeContent();
      expect([killAt, content.number]).toEqual([killAt, left.number + 1]);
      // What is there already is not written again.
      for (const [log, from] of begunAt(content))
        expect([killAt, log, from]).toEqual([killAt, log, left.heads.get(log)?.length ?? 0]);
      // Nothing is left over of the one that was killed.
      const parts = await readdir(join(place, 'target', 'parts'));
      expect([killAt, parts.length]).toEqual([killAt, content.parts.size]);
      const scratch = join(root, 'scratch');
      await mkdir(scratch, { recursive: true });
      const drilled = await drillBackup({
        ...{ from: join(place, 'target'), vaultsFrom: [], keyStore: await keysOf(place) },
        ...{ clock: systemClock, random: new RandomPool(), scratch, perLog: 3 },
        progress: () => undefined,
      });
      expect([killAt, drilled.findings]).toEqual([killAt, []]);
      report(`killed before step ${killAt} of ${steps}: ${left.number}`);
    }
    expect(found).toContain(1);
  },
  isLong ? 590_000 : 120_000,
);
