/**
 * `kill -9` of a witness while two readers ask it, each for another history: started again, it has all that
 * it answered, and signs no second root of any size. The page cache survives this; power cuts are in
 * witness-faults.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseVerifierKey, type VerifierKey } from '../../src/tlog/note-key.js';
import { RunningNode } from '../cli/support/running-node.js';
import { program } from '../support/product.js';
import { SeededChoice } from '../support/seeded-choice.js';
import { caseNumbers, timeLimit } from '../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { CosignedHeads } from './support/cosigned-heads.js';
import { makeKeys, placesIn } from './support/opened-witness.js';
import { logsFile } from './support/served-witness.js';
import { SigningLog } from './support/signing-log.js';

const LENGTH = 400;
const log = new SigningLog({ fork: 0, length: LENGTH });
const other = new SigningLog({ origin: 'log.example/other', byte: 7, fork: 0, length: LENGTH });

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
  readonly url: string;
  readonly key: VerifierKey;
}

async function start(directory: string): Promise<Started> {
  const logs = join(directory, 'logs.txt');
  await writeFile(logs, logsFile(log, other));
  const argv = ['witness', 'serve', '--data', placesIn(directory).dataDirectory, '--logs', logs];
  const more = ['--port', '0', '--requests-per-minute', '1000000', '--log-level', 'info'];
  const node = new RunningNode([...argv, ...more], {}, [], program);
  running.push(node);
  const { url, verifierKey } = await node.until('listening');
  return { node, url: String(url), key: parseVerifierKey(String(verifierKey)) };
}

/** Asks for what comes next, in one of two histories, until the witness is gone. */
async function reader(
  { url, key }: Started,
  of: SigningLog,
  history: number,
  heads: CosignedHeads,
  count: () => void,
): Promise<void> {
  let old = 0;
  for (;;) {
    const size = Math.min(LENGTH, old + 1);
    let answer: { status: number; text: string };
    try {
      const body = Buffer.from(of.request({ old, size, history }));
      const response = await fetch(`${url}/add-checkpoint`, { method: 'POST', body });
      answer = { status: response.status, text: await response.text() };
    } catch {
      return;
    }
    if (answer.status === 200) {
      heads.take(key, of.text(size, history), answer.text);
      count();
      old = size;
    } else if (answer.status === 409) old = Number(answer.text);
    else if (answer.status === 422) await new Promise(setImmediate);
    else heads.broken.push(`HTTP status ${answer.status}: ${answer.text}`);
  }
}

describe('a witness that is killed under load', () => {
  it(
    'stands by all that it answered',
    async () => {
      let answered = 0;
      const seeds = caseNumbers(1, 60);
      for (const seed of seeds) {
        const directory = join(root, String(seed));
        await mkdir(directory);
        await makeKeys(placesIn(directory));
        const heads = new CosignedHeads();
        for (let kill = 0; kill < 3; kill++) {
          const started = await start(directory);
          const after = 1 + new SeededChoice(`kill ${seed} ${kill}`).below(25);
          let taken = 0;
          const count = (): void => {
            taken++;
            if (taken === after) started.node.signal('SIGKILL');
          };
          await Promise.all([
            reader(started, log, 0, heads, count),
            reader(started, log, 1, heads, count),
            reader(started, other, 0, heads, count),
          ]);
          await started.node.ended();
        }
        const { node, url } = await start(directory);
        for (const one of [log, other]) {
          const response = await fetch(`${url}/${one.witnessed.originHash}/checkpoint`);
          const size = response.status === 404 ? 0 : Number((await response.text()).split('\n')[1]);
          const told = heads.newestSize(one.origin);
          // What was kept and not told of any more may be ahead by one.
          if (size < told || size > told + 1) heads.broken.push(`at ${size}, told of ${told}`);
        }
        node.signal('SIGTERM');
        expect(await node.ended()).toBe(0);
        expect({ seed, broken: heads.broken }).toEqual({ seed, broken: [] });
        answered += heads.count;
      }
      expect(answered).toBeGreaterThan(0);
    },
    timeLimit,
  );
});
