/** What a writer with all keys may try, and what a replica makes of it: caught, and proven where a signature allows. */
import { describe, expect, it } from '@jest/globals';
import type { UnixMillis } from '../../../src/base/brand.js';
import { verifiedHead } from '../../../src/replication/replica/known-log.js';
import { proofFromHeads } from '../../../src/replication/replica/prove.js';
import {
  BLOCK_KEY,
  type HostileWriter,
  KEYS,
  ORIGIN,
  PINNED,
  START,
} from '../support/hostile-writer.js';
import type { TestReplica } from '../support/replica.js';
import { expectProof, expectProven, Stage } from '../support/stage.js';

const stage = Stage.forEach();

/** Blocks of three entries each, all stored by the replica. */
async function grown(blocks: number, blockKey: Uint8Array | null = BLOCK_KEY) {
  const writer = await stage.writer();
  const one = await stage.replica('one', { blockKey });
  stage.connect(one.log, writer);
  for (let block = 0; block < blocks; block++) await writer.write(3);
  await one.log.announce(await writer.announcement());
  await one.settled(3 * blocks);
  return { writer, one };
}

async function rewrite(writer: HostileWriter, from: number, blocks: number, fork: number) {
  await writer.cut(from, fork);
  for (let block = 0; block < blocks; block++) await writer.write(3, 'b');
}

function expectKept({ log, stored }: TestReplica, size: number): void {
  expect(log.stored?.size).toBe(size);
  expect(stored.at(-1)?.size).toBe(size);
}

describe.each([
  ['a reader', BLOCK_KEY],
  ['a blind replica', null],
])('before %s, a writer', (_name, blockKey) => {
  it('that rewrites under the same fork number is proven to, by its trees', async () => {
    const { writer, one } = await grown(4, blockKey);
    await stage.cutOff();
    await rewrite(writer, 2, 4, 0);
    // Hypercore closes what it finds a conflict in, at both ends.
    const again = await stage.restarted(writer);
    const announcement = await again.announcement();
    stage.connect(one.log, again);
    await one.log.announce(announcement);
    await one.settled(99);
    await expectProof(one, 'core');
    expectKept(one, 12);
    expect((await one.log.block(3)).length).toBeGreaterThan(0);
  });

  it('that forks at one length is proven to, by its heads', async () => {
    const { writer, one } = await grown(4, blockKey);
    await rewrite(writer, 3, 1, 0);
    await one.log.announce(await writer.announcement());
    await expectProof(one, 'roots');
    expectKept(one, 12);
  });

  it('that signs that it was cut is not followed', async () => {
    const { writer, one } = await grown(4, blockKey);
    await rewrite(writer, 2, 4, 1);
    await one.log.announce(await writer.announcement({ fork: 1 }));
    expect(one.alarms).toMatchObject([{ alarm: { code: 'cut' }, proof: null }]);
    expect(one.log.peerForks()).toMatchObject([{ fork: 1 }]);
    await expect(one.log.announce(await writer.announcement())).rejects.toMatchObject({
      code: 'REPLICA_STOPPED',
    });
    expectKept(one, 12);
  });

  it('that was cut and does not say so is not followed, and its peer is named', async () => {
    const { writer, one } = await grown(4, blockKey);
    await rewrite(writer, 2, 4, 1);
    await one.log.announce(await writer.announcement());
    expect(one.log.peerForks()).toMatchObject([{ fork: 1 }]);
    expectKept(one, 12);
  });

  it.each([
    ['as long', 2, 'roots'],
    ['shorter', 1, 'core'],
    ['longer', 5, 'core'],
  ])('that shows a history %s to another replica is proven to', async (_how, blocks, kind) => {
    const { writer, one } = await grown(2, blockKey);
    await writer.write(3);
    const twin = await stage.twin(writer);
    await writer.write(3);
    await one.log.announce(await writer.announcement());
    await one.settled(12);
    await twin.cut(2, 0);
    for (let block = 0; block < blocks; block++) await twin.write(3, 'b');
    const two = await stage.replica('two', { blockKey });
    stage.connect(two.log, twin);
    await two.log.announce(await twin.announcement());
    await two.settled(twin.size);
    // The two compare heads, and the one that has less fetches from the other.
    if (twin.size > 12) stage.connect(one.log, two.log);
    await one.log.announce(await twin.announcement());
    await one.settled(99);
    await expectProof(one, kind);
    expectKept(one, 12);
  });

  it('that signs another tree hash than its Hypercore has is proven to', async () => {
    const { writer, one } = await grown(2, blockKey);
    await writer.write(3);
    await one.log.announce(await writer.announcement({ treeHash: new Uint8Array(32).fill(7) }));
    await one.settled(99);
    await expectProof(one, 'core');
    expectKept(one, 6);
  });

  it('cannot pass the head of another log for that of this one', async () => {
    const { writer, one } = await grown(2, blockKey);
    await writer.write(3);
    for (const lie of [{ origin: 'log.example/acme/other' }, { origin: `${ORIGIN}/2` }])
      await expect(one.log.announce(await writer.announcement(lie))).rejects.toMatchObject({
        code: 'REPLICA_HEAD_UNVERIFIED',
      });
    const announcement = await writer.announcement();
    await expect(one.log.announce({ ...announcement, origin: 'log.example/x' })).rejects.toThrow();
    expect(one.alarms).toEqual([]);
    expectKept(one, 6);
  });

  it('finds its alarm kept over a restart', async () => {
    const { writer, one } = await grown(4, blockKey);
    await rewrite(writer, 3, 1, 0);
    await one.log.announce(await writer.announcement());
    await stage.cutOff();
    await stage.close(one);
    const again = await stage.replica('one', { blockKey });
    expect(again.log.alarm).toEqual(one.log.alarm);
    await again.log.idle();
    expect(again.log.stored?.size).toBe(12);
    expect((await again.log.block(3)).length).toBeGreaterThan(0);
    await expect(again.log.announce(await writer.announcement())).rejects.toMatchObject({
      code: 'REPLICA_STOPPED',
    });
  });
});

describe('before a reader, a writer', () => {
  it.each([
    ['another root', { rootHash: new Uint8Array(32).fill(7) }],
    ['another size', { size: 10 }],
  ])('that signs %s than its blocks make is caught', async (_what, lie) => {
    const { writer, one } = await grown(2);
    await writer.write(3);
    const announcement = await writer.announcement(lie);
    await writer.write(3);
    await one.log.announce(announcement);
    await one.settled(99);
    expect(one.alarms).toMatchObject([{ alarm: { code: 'head-differs' }, proof: null }]);
    expectKept(one, 6);
  });

  it('hides no false head between two true ones', async () => {
    const { writer, one } = await grown(2);
    await stage.cutOff();
    await writer.write(3);
    await one.log.announce(await writer.announcement({ rootHash: new Uint8Array(32) }));
    await writer.write(3);
    await one.log.announce(await writer.announcement());
    stage.connect(one.log, writer);
    await one.settled(99);
    expect(one.alarms).toMatchObject([{ alarm: { code: 'head-differs' } }]);
    expectKept(one, 6);
  });

  const lies: readonly [string, (writer: HostileWriter) => Promise<void>][] = [
    [
      'a block for another place',
      (writer) => writer.writeStatements(writer.statements(3, 'a'), { at: 9 }),
    ],
    [
      'a block that nobody can open',
      (writer) => writer.writeStatements(writer.statements(3, 'a'), { key: new Uint8Array(32) }),
    ],
    [
      'a block that leaves out an entry',
      (writer) =>
        writer.writeStatements(writer.statements(3, 'a'), { firstIndex: writer.size + 1 }),
    ],
    [
      'statements of other indices',
      (writer) => writer.writeStatements([writer.statement(writer.size + 1, 'a')]),
    ],
    [
      'an entry from the past',
      (writer) =>
        writer.writeStatements([
          { ...writer.statement(writer.size, 'a'), recordedAt: (START - 1) as UnixMillis },
        ]),
    ],
    [
      'another beginning within the log',
      (writer) =>
        writer.writeStatements([
          {
            ...writer.statement(0, 'a'),
            ...{ index: writer.size as never },
            recordedAt: (START + 60) as UnixMillis,
          },
        ]),
    ],
  ];
  it.each(lies)('that writes %s is caught', async (_what, write) => {
    const { writer, one } = await grown(2);
    await write(writer);
    await one.log.announce(await writer.announcement());
    await one.settled(99);
    expect(one.alarms).toMatchObject([{ alarm: { code: 'block' }, proof: null }]);
    expectKept(one, 6);
  });

  it('that begins the log of another origin is caught', async () => {
    const writer = await stage.writer();
    const one = await stage.replica('one');
    stage.connect(one.log, writer);
    await writer.writeStatements([
      { ...writer.statement(0, 'a'), ...{ origin: 'log.example/acme/other' } },
    ]);
    await one.log.announce(await writer.announcement());
    await one.settled(99);
    expect(one.alarms).toMatchObject([{ alarm: { code: 'block' } }]);
    expect(one.stored).toEqual([]);
  });
});

it('two heads of two peers prove what they contradict, and nothing else', async () => {
  const writer = await stage.writer();
  const read = async (lies = {}) =>
    verifiedHead(await writer.checkpoint(lies), ORIGIN, [PINNED.firstKey], KEYS);
  await writer.write(3);
  const one = await read();
  await writer.write(3);
  expect(await proofFromHeads(one, await read())).toBeNull();
  expectProven(await proofFromHeads(one, await read({ length: 1 })), 'binding');
  const other = await read({ rootHash: new Uint8Array(32) });
  expectProven(await proofFromHeads(await read(), other), 'roots');
  for (const lie of [{ length: 3 }, { treeHash: new Uint8Array(32) }])
    expectProven(await proofFromHeads(await read(), await read(lie)), 'binding');
  expect(await proofFromHeads(await read(), await read())).toBeNull();
});
