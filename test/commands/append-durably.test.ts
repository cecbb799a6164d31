/** Appends to a ledger that several nodes keep, over HTTP, while its commits are held back. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { OpenSharing } from '../../src/open-replication.js';
import type { ReadLag } from '../../src/replication/replication-port.js';
import { runCli } from '../cli/support/run-cli.js';
import { eventually } from '../support/eventually.js';
import { FakeTimers } from '../support/fake-timers.js';
import { HeldJournal } from '../support/held-journal.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestService, type TestService } from '../support/test-service.js';

const RECORD = { type: 'a', subject: 'b', payload: {} };
const TIMEOUT = 5_000;

let root: string;
let node: TestService;
let timers: FakeTimers;
let journal: HeldJournal;
/** Null: the ledger is not shared. */
let shared: ReadLag | null;
/** Sizes that are waited for at all members, with what says that they have them. */
let asked: { readonly size: number; readonly have: () => void }[];

const openSharing: OpenSharing = ({ own }) =>
  Promise.resolve({
    onLink: () => undefined,
    port: (links) => ({
      status: () => ({ node: own, links: links.status(), ledgers: [], warnings: [] }),
      statusOf: () => null,
      setGroup: () => Promise.resolve(),
      move: () => Promise.resolve(),
      writerUrl: () => null,
      misbehaviour: () => Promise.resolve(null),
      lagOf: () => shared,
      atAll: (_origin, size, signal) =>
        new Promise((resolve) => {
          const have = (): void => {
            resolve();
          };
          signal.addEventListener('abort', have);
          asked.push({ size, have });
        }),
    }),
    close: () => Promise.resolve(),
    callOff: () => undefined,
    keepers: null,
    chunks: null,
  });

beforeEach(async () => {
  root = await temporaryDirectory();
  [timers, journal, shared, asked] = [new FakeTimers(), new HeldJournal(), null, []];
  const replication = join(root, 'replication.json');
  await writeFile(replication, JSON.stringify({ site: 'a1', peers: [] }));
  const { openJournalFiles } = journal;
  node = await openTestService(root, {
    ...{ replication, openSharing, timers, quorumTimeoutMillis: TIMEOUT },
    store: { openJournalFiles },
  });
  await node.request('/v1/ledgers', { json: { name: 'kyc' } });
  shared = { lag: 0, silentSince: null };
});

afterEach(async () => {
  await node.service.close();
  await removeDirectory(root);
});

interface Answer {
  readonly index?: number;
  readonly durability?: string;
  readonly checkpoint?: string;
  readonly pending?: boolean;
  readonly code?: string;
}

async function append(query = '', key?: string): Promise<[number, Answer]> {
  const headers = key === undefined ? {} : { 'Idempotency-Key': key };
  const path = `/v1/ledgers/kyc/records${query}`;
  const answer = await node.request(path, { json: RECORD, headers });
  return [answer.status, (await answer.json()) as Answer];
}

const size = async (): Promise<number> =>
  ((await (await node.request('/v1/ledgers/kyc')).json()) as { size: number }).size;

describe('an append to a shared ledger', () => {
  it('is answered when it is shown, and says that a quorum has it', async () => {
    const [status, receipt] = await append();
    expect([status, receipt.durability]).toEqual([201, 'quorum']);
    expect(receipt.checkpoint).toMatch(/kyc/);
    expect(timers.pauses).toEqual([]);
  });

  it('is answered without a checkpoint when it takes too long, and goes on', async () => {
    const before = await size();
    const { reached, release } = journal.hold();
    const answer = append('', 'key-1');
    await reached;
    timers.advance(TIMEOUT - 1);
    expect(timers.pauses).toEqual([1]);
    timers.advance(1);
    const [status, pending] = await answer;
    expect([status, pending.pending, pending.checkpoint]).toEqual([202, true, undefined]);
    expect(await size()).toBe(before);

    // The same key waits for the same entry.
    const again = append('', 'key-1');
    await eventually(() => timers.pauses.length > 0, 'the same again');
    release();
    const [then, receipt] = await again;
    expect([then, receipt.index, receipt.durability]).toEqual([200, before, 'quorum']);
    expect(await size()).toBe(before + 1);
  });

  it('waits for all members if it is to, and tells what it got', async () => {
    const answer = append('?durability=all');
    await eventually(() => asked.length === 1, 'all members');
    expect(asked[0]?.size).toBe(await size());
    asked[0]?.have();
    expect(await answer).toMatchObject([201, { durability: 'all' }]);

    const late = append('?durability=all');
    await eventually(() => asked.length === 2, 'all members');
    timers.advance(TIMEOUT);
    expect(await late).toMatchObject([202, { durability: 'quorum' }]);
  });

  it('is refused where it would be on one disk, and enters nothing', async () => {
    const before = await size();
    expect(await append('?durability=local')).toMatchObject([422, { code: 'DURABILITY_REFUSED' }]);
    expect((await append('?durability=some'))[0]).toBe(400);
    expect(await size()).toBe(before);
  });

  it('says so of each line of a stream', async () => {
    const body = `${JSON.stringify(RECORD)}\n{\n${JSON.stringify(RECORD)}\n`;
    const stream = async (query = ''): Promise<Answer[]> => {
      const headers = { 'content-type': 'application/x-ndjson' };
      const path = `/v1/ledgers/kyc/records${query}`;
      const text = await (await node.request(path, { body, headers })).text();
      return text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Answer);
    };
    const entered = { durability: 'quorum' };
    expect(await stream()).toMatchObject([entered, { code: 'JSON_MALFORMED' }, entered]);
    const refused = { code: 'DURABILITY_REFUSED' };
    expect(await stream('?durability=local')).toMatchObject([refused, {}, refused]);
    const { reached, release } = journal.hold();
    const answer = stream();
    await reached;
    timers.advance(TIMEOUT);
    await eventually(() => timers.pauses.length === 0, 'the end of waiting');
    release();
    // What is wrong with a line is found out on the way.
    expect((await answer).map(({ pending }) => pending)).toEqual([true, true, true]);
  });

  it('is pending for people, and ends with 1', async () => {
    const env = { CHIROGRAPH_URL: node.service.url, CHIROGRAPH_KEY: node.adminKey };
    const file = join(root, 'record.json');
    await writeFile(file, JSON.stringify(RECORD));
    for (const [more, says] of [
      [[], /^pending: /],
      [['--ndjson'], /^line 1: pending: /],
    ] as const) {
      const { reached, release } = journal.hold();
      const said = runCli(['append', 'kyc', file, ...more], env);
      await reached;
      timers.advance(TIMEOUT);
      const { code, stdout } = await said;
      expect([code, stdout]).toEqual([1, expect.stringMatching(says)]);
      release();
      await eventually(() => timers.pauses.length === 0, 'the end of waiting');
    }
    const done = await runCli(['append', 'kyc', file, '--durability', 'quorum'], env);
    expect([done.code, done.stdout]).toEqual([0, expect.stringMatching(/ \(quorum\)$/m)]);
  });
});

describe('an append to a ledger that one node keeps', () => {
  it('is local, says so if it is asked, and is nothing else', async () => {
    shared = null;
    expect(await append()).toEqual([201, expect.not.objectContaining({ durability: 'local' })]);
    expect(await append('?durability=local')).toMatchObject([201, { durability: 'local' }]);
    for (const more of ['quorum', 'all'])
      expect(await append(`?durability=${more}`)).toMatchObject([422, {}]);
  });
});
