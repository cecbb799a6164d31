import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  SignatureFollower,
  type SignatureFollowerOptions,
} from '../../src/augmentation/signature-follower.js';
import type { HoldUp } from '../../src/augmentation/waiting-signatures.js';
import type { LeafIndex, UnixMillis } from '../../src/base/brand.js';
import { UTC } from '../../src/base/calendar.js';
import { silentLogger } from '../../src/base/logger.js';
import { appendRecords } from '../../src/commands/append-records.js';
import { attachSignature } from '../../src/commands/attach-signature.js';
import { durableFileSystem } from '../../src/keys/durable-file.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { findEntry } from '../../src/queries/find-entry.js';
import { listSignatures } from '../../src/queries/list-signatures.js';
import { openEntry } from '../../src/queries/opened-entry.js';
import { newestVersion } from '../../src/queries/signature-chains.js';
import { parseRecordInput } from '../../src/records/record-input.js';
import { timesAugmented } from '../support/augmented-cms.js';
import { FaultyFiles, PowerCut } from '../support/faulty-files.js';
import { fsckFindings } from '../support/fsck-findings.js';
import { HeldStep } from '../support/held-step.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { openTestNode, type TestNode } from '../support/test-node.js';
import { ScriptedAugmenter } from './scripted-augmenter.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let root: string;
let opened: TestNode;
let augmenter: ScriptedAugmenter;
let follower: SignatureFollower;

beforeEach(async () => {
  root = await temporaryDirectory();
  opened = await openTestNode(root);
  await opened.node.createLedger('default', 'kyc');
  augmenter = new ScriptedAugmenter();
  follower = await SignatureFollower.open(options());
});

afterEach(async () => {
  await opened.close();
  await removeDirectory(root);
});

function options(more: Partial<SignatureFollowerOptions> = {}): SignatureFollowerOptions {
  const { clock, random } = opened;
  return {
    dataDirectory: join(root, 'data'),
    augmenter,
    clock,
    random,
    logger: silentLogger,
    ledgers: () => opened.node.store.allLedgers(),
    vaultOf: (tenant) => opened.node.store.vaultOf(tenant),
    graceMillis: 24 * HOUR,
    renewalCheckMillis: DAY,
    concurrency: 4,
    ...more,
  };
}

function kyc(): Ledger {
  const { store } = opened.node;
  const tenant = store.tenantNamed('default')?.handle ?? '';
  return store.ledger(tenant, 'kyc');
}

const marksOf = () => opened.node.marksOf(kyc().reader.origin);

/** A record with a seal. @returns the index of the record. */
async function signedRecord(): Promise<LeafIndex> {
  const { node, clock, random } = opened;
  const ledger = kyc();
  const { tenant } = ledger.identity;
  const index = ledger.reader.head.size as number as LeafIndex;
  await appendRecords(
    {
      store: node.store,
      clock,
      random,
      marksOf,
      idempotencyKey: (handle) => node.tenantKeys(handle).idempotency,
    },
    { tenant, ledger: 'kyc', author: 'bank' },
    [
      {
        record: parseRecordInput({ type: 'T', subject: 'anna', payload: {} }),
        idempotencyKey: null,
      },
    ],
  );
  const { statement } = await ledger.reader.entry(index);
  const cms = await node.seal?.seal(statement, clock.now());
  if (cms === undefined) throw new Error('the node has a seal');
  await attachSignature(
    { clock, random, marksOf, trustAnchors: [] },
    {
      ledger,
      vault: node.store.vaultOf(tenant),
      found: await findEntry(ledger, String(index)),
      author: 'bank',
    },
    cms,
  );
  return index;
}

/** How often the signature of a record has been raised, and in how many versions. */
async function levelOf(record: LeafIndex): Promise<[times: number, versions: number]> {
  const ledger = kyc();
  const { clock, node } = opened;
  const vault = node.store.vaultOf(ledger.identity.tenant);
  const logs = { ledger, vault, marksOf, clock, timeZone: UTC };
  const { items } = await listSignatures(
    { trustAnchors: [], waitingOf: null },
    logs,
    String(record),
    { limit: 1 },
  );
  const [one] = items;
  if (one === undefined) throw new Error('the record is not signed');
  const entry = await openEntry(vault, await ledger.reader.entry(one.index as LeafIndex));
  if (entry.kind !== 'signature') throw new Error('not a signature');
  return [timesAugmented(entry.payload.bytes), one.versions.length];
}

/** What holds up the signature of a record. */
async function waitingOf(record: LeafIndex): Promise<HoldUp | null> {
  const { reader } = kyc();
  const index = await newestVersion(reader, (record + 1) as LeafIndex);
  const entry = await openEntry(
    opened.node.store.vaultOf(kyc().identity.tenant),
    await reader.entry(index),
  );
  if (entry.kind !== 'signature') throw new Error('not a signature');
  return follower.waitingOf(reader.handle, index, entry.payload.bytes);
}

async function turns(): Promise<void> {
  while (await follower.turn());
}

async function restart(more: Partial<SignatureFollowerOptions> = {}): Promise<void> {
  const { clock } = opened;
  await opened.close();
  opened = await openTestNode(root, { clock });
  Object.assign(opened, { clock });
  follower = await SignatureFollower.open(options(more));
}

describe('a signature', () => {
  it('is stamped at once, gets validation data after the grace period, and is archived with the batch', async () => {
    const record = await signedRecord();
    await turns();
    expect(await levelOf(record)).toEqual([1, 2]);
    opened.clock.advance(24 * HOUR - 1);
    await turns();
    expect(await levelOf(record)).toEqual([1, 2]);
    opened.clock.advance(1);
    await turns();
    expect(await levelOf(record)).toEqual([2, 3]);
    await turns();
    expect(await levelOf(record)).toEqual([2, 3]);
    follower.beginBatch();
    await turns();
    expect(await levelOf(record)).toEqual([3, 4]);
    expect(augmenter.taken).toEqual(['T', 'LT', 'LTA']);
    expect(follower.backlog).toMatchObject({
      due: { T: 0, LT: 0, LTA: 0 },
      waiting: 0,
      setAside: 0,
      oldest: null,
      appended: 3,
    });
  });

  it('is renewed once its last time-stamp is about to end, found by the daily look', async () => {
    const records = [await signedRecord(), await signedRecord()];
    await turns();
    opened.clock.advance(DAY);
    await turns();
    follower.beginBatch();
    await turns();
    augmenter.renewalDueAt = opened.clock.now() + 10 * DAY;
    opened.clock.advance(9 * DAY);
    await turns();
    for (const record of records) expect(await levelOf(record)).toEqual([3, 4]);
    opened.clock.advance(2 * DAY);
    await turns();
    for (const record of records) expect(await levelOf(record)).toEqual([4, 5]);
  });

  it('is raised in a month whose secrets it did not have when it was attached', async () => {
    const record = await signedRecord();
    opened.clock.advance(31 * DAY);
    await turns();
    expect((await levelOf(record))[0]).toBe(1);
  });
});

describe('an outage', () => {
  it('of time-stamps delays all, loses none, and shows how many wait and since when', async () => {
    augmenter.answer = ({ step }) =>
      step === 'LT' ? null : { kind: 'no-time-stamps', reason: 'no authority answers' };
    const since = opened.clock.now();
    const records = [await signedRecord(), await signedRecord()];
    await turns();
    expect(follower.backlog).toMatchObject({
      due: { T: 2 },
      oldest: since,
      timeStampFailures: 1,
      timeStampReason: 'no authority answers',
      setAside: 0,
    });
    await turns();
    // Not asked again before the pause is over.
    expect(follower.backlog.failed).toBe(2);
    opened.clock.advance(HOUR);
    await turns();
    expect(follower.backlog.timeStampFailures).toBe(2);
    augmenter.answer = () => null;
    opened.clock.advance(HOUR);
    await turns();
    for (const record of records) expect(await levelOf(record)).toEqual([1, 2]);
    expect(follower.backlog).toMatchObject({ due: { T: 0 }, oldest: null, timeStampFailures: 0 });
  });

  it('of which the end is known is waited out until then, or until the clock goes back', async () => {
    const { clock } = opened;
    const until = (clock.now() + 30 * DAY) as UnixMillis;
    const reason = 'the budget is used up';
    augmenter.answer = ({ step }) =>
      step === 'LT' ? null : { kind: 'no-time-stamps', reason, until };
    const record = await signedRecord();
    await turns();
    expect(await waitingOf(record)).toEqual({ step: 'T', since: clock.now(), until, reason });
    clock.advance(30 * DAY - 1);
    await turns();
    expect(follower.backlog.failed).toBe(1);
    clock.advance(1 - 31 * DAY);
    await turns();
    expect(follower.backlog).toMatchObject({ failed: 2, timeStampFailures: 2 });
    augmenter.answer = () => null;
    clock.advance(31 * DAY);
    await turns();
    expect(await levelOf(record)).toEqual([1, 2]);
  });

  it('is what signatures wait for that are due for such a step, and no others', async () => {
    const stamped = await signedRecord();
    await turns();
    augmenter.answer = () => ({
      kind: 'no-time-stamps',
      reason: `no\nauthority ${'!'.repeat(400)}`,
    });
    const since = opened.clock.now();
    const first = await signedRecord();
    await turns();
    opened.clock.advance(500);
    const second = await signedRecord();
    await turns();
    const held = { step: 'T', until: since + 1000 };
    expect(await waitingOf(first)).toMatchObject({ ...held, since });
    const waiting = await waitingOf(second);
    expect(waiting).toMatchObject({ ...held, since: since + 500 });
    expect(waiting?.reason).toMatch(/^no authority !{287}$/);
    // It has its time-stamp, and waits for the grace period.
    expect(await waitingOf(stamped)).toBeNull();
    augmenter.answer = () => null;
    opened.clock.advance(HOUR);
    await turns();
    expect(await waitingOf(second)).toBeNull();
  });

  it('of one signature’s revocation service holds up no other, and is tried again', async () => {
    const records = [await signedRecord(), await signedRecord()];
    await turns();
    opened.clock.advance(DAY);
    let isFirst = true;
    augmenter.answer = () => {
      if (!isFirst) return null;
      isFirst = false;
      return { kind: 'no-revocation', reason: 'the responder does not answer' };
    };
    await turns();
    expect((await Promise.all(records.map(levelOf))).map(([times]) => times).sort()).toEqual([
      1, 2,
    ]);
    expect(follower.backlog).toMatchObject({ waiting: 1, setAside: 0 });
    opened.clock.advance(HOUR);
    await turns();
    for (const record of records) expect((await levelOf(record))[0]).toBe(2);
    expect(follower.backlog.waiting).toBe(0);
  });

  it('of the log itself is waited out', async () => {
    const record = await signedRecord();
    opened.node.store.refuseWrites('for the test');
    await turns();
    expect(follower.backlog.due.T).toBe(1);
    opened.node.store.allowWrites();
    opened.clock.advance(HOUR);
    await turns();
    expect(await levelOf(record)).toEqual([1, 2]);
  });
});

describe('a signature of which nothing more can come', () => {
  it('is set aside with its reason, holds up no other, and is looked at again after a day', async () => {
    const [poison, other] = [await signedRecord(), await signedRecord()];
    let refused = 0;
    const { statement } = await kyc().reader.entry(poison);
    augmenter.answer = ({ content }) => {
      if (Buffer.compare(content, statement) !== 0) return null;
      refused++;
      return { kind: 'refused', reason: 'its certificate leads nowhere' };
    };
    await turns();
    expect(await levelOf(other)).toEqual([1, 2]);
    expect(follower.backlog).toMatchObject({ due: { T: 0 }, setAside: 1, waiting: 0 });
    const place = (poison + 1) as LeafIndex;
    expect(follower.waitingOf(kyc().reader.handle, place, new Uint8Array())).toMatchObject({
      step: 'T',
      until: null,
      reason: 'its certificate leads nowhere',
    });
    opened.clock.advance(HOUR);
    await restart();
    await turns();
    expect(refused).toBe(1);
    opened.clock.advance(DAY);
    augmenter.answer = () => null;
    await turns();
    expect((await levelOf(poison))[0]).toBeGreaterThan(0);
    expect(follower.backlog.setAside).toBe(0);
  });

  it('also if what came of it was another signature, or the augmenter threw', async () => {
    const record = await signedRecord();
    const other = await signedRecord();
    const foreign = await opened.node.seal?.seal(new Uint8Array(3), opened.clock.now());
    if (foreign === undefined) throw new Error('the node has a seal');
    const { statement } = await kyc().reader.entry(record);
    augmenter.answer = ({ content }) => {
      if (Buffer.compare(content, statement) !== 0) throw new Error('a fault in an augmenter');
      return { kind: 'augmented', cms: foreign };
    };
    await turns();
    expect(await levelOf(record)).toEqual([0, 1]);
    expect(await levelOf(other)).toEqual([0, 1]);
    expect(follower.backlog).toMatchObject({ setAside: 1, waiting: 1 });
  });
});

describe('a restart', () => {
  it('goes on where it was, without asking again for what is there', async () => {
    const record = await signedRecord();
    await turns();
    await restart();
    await turns();
    expect(augmenter.taken).toEqual(['T']);
    opened.clock.advance(DAY);
    await turns();
    expect(await levelOf(record)).toEqual([2, 3]);
  });

  it.each([
    ['missing', async (path: string) => rm(path)],
    ['damaged', async (path: string) => writeFile(path, (await readFile(path)).fill(0x20, 40, 60))],
    ['of a later version', async (path: string) => writeFile(path, '{"$v":2}')],
  ])('makes again what it kept if that is %s', async (_, harm) => {
    const record = await signedRecord();
    await turns();
    await harm(join(root, 'data', 'augmentation.json'));
    await restart();
    await signedRecord();
    await turns();
    expect(augmenter.taken).toEqual(['T', 'T']);
    expect(await levelOf(record)).toEqual([1, 2]);
  });

  it.each(['stage', 'journal', 'log', 'vault', 'state', 'acknowledge'] as const)(
    'after a crash at the step %s of a version leaves one version, and goes on',
    async (step) => {
      const { clock } = opened;
      await opened.close();
      const held = new HeldStep();
      opened = await openTestNode(root, { clock, observer: held, onFailure: () => undefined });
      Object.assign(opened, { clock });
      follower = await SignatureFollower.open(options());
      const record = await signedRecord();
      const { reached, release } = held.hold(step);
      const turning = turns();
      await reached;
      release(new Error('a crash'));
      await turning;
      await opened.close().catch(() => undefined);
      expect(await fsckFindings(root)).toEqual([]);
      opened = await openTestNode(root, { clock });
      Object.assign(opened, { clock });
      follower = await SignatureFollower.open(options());
      clock.advance(HOUR);
      await turns();
      expect(await levelOf(record)).toEqual([1, 2]);
    },
  );

  it('finds what could not be written at first: it is written as soon as that can be', async () => {
    let isFull = false;
    const files = {
      ...durableFileSystem,
      write: (path: string, bytes: Uint8Array, mode: number) =>
        isFull ? Promise.reject(new Error('no space')) : durableFileSystem.write(path, bytes, mode),
    };
    await restart({ files });
    await signedRecord();
    await turns();
    augmenter.answer = () => ({ kind: 'refused', reason: 'no anchor' });
    const record = await signedRecord();
    isFull = true;
    await expect(follower.turn()).rejects.toThrow('no space');
    await expect(follower.turn()).rejects.toThrow('no space');
    isFull = false;
    // Nothing else happens in it.
    await follower.turn();
    await restart();
    expect(follower.backlog.setAside).toBe(1);
    expect(await waitingOf(record)).toMatchObject({ step: 'T', until: null, reason: 'no anchor' });
  });

  it('after a power cut at any step of its own file goes on from the one before or after', async () => {
    const record = await signedRecord();
    for (const fault of ['before', 'torn', 'after'] as const)
      for (let step = 0; step < 4; step++) {
        await restart({ files: new FaultyFiles(step, fault) });
        opened.clock.advance(HOUR);
        // Something to write: a batch, or at least a look at what is new.
        await signedRecord();
        await expect(turns()).rejects.toBeInstanceOf(PowerCut);
        await restart();
        await turns();
        expect(await levelOf(record)).toEqual([1, 2]);
      }
    expect(await fsckFindings(root)).toEqual([]);
  });
});

describe('an erased person', () => {
  it('is nobody whose signature is kept', async () => {
    await signedRecord();
    const { store } = opened.node;
    const erased = new Proxy(store.vaultOf(kyc().identity.tenant), {
      get: (vault, name) =>
        name === 'secretOfRow'
          ? () => Promise.resolve(null)
          : (Reflect.get(vault, name, vault) as unknown),
    });
    follower = await SignatureFollower.open(options({ vaultOf: () => erased }));
    await turns();
    expect(augmenter.taken).toEqual([]);
    expect(follower.backlog).toMatchObject({ due: { T: 0 }, waiting: 0, setAside: 0 });
  });
});

export const beginning: UnixMillis = 0 as UnixMillis;
