/** A whole store put back to an older copy, key store and marks included: only its witnesses remember. */
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { TreeSize } from '../src/base/brand.js';
import { utf8 } from '../src/base/bytes.js';
import { silentLogger } from '../src/base/logger.js';
import { RandomPool } from '../src/base/random.js';
import { systemClock } from '../src/base/time.js';
import { contradictionOf } from '../src/checkpoint/witness-memory.js';
import { witnessSender } from '../src/checkpoint/witness-sender.js';
import { goOnAsSuccessor } from '../src/go-on.js';
import { DirectoryKeyStore } from '../src/keys/directory-key-store.js';
import type { LedgerNodeOptions } from '../src/ledger-node.js';
import { witnessReasons } from '../src/open-witnesses.js';
import { formatVerifierKey } from '../src/tlog/note-key.js';
import { parseWitnessPolicy } from '../src/tlog/witness-policy.js';
import { WitnessService } from '../src/witness-service.js';
import { makeKeys, placesIn } from './checkpoint/support/opened-witness.js';
import { type WitnessDouble, witnessDouble } from './checkpoint/support/witness-double.js';
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

const LIAR = formatVerifierKey(witnessKey('liar.example').key);

/** A witness that says it has more, and shows `shown` for it. */
async function lying(claim: 409 | 422, shown: string | null): Promise<WitnessDouble> {
  const double = await witnessDouble((body, response) => {
    // What is asked for with GET has no body.
    if (body === '')
      response.writeHead(shown === null ? 404 : 200, { 'content-type': 'text/plain' }).end(shown);
    else response.writeHead(claim, { 'content-type': 'text/x.tlog.size' }).end('1000000\n');
  });
  closers.push(() => double.close());
  return double;
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
      /^the epoch log has \d+ entries and the witness "one" says that it has cosigned \d+, and shows that head with the log's own signature: .*restore --successor/,
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
    expect(error.message).toMatch(
      /^the witness "one" says that the epoch log has not grown from what it cosigned, and shows that head/,
    );
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

describe('a witness that lies', () => {
  const CLAIMS = [
    ['that it has more, and shows nothing', 409, () => null],
    ['that it has more, and shows what the log has', 409, (note: string) => note],
    [
      'that it has more, and shows what the log did not sign',
      409,
      (note: string) => note.replace(/\n\d+\n/, '\n1000000\n'),
    ],
    ['that it has another history, and shows nothing', 422, () => null],
    ['that it has another history, and shows what the log has', 422, (note: string) => note],
  ] as const;

  async function opened(): Promise<{ readonly verifierKey: string; readonly note: string }> {
    const first = await openTestNode(root);
    await anchorOnce(first);
    const { epochs } = first.node.epochs;
    const { verifierKey } = epochs;
    const note = await epochs.checkpointAt(epochs.head.size);
    await first.close();
    return { verifierKey, note };
  }

  it.each(CLAIMS)('%s, stops nothing where another knows better', async (_, claim, shown) => {
    const { verifierKey, note } = await opened();
    await makeKeys(placesIn(root));
    const honest = await openWitness(verifierKey);
    const liar = await lying(claim, shown(note));
    const policy = parseWitnessPolicy(
      utf8(
        `witness one ${honest.verifierKey} ${honest.url}\nwitness liar ${LIAR} ${liar.url}\ngroup g any one liar\nquorum g\n`,
      ),
    );
    const internal = [honest.url, liar.url].map((url) => new URL(url).host);
    const send = witnessSender(policy, { internal });
    const failures: string[] = [];
    const node = await openTestNode(root, {
      witnessing: { policy, send },
      onFailure: ({ message }) => failures.push(message),
    });
    closers.push(() => node.close());
    const { witnesses } = node.node;
    expect(witnesses?.status).toMatchObject({ isCompared: true, unproven: ['liar'] });
    expect(witnessReasons(witnesses)).toEqual([
      expect.stringMatching(/^1 witnesses say, and do not prove/),
    ]);
    await anchorOnce(node);
    expect(witnesses?.status).toMatchObject({ unproven: ['liar'], missed: 0 });
    expect(failures).toEqual([]);
  });

  it.each(CLAIMS)('%s, is believed where nobody else remembers', async (_, claim, shown) => {
    const { note } = await opened();
    const liar = await lying(claim, shown(note));
    const error = await rejection(openTestNode(root, asking(LIAR, liar.url)));
    expect(error.code).toBe('LEDGER_READ_ONLY');
    expect(error.message).toMatch(
      /it shows no head that the log signed, and no other witness knows better/,
    );
  });

  it('is told from one that is right: a signed head outweighs whoever agrees', () => {
    const size = 3 as TreeSize;
    const claim = { witness: 'one', kind: 'ahead', size, isProven: true } as const;
    const word = { ...claim, witness: 'liar', isProven: false } as const;
    expect(contradictionOf(size, [word], true)).toBeNull();
    expect(contradictionOf(size, [word, claim], true)).toMatch(/witness "one" says/);
    expect(contradictionOf(size, [word], false)).toMatch(/witness "liar" says/);
    expect(contradictionOf(size, [], false)).toBeNull();
  });
});
