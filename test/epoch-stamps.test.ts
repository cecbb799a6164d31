/** A node whose epoch log is time-stamped: what it says of it, and what evidence proves with it. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { utf8 } from '../src/base/bytes.js';
import { parseTrust } from '../src/evidence/trust.js';
import { verifyBytes } from '../src/evidence/verify-file.js';
import { verifyEvidence } from '../src/evidence/verify.js';
import { answer, append, createLedger } from './api/support/ledger-client.js';
import { FakeClock } from './support/fake-clock.js';
import { removeDirectory, temporaryDirectory } from './support/temporary-directory.js';
import {
  openTestService,
  type TestService,
  type TestServiceOptions,
} from './support/test-service.js';

interface Backend {
  readonly kind: string;
  readonly name: string | null;
  readonly size: number;
  readonly at: string | null;
  readonly waiting: { readonly epochs: number; readonly since: string | null };
  readonly missed: number;
  readonly failure: string | null;
  readonly nextAt: string | null;
  readonly alarms: readonly { readonly code: string; readonly subject: string | null }[];
}

interface Anchors {
  readonly epochSize: number;
  readonly backends: readonly Backend[];
}

let root: string;
let node: TestService;
const clock = new FakeClock();
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(async () => {
  await node.service.close();
  await removeDirectory(root);
});

async function open(options: TestServiceOptions = {}): Promise<void> {
  node = await openTestService(root, {
    timeStamps: 'development',
    epochTimeStampMillis: 0,
    clock,
    ...options,
  });
}

async function backend(kind: string): Promise<Backend | undefined> {
  const { backends } = await answer<Anchors>(node.request('/v1/anchors'));
  return backends.find((one) => one.kind === kind);
}

/** Makes an epoch, and waits until the backend has it or has failed. */
async function epoch(kind: string): Promise<Backend> {
  await append(node, 'kyc');
  const before = await backend(kind);
  const { epochSize } = await answer<Anchors>(node.request('/v1/anchors', { method: 'POST' }));
  for (let look = 0; ; look++) {
    const now = await backend(kind);
    if (look > 500) throw new Error(`it does not come: ${JSON.stringify(now)}`);
    if (now?.size === epochSize || (now !== undefined && now.missed > (before?.missed ?? 0)))
      return now;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('a node with time-stamps', () => {
  it('has its epochs stamped, says so everywhere, and evidence proves it', async () => {
    await open();
    await createLedger(node, 'kyc');
    const stamped = await epoch('time-stamps');
    expect(stamped).toMatchObject({
      at: new Date(clock.now()).toISOString(),
      waiting: { epochs: 0, since: null },
      ...{ missed: 0, failure: null, nextAt: null, alarms: [] },
    });
    expect(stamped.name).toMatch(/DEVELOPMENT ONLY/);
    expect(await backend('chain')).toMatchObject({ name: 'devchain', missed: 0 });
    const of = await answer<{ timeStamp: { size: number; checkpoint: string } | null }>(
      node.request('/v1/anchors/1'),
    );
    expect(of.timeStamp).toMatchObject({ size: 2, at: stamped.at, authority: stamped.name });
    const { finality, size } = await answer<{ finality: object; size: number }>(
      node.request('/v1/ledgers/kyc'),
    );
    expect(finality).toMatchObject({ timestamped: size });
    expect(await answer(node.request('/v1/ledgers/kyc/records/1'))).toMatchObject({
      finality: { timestamped: true },
    });
    const later = await append(node, 'kyc');
    expect(later.finality).toMatchObject({ timestamped: false });

    const file = new Uint8Array(
      await (await node.request('/v1/ledgers/kyc/records/1/evidence')).arrayBuffer(),
    );
    const trust = parseTrust(utf8(await (await node.request('/v1/trust')).text()));
    const report = verifyEvidence(file, trust);
    const check = report.checks.find(({ id }) => id === 'epoch-time-stamp');
    expect(check).toMatchObject({ result: 'pass', word: 'trust' });
    expect(report.entry?.stamped).toEqual({
      at: clock.now(),
      authority: stamped.name,
    });
    const unknown = verifyEvidence(file, { ...trust, certificates: [] });
    expect(unknown.checks.find(({ id }) => id === 'epoch-time-stamp')).toMatchObject({
      ...{ result: 'not-present', word: null },
    });
    expect(unknown.entry?.stamped).toBeUndefined();
  });

  it('gives out whole answers with the time-stamp over the head that holds them', async () => {
    await open();
    await createLedger(node, 'kyc');
    const { index } = await append(node, 'kyc');
    const path = `/v1/ledgers/kyc/subjects/customer-4711/evidence?asOf=${index + 1}`;
    const collection = async () => new Uint8Array(await (await node.request(path)).arrayBuffer());
    // The first asking makes the map, which the next epoch takes.
    const before = await collection();
    await epoch('time-stamps');
    const trust = parseTrust(utf8(await (await node.request('/v1/trust')).text()));
    const stampIn = (file: Uint8Array, roots = trust) =>
      verifyBytes(file, roots).checks.find(({ id }) => id === 'epoch-time-stamp');
    expect(stampIn(before)).toBeUndefined();
    const after = await collection();
    expect(stampIn(after)).toMatchObject({ result: 'pass', word: 'trust' });
    expect(stampIn(after, { ...trust, certificates: [] })).toMatchObject({ result: 'not-present' });
  });

  it('goes on while stamps cannot be kept, says so, and stamps what waited', async () => {
    await open();
    await createLedger(node, 'kyc');
    // A file where the directory is to be.
    await writeFile(join(root, 'data', 'stamps'), '');
    const failed = await epoch('time-stamps');
    expect(failed).toMatchObject({ size: 0, missed: 1, failure: 'INTERNAL' });
    expect(failed.waiting).toMatchObject({ epochs: 1 });
    const { reasons } = await answer<{ reasons: string[] }>(node.request('/readyz', { key: '' }));
    expect(reasons).toContainEqual(expect.stringMatching(/^the epoch log was not time-stamped, 1/));
    expect(await readFile(join(root, 'data', 'stamps'), 'utf8')).toBe('');
  });

  it('adds its checkpoints to a directory, and says where that contradicts it', async () => {
    const anchorFiles = join(root, 'media');
    await open({ anchorFiles });
    await createLedger(node, 'kyc');
    const files = await epoch('files');
    expect(files).toMatchObject({ name: null, missed: 0, alarms: [], waiting: { epochs: 0 } });
    const { checkpoint } = await answer<{ checkpoint: string }>(
      node.request(`/v1/anchors/${files.size - 1}`),
    );
    const [handle = ''] = await readdir(anchorFiles);
    const subject = (size: number): string =>
      `${handle}/00000000/${String(size).padStart(12, '0')}.checkpoint`;
    expect(await readFile(join(anchorFiles, subject(files.size)), 'utf8')).toBe(checkpoint);
    await writeFile(join(anchorFiles, subject(files.size + 1)), 'of another history');
    const told = await epoch('files');
    expect(told.alarms).toEqual([{ code: 'differs', subject: subject(files.size + 1) }]);
    const { reasons } = await answer<{ reasons: string[] }>(node.request('/readyz', { key: '' }));
    expect(reasons).toContainEqual(expect.stringMatching(/^1 anchor files are not what/));
  });

  it.each([{ timeStamps: 'off' as const }, { epochTimeStamps: 'off' as const }])(
    'is not one with %j',
    async (options) => {
      await open(options);
      expect(await backend('time-stamps')).toBeUndefined();
      expect(await backend('chain')).toMatchObject({ size: 0 });
    },
  );
});
