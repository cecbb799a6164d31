/** What an honest log and its replicas come to, over real Hypercores and Noise links. */
import { describe, expect, it } from '@jest/globals';
import type { ToSecure } from '../../../src/replication/replica/fetching.js';
import { eventually } from '../../support/eventually.js';
import { BLOCK_KEY } from '../support/hostile-writer.js';
import { Stage } from '../support/stage.js';

const stage = Stage.forEach();

describe.each([
  ['a reader', BLOCK_KEY],
  ['a blind replica', null],
])('%s of an honest writer', (_name, blockKey) => {
  it('stores what was announced, head by head', async () => {
    const writer = await stage.writer();
    const one = await stage.replica('one', { blockKey });
    stage.connect(one.log, writer);
    for (let block = 1; block <= 5; block++) {
      await writer.write(3);
      await one.log.announce(await writer.announcement());
      await one.settled(3 * block);
      expect(one.log.stored).toMatchObject({ size: 3 * block, binding: { length: block } });
    }
    expect(one.stored.map(({ size }) => size)).toEqual([3, 6, 9, 12, 15]);
    expect([one.failures, one.alarms, one.invalid]).toEqual([[], [], []]);
  });

  it('catches up in pieces, and compares every head on the way', async () => {
    const writer = await stage.writer();
    const limits = { blocksAhead: 4, headsAhead: 3 };
    const one = await stage.replica('one', { blockKey, limits });
    const heads = [];
    for (let block = 0; block < 21; block++) {
      await writer.write(2);
      if (block % 10 === 0) heads.push(await writer.announcement());
    }
    for (const head of heads.reverse()) await one.log.announce(head);
    await writer.write(1);
    await expect(one.log.announce(await writer.announcement())).rejects.toMatchObject({
      code: 'REPLICA_BUSY',
    });
    stage.connect(one.log, writer);
    await one.settled(42);
    expect(one.log.stored).toMatchObject({ size: 42, binding: { length: 21 } });
    expect([one.failures, one.alarms, one.invalid]).toEqual([[], [], []]);
  });

  it('goes on after a restart from what it remembers, and from another replica', async () => {
    const writer = await stage.writer();
    const [one, two] = [await stage.replica('one', { blockKey }), await stage.replica('two')];
    stage.connect(one.log, writer);
    for (let block = 0; block < 3; block++) await writer.write(3);
    await one.log.announce(await writer.announcement());
    await one.settled(9);
    await stage.cutOff();
    await stage.close(one);
    const again = await stage.replica('one', { blockKey });
    await again.settled(9);
    expect(again.stored.map(({ size }) => size)).toEqual([9]);
    stage.connect(again.log, two.log);
    await two.log.announce(await writer.announcement());
    await two.settled(9);
    expect(two.log.stored?.size).toBe(9);
  });

  it('takes older heads for what they are', async () => {
    const writer = await stage.writer();
    const one = await stage.replica('one', { blockKey });
    stage.connect(one.log, writer);
    await writer.write(3);
    const early = await writer.announcement();
    await writer.write(3);
    await one.log.announce(await writer.announcement());
    await one.settled(6);
    await one.log.announce(early);
    await one.log.announce(await writer.announcement());
    expect(one.stored.map(({ size }) => size)).toEqual([6]);
    expect(one.alarms).toEqual([]);
  });

  it('takes no more bytes than it may', async () => {
    const writer = await stage.writer();
    const one = await stage.replica('one', { blockKey, bytes: 1_000 });
    stage.connect(one.log, writer);
    await writer.write(10);
    await one.log.announce(await writer.announcement());
    await one.settled(10);
    expect(one.failures).toMatchObject([{ code: 'LEDGER_REPLICA_LIMIT' }]);
    expect(one.stored).toEqual([]);
  });
});

it('gives no block that was not verified', async () => {
  const writer = await stage.writer();
  const one = await stage.replica('one');
  await writer.write(3);
  await one.log.announce(await writer.announcement());
  await expect(one.log.block(0)).rejects.toThrow(RangeError);
});

describe('what must be here beside the blocks', () => {
  /** Asked for by each length; here when the test says so. */
  function asking() {
    const asked: { length: number; stored: number; signal: AbortSignal; have: () => void }[] = [];
    const secure = ({ length, stored, signal }: ToSecure): Promise<void> =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
        asked.push({ length, stored, signal, have: resolve });
      });
    return { asked, secure };
  }

  it('is asked for with the blocks, and awaited before they count', async () => {
    const { asked, secure } = asking();
    const writer = await stage.writer();
    const one = await stage.replica('one', { secure });
    await writer.write(3);
    await one.log.announce(await writer.announcement());
    await eventually(() => asked.length === 1, 'it asks while there are no blocks');
    expect(asked[0]?.length).toBe(1);
    stage.connect(one.log, writer);
    await eventually(() => one.log.written === 1, 'the block');
    // Another one, which waits for nothing else, takes a longer way meanwhile.
    const two = await stage.replica('two');
    stage.connect(two.log, writer);
    await two.log.announce(await writer.announcement());
    await two.settled(3);
    expect(one.stored).toEqual([]);
    asked[0]?.have();
    await one.settled(3);
    expect(one.stored.map(({ size }) => size)).toEqual([3]);
    expect(asked).toHaveLength(1);
    // What is stored by then need not be asked about again.
    await writer.write(1);
    await one.log.announce(await writer.announcement());
    await eventually(() => asked.length === 2, 'it asks for the next');
    asked[1]?.have();
    await one.settled(4);
    expect(asked.map(({ length, stored }) => [length, stored])).toEqual([
      [1, 0],
      [2, 1],
    ]);
  });

  it('is given up where the blocks cannot come', async () => {
    const { asked, secure } = asking();
    const writer = await stage.writer();
    const one = await stage.replica('one', { secure, bytes: 1_000 });
    stage.connect(one.log, writer);
    await writer.write(10);
    await one.log.announce(await writer.announcement());
    await eventually(() => one.failures.length === 1, 'there is no room');
    expect(asked.map(({ signal }) => signal.aborted)).toEqual([true]);
    expect(one.stored).toEqual([]);
  });
});
