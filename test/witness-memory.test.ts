/** A whole store put back to an older copy, key store and marks included: only its witnesses remember. */
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { utf8 } from '../src/base/bytes.js';
import { silentLogger } from '../src/base/logger.js';
import { RandomPool } from '../src/base/random.js';
import { systemClock } from '../src/base/time.js';
import { witnessSender } from '../src/checkpoint/witness-sender.js';
import { goOnAsSuccessor } from '../src/go-on.js';
import { DirectoryKeyStore } from '../src/keys/directory-key-store.js';
import type { LedgerNodeOptions } from '../src/ledger-node.js';
import { formatVerifierKey } from '../src/tlog/note-key.js';
import { parseWitnessPolicy } from '../src/tlog/witness-policy.js';
import { WitnessService } from '../src/witness-service.js';
import { makeKeys, placesIn } from './checkpoint/support/opened-witness.js';
import { witnessDouble } from './checkpoint/support/witness-double.js';
import { copyDirectory } from './support/copy-directory.js';
import { rejection } from './support/errors.js';
import { FakeClock } from './support/fake-clock.js';
import { removeDirectory, temporaryDirectory } from './support/temporary-directory.js';
import { openTestNode, type TestNode } from './support/test-node.js';
import { witnessKey } from './tlog/keys.js';

let root: string;
let closers: (() => Promise<unknown>)[];
beforeEach(async () => {
  root = await temporaryDirectory();
  closers = [];
});
afterEach(async () => {
  for (const close of closers.reverse()) await close();
  await removeDirectory(root);
});

async function openWitness(verifierKey: string): Promise<WitnessService> {
  const witness = await WitnessService.open(
    {
      ...{ ...placesIn(root), requestsPerMinute: 100_000 },
      ...{ host: '127.0.0.1', port: 0, maxBytesPerLog: 16 * 1024 * 1024 },
      logs: utf8(`log ${verifierKey}\n`),
    },
    { clock: new FakeClock(), logger: silentLogger },
  );
  closers.push(() => witness.close());
  return witness;
}

function asking(verifierKey: string, url: string): Pick<LedgerNodeOptions, 'witnessing'> {
  const policy = parseWitnessPolicy(utf8(`witness one ${verifierKey} ${url}\nquorum one\n`));
  const send = witnessSender(policy, { internal: [new URL(url).host] });
  return { witnessing: { policy, send } };
}

async function anchorOnce({ node }: TestNode): Promise<void> {
  await node.createLedger('default', `l${node.epochs.epochs.head.size}`);
  await node.anchorNow();
  node.witnesses?.begin();
  await node.witnesses?.idle();
}

/** A node whose epoch log a witness has seen, and the copy of both its directories from before. */
async function rolledBack(): Promise<{ readonly asked: Pick<LedgerNodeOptions, 'witnessing'> }> {
  const first = await openTestNode(root);
  await anchorOnce(first);
  const { verifierKey } = first.node.epochs.epochs;
  await first.close();
  for (const name of ['data', 'data.keys'])
    await copyDirectory(join(root, name), join(root, `${name}.old`));
  await makeKeys(placesIn(root));
  const witness = await openWitness(verifierKey);
  const asked = asking(witness.verifierKey, witness.url);
  const second = await openTestNode(root, asked);
  await anchorOnce(second);
  expect(second.node.witnesses?.status).toMatchObject({ isCompared: true, missed: 0 });
  await second.close();
  for (const name of ['data', 'data.keys']) {
    await rename(join(root, name), join(root, `${name}.lost`));
    await rename(join(root, `${name}.old`), join(root, name));
  }
  return { asked };
}

describe('a store that was put back whole', () => {
  it('is not written on where a witness has more of it, and goes on in new logs by order', async () => {
    const { asked } = await rolledBack();
    const error = await rejection(openTestNode(root, asked));
    expect(error.code).toBe('LEDGER_READ_ONLY');
    expect(error.message).toMatch(
      /^the epoch log has \d+ entries and the witness "one" says that it has cosigned \d+: .*restore --successor/,
    );
    const dataDirectory = join(root, 'data');
    const random = new RandomPool();
    const directory = join(root, 'data.keys');
    const keyStore = await DirectoryKeyStore.open({ directory, dataDirectory, random });
    await goOnAsSuccessor({
      ...{ dataDirectory, keyStore, random, clock: systemClock },
      cause: 'an old copy was put in',
    });
    const node = await openTestNode(root, asked);
    // Its log is a new one, which the witness does not know yet.
    expect(node.node.witnesses?.status.isCompared).toBe(false);
    await node.close();
  });

  it('is not written on either once it has another history than the witness saw', async () => {
    const { asked } = await rolledBack();
    // Without asking, it becomes as long as the lost one was, and longer.
    const forked = await openTestNode(root);
    for (let epoch = 0; epoch < 4; epoch++) await anchorOnce(forked);
    await forked.close();
    const error = await rejection(openTestNode(root, asked));
    expect(error.code).toBe('LEDGER_READ_ONLY');
    expect(error.message).toMatch(/^the witness "one" says that the epoch log has not grown/);
  });

  it('is found out as soon as the witness answers, where it did not at the start', async () => {
    const { asked } = await rolledBack();
    const { witnessing } = asked;
    if (!witnessing) throw new Error('a policy was set');
    let isUp = false;
    const failures: string[] = [];
    const late = await openTestNode(root, {
      witnessing: {
        ...witnessing,
        send: (message) =>
          witnessing.send(
            isUp ? message : { ...message, url: 'http://127.0.0.1:1/add-checkpoint' },
          ),
      },
      onFailure: ({ message }) => failures.push(message),
    });
    expect(late.node.witnesses?.status.isCompared).toBe(false);
    isUp = true;
    await anchorOnce(late);
    expect(failures).toEqual([expect.stringMatching(/^the witness "one"|^the epoch log has/)]);
    await late.close();
  });

  it('is none for a witness that says what it likes: a size that is no more holds up nothing', async () => {
    const first = await openTestNode(root);
    await anchorOnce(first);
    await first.close();
    const other = formatVerifierKey(witnessKey('other.example').key);
    const double = await witnessDouble((_, response) => {
      response.writeHead(409, { 'content-type': 'text/x.tlog.size' }).end('1\n');
    });
    closers.push(() => double.close());
    const node = await openTestNode(root, asking(other, double.url));
    expect(double.asked.length).toBeGreaterThan(0);
    expect(node.node.witnesses?.status.isCompared).toBe(false);
    await node.close();
  });
});
