/**
 * `kill -9` of a real node at each thing that an erasure asks of the disk: the next start finishes what was announced, and
 * no file of data, views or keys holds a content, salt or secret of the person. In-process faults are in
 * test/retention/erasure-traces.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { RunningNode } from '../cli/support/running-node.js';
import { settle } from '../retention/erasure-client.js';
import {
  approve,
  copyNode,
  type ErasureWorld,
  expectErased,
  foundIn,
  goOn,
  makeErasureWorld,
} from '../retention/erasure-world.js';
import { caseNumbers, isLong, report, spread } from '../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { requestsTo } from '../support/test-service.js';
import { nodeFindings } from './damaged-node.js';

const HOOK = fileURLToPath(new URL('../support/kill-at-step.mjs', import.meta.url));
const root = await temporaryDirectory();
let world: ErasureWorld;
const running = new Set<RunningNode>();

beforeAll(async () => {
  world = await makeErasureWorld(root);
}, 120_000);
afterEach(async () => {
  for (const node of running) {
    node.signal('SIGKILL');
    await node.ended();
  }
  running.clear();
});
afterAll(() => removeDirectory(root));

/** With no epoch while it counts. */
function start(place: string, env: Readonly<Record<string, string>> = {}): RunningNode {
  const settings = ['--log-name', 'test.example', '--epoch-interval-millis', '86400000'];
  const argv = ['serve', '--data', join(place, 'data'), '--port', '0', ...settings];
  const node = new RunningNode([...argv, '--time-stamps', 'off'], env);
  running.add(node);
  return node;
}

async function startCounting(place: string, killAt = Infinity): Promise<RunningNode> {
  const hook = { NODE_OPTIONS: `--import=${HOOK}`, KILL_AT_STEP: String(killAt) };
  const node = start(place, hook);
  await node.url();
  process.kill(node.pid, 'SIGUSR2');
  await node.until('counting');
  return node;
}

/** What an erasure asks of the disk, from its approval to its certificate. */
async function countSteps(): Promise<number> {
  const place = join(root, 'counted');
  await copyNode(world.before, place);
  const node = await startCounting(place);
  const requests = requestsTo(await node.url(), world.adminKey);
  await approve(requests, world);
  await settle(requests);
  process.kill(node.pid, 'SIGUSR2');
  const { steps } = await node.until('counted');
  await expectErased(requests, world);
  node.signal('SIGTERM');
  expect(await node.ended()).toBe(0);
  expect(await foundIn(place, world)).toEqual([]);
  await removeDirectory(place);
  return Number(steps);
}

/** @returns the state in which the next start found it, or brought it to. */
async function killAndGoOn(place: string, killAt: number): Promise<string> {
  await copyNode(world.before, place);
  const node = await startCounting(place, killAt);
  const requests = requestsTo(await node.url(), world.adminKey);
  // Its answers end with it; what else may be wrong shows below.
  await approve(requests, world).catch(() => undefined);
  await settle(requests).catch(() => undefined);
  await node.ended();

  const again = start(place);
  const asked = requestsTo(await again.url(), world.adminKey);
  const state = await goOn(asked, world);
  again.signal('SIGTERM');
  expect(await again.ended()).toBe(0);
  expect([killAt, await foundIn(place, world)]).toEqual([killAt, []]);
  expect([killAt, await nodeFindings(place)]).toEqual([killAt, []]);
  return state;
}

it(
  'leaves nothing of the person, and the neighbour whole, wherever an erasure was killed',
  async () => {
    const steps = await countSteps();
    expect(steps).toBeGreaterThan(40);
    const all = spread(Array.from({ length: steps }, (_, step) => step));
    const chosen = caseNumbers(2, steps).flatMap((at) => all.slice(at, at + 1));
    const states = new Set<string>();
    const left = [...chosen];
    const round = async (): Promise<void> => {
      for (let killAt = left.shift(); killAt !== undefined; killAt = left.shift()) {
        const place = join(root, `killed-${killAt}`);
        const state = await killAndGoOn(place, killAt);
        report(`killed before step ${killAt} of ${steps}: ${state}`);
        states.add(state);
        await removeDirectory(place);
      }
    };
    // Nearly all of a round is two starts of the program: as many at once as there are cores.
    await Promise.all(Array.from({ length: availableParallelism() }, round));
    if (chosen.length === steps)
      expect([...states].sort()).toEqual(['approved', 'done', 'proposed']);
  },
  isLong ? 1_800_000 : 180_000,
);
