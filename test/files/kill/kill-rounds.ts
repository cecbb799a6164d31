/** `kill -9` during uploads, files of parts and deletes, again and again in one directory, and what must be there after each. */
import { setTimeout as delay } from 'node:timers/promises';
import { RandomPool } from '../../../src/base/random.js';
import { fsckNode } from '../../../src/node-fsck.js';
import { verifyFiles } from '../../../src/verify-files.js';
import { keysOf } from '../../backup/backed-node.js';
import { FakeClock } from '../../support/fake-clock.js';
import { SeededChoice } from '../../support/seeded-choice.js';
import { report } from '../../support/suite.js';
import { bytesOf, openTestDrives, TENANT } from '../../support/test-drives.js';
import { brokenIn, FileMemory, hashOf } from '../file-life.js';
import type { FileServer, StartFileServer } from './file-server.js';

const CLIENTS = 3;
const LONGEST_MILLIS = 1_200;
/** Half of these many contents are sent again and again. */
const CONTENTS = 40;

/** @returns what is wrong after the first round that leaves something wrong, and how much was acknowledged. */
export async function killRounds(
  root: string,
  rounds: readonly number[],
  start: StartFileServer,
): Promise<{ readonly problems: readonly string[]; readonly acknowledged: number }> {
  const memory = new FileMemory();
  const clients = Array.from({ length: CLIENTS }, (_, n) => new Client(memory, `client-${n}`));
  let acknowledged = 0;
  for (const round of rounds) {
    const random = new SeededChoice(`round ${round}`);
    const server = await start(root);
    const working = clients.map((client, n) =>
      client.work(server, new SeededChoice(`round ${round}, client ${n}`)),
    );
    // Some rounds end while it starts, most while it works.
    if (round % 7 !== 6) await server.ready;
    await Promise.race([delay(random.below(LONGEST_MILLIS)), Promise.all(working)]);
    await server.kill();
    await Promise.all(working);
    acknowledged = clients.reduce((sum, client) => sum + client.acknowledged, 0);
    const isSeldom = round % 10 === 4 || round === rounds.at(-1);
    const problems = [
      ...(isSeldom ? await commandProblems(root, memory) : []),
      ...(await problemsAt(root, memory)),
    ];
    report(`round ${round}: ${acknowledged} acknowledged, ${problems.length} problems`);
    if (problems.length > 0) return { problems, acknowledged };
  }
  return { problems: [], acknowledged };
}

/** What `fsck` and `files verify` say of what the killed process left. */
async function commandProblems(root: string, memory: FileMemory): Promise<string[]> {
  if (memory.told.size === 0) return [];
  const options = {
    ...{ dataDirectory: `${root}/data`, keyStore: await keysOf(root), random: new RandomPool() },
    ...{ clock: new FakeClock(), progress: () => undefined },
  };
  const problems: string[] = [];
  for await (const { problem } of fsckNode(options)) problems.push(`fsck: ${problem}`);
  for await (const finding of verifyFiles({ ...options, tenant: TENANT, drive: 'passports' }))
    problems.push(`files verify: ${JSON.stringify(finding)}`);
  return problems;
}

/** Opened as the next process opens it. */
async function problemsAt(root: string, memory: FileMemory): Promise<string[]> {
  if (memory.told.size === 0) return [];
  const node = await openTestDrives(root);
  try {
    return await brokenIn(node, memory);
  } finally {
    await node.close();
  }
}

/** Works on paths of its own, one thing after another. */
class Client {
  readonly #memory: FileMemory;
  readonly #name: string;
  acknowledged = 0;

  constructor(memory: FileMemory, name: string) {
    this.#memory = memory;
    this.#name = name;
  }

  /** Until it is killed. */
  async work(server: FileServer, random: SeededChoice): Promise<void> {
    try {
      for (;;) await this.#act(server, random);
    } catch (cause) {
      if (!(cause instanceof Error) || cause.message !== 'killed') throw cause;
    }
  }

  async #act(server: FileServer, random: SeededChoice): Promise<void> {
    const path = `${this.#name}/${random.below(5)}`;
    const choice = random.below(10);
    if (choice < 2) await this.#say(path, null, () => server.delete(path));
    else if (choice < 5) await this.#parts(server, random, path);
    else {
      const bytes = contentOf(random);
      this.#memory.send(path, bytes);
      await this.#say(path, hashOf(bytes), () => server.put(path, bytes));
    }
  }

  async #parts(server: FileServer, random: SeededChoice, path: string): Promise<void> {
    const parts = Array.from({ length: 1 + random.below(3) }, () => contentOf(random));
    const upload = await server.begin(path);
    for (const [n, bytes] of parts.entries()) await server.part(upload, n + 1, bytes);
    // Some are never completed.
    if (random.below(4) === 0) return;
    const whole = Buffer.concat(parts);
    this.#memory.send(path, whole);
    const numbers = parts.map((_, n) => n + 1);
    await this.#say(path, hashOf(whole), () => server.complete(upload, numbers));
  }

  async #say(path: string, then: string | null, act: () => Promise<void>): Promise<void> {
    this.#memory.open.add(path);
    await act();
    this.#memory.open.delete(path);
    this.#memory.told.set(path, then);
    this.acknowledged++;
  }
}

function contentOf(random: SeededChoice): Uint8Array {
  const n = random.below(CONTENTS);
  return bytesOf((n * n * 200) % 300_000, n);
}
