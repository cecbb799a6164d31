/**
 * `kill -9` under load, again and again: whatever the server said over HTTP before it died is there when
 * it is started again. The page cache survives this; power cuts are in test/interop/power-cut.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RunningNode } from '../cli/support/running-node.js';
import { copyDirectory } from '../support/copy-directory.js';
import { type Mutant, plant } from '../support/mutant.js';
import { program } from '../support/product.js';
import { SeededChoice } from '../support/seeded-choice.js';
import { caseNumbers, isLong, report, timeLimit } from '../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { Load, LEDGERS } from './load.js';
import { ask, type NodeAddress } from './node-calls.js';
import { NodeMemory } from './node-memory.js';
import { brokenEpochs, brokenOverHttp } from './node-promises.js';

const KEY = 'an-admin-key-for-kills-0123456789abcdef';
/** Kills of one directory before a new one is begun: what is checked after each grows with it. */
const KILLS_PER_DIRECTORY = 3;
const MAX_RECEIPTS = 80;
const DEPTH = {
  checkpointsPerRecord: isLong ? 24 : Infinity,
  askedProofs: isLong ? 60 : 120,
  repeats: 20,
};

let root: string;
let running: RunningNode[];
beforeEach(async () => {
  root = await temporaryDirectory();
  running = [];
});
afterEach(async () => {
  for (const node of running) {
    node.signal('SIGKILL');
    await node.ended();
  }
  await removeDirectory(root);
});

interface Started {
  readonly node: RunningNode;
  readonly address: NodeAddress;
}

/** With an epoch as often as there can be one. */
async function start(directory: string, entry: string): Promise<Started> {
  const data = ['--data', join(directory, 'data'), '--port', '0'];
  const argv = ['serve', ...data, '--epoch-interval-millis', '100'];
  const node = new RunningNode(argv, { CHIROGRAPH_ADMIN_KEY: KEY }, [], entry);
  running.push(node);
  return { node, address: { url: await node.url(), key: KEY } };
}

async function makeLedgers({ address }: Started, memory: NodeMemory): Promise<void> {
  for (const name of LEDGERS) {
    const body = { text: JSON.stringify({ name }), type: 'application/json' };
    const { verifierKey } = await ask<{ verifierKey: string }>(address, '/ledgers', body);
    memory.verifierKeys.set(name, verifierKey);
  }
}

/** Of what a killed node leaves, as it left it: of a copy, while the node is started again. */
async function fsckOf(directory: string, entry: string): Promise<string[]> {
  const argv = [entry, 'fsck', '--data', join(directory, 'data')];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return code === 0 ? [] : [`fsck: ${said}`];
}

interface Outcome {
  /** What is wrong after the first kill that leaves something wrong. */
  readonly problems: readonly string[];
  readonly receipts: number;
}

/** One directory: killed once for each of `seeds`, stopped in peace at the end. */
async function kills(
  directory: string,
  seeds: readonly number[],
  entryOf: (seed: number) => string,
): Promise<Outcome> {
  const memory = new NodeMemory();
  let started = await start(directory, entryOf(seeds[0] ?? 0));
  await makeLedgers(started, memory);
  for (const seed of seeds) {
    const load = new Load(started.address, memory, seed);
    await load.received(1 + new SeededChoice(`kill ${seed}`).below(MAX_RECEIPTS));
    started.node.signal('SIGKILL');
    const receipts = await load.ended();
    await started.node.ended();
    const problems: string[] = [];
    try {
      started = await startAgain(directory, memory, entryOf(seed + 1), problems);
      problems.push(...(await brokenOverHttp(started.address, memory, DEPTH)));
    } catch (cause) {
      problems.push(String(cause));
    }
    report(`kill ${seed}: ${receipts} receipts, ${memory.told.length} held to so far`);
    if (problems.length > 0) return { problems, receipts: memory.told.length };
  }
  started.node.signal('SIGTERM');
  const problems = (await started.node.ended()) === 0 ? [] : ['it did not stop in peace'];
  problems.push(...(await fsckOf(directory, program)));
  return { problems, receipts: memory.told.length };
}

/** While `fsck` reads a copy of what the kill left. */
async function startAgain(
  directory: string,
  memory: NodeMemory,
  entry: string,
  problems: string[],
): Promise<Started> {
  await copyDirectory(directory, `${directory}.killed`);
  const found = fsckOf(`${directory}.killed`, entry);
  try {
    const started = await start(directory, entry);
    problems.push(...(await brokenEpochs(started.address, memory)));
    return started;
  } finally {
    problems.push(...(await found));
  }
}

/** A journal that begins a new segment every few commits, so that kills meet rotations. */
const SMALL_SEGMENTS = {
  name: 'small segments',
  file: 'ledger/ledger-store.js',
  find: 'const SEGMENT_BYTES = 32 * 1024 * 1024;',
  replace: 'const SEGMENT_BYTES = 24 * 1024;',
};

describe('a server that is killed under load', () => {
  let rotating: Mutant;
  beforeEach(async () => {
    rotating = await plant(SMALL_SEGMENTS);
  });
  afterEach(() => rotating.remove());

  it(
    'loses nothing that it had acknowledged',
    async () => {
      const seeds = caseNumbers(2, 120);
      // In turn, on the same directories, as it is and with small segments.
      const entryOf = (seed: number): string => (seed % 2 === 0 ? rotating.program : program);
      let receipts = 0;
      for (let at = 0; at < seeds.length; at += KILLS_PER_DIRECTORY) {
        const some = seeds.slice(at, at + KILLS_PER_DIRECTORY);
        const directory = join(root, String(at));
        const found = await kills(directory, some, entryOf);
        expect({ seeds: some, problems: found.problems }).toEqual({ seeds: some, problems: [] });
        receipts += found.receipts;
        await removeDirectory(directory);
      }
      expect(receipts).toBeGreaterThan(0);
    },
    timeLimit,
  );
});
