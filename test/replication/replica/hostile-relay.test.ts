/** What a relaying replica may do that has no key of the log: nothing that is taken, and nothing that stops the log. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import Corestore from 'corestore';
import { BLOCK_KEY, type HostileWriter } from '../support/hostile-writer.js';
import { link } from '../support/links.js';
import { Stage } from '../support/stage.js';

const stage = Stage.forEach();

/** What a relay holds, and may alter without Hypercore's knowledge. */
interface Stored {
  write(): { putBlock(index: number, block: Uint8Array): void; flush(): Promise<void> };
}

/** A Hypercore that knows the log's key only, and has its first blocks. */
async function relay(writer: HostileWriter, blocks: number) {
  const store = new Corestore(join(stage.root, 'relay'), { allowBackup: true });
  await store.ready();
  const core = store.get({ key: writer.core.key });
  await core.ready();
  const made = link();
  core.replicate(made.ends[0]);
  writer.core.replicate(made.ends[1]);
  await core.download({ start: 0, end: blocks, linear: true }).done();
  await made.close();
  stage.keep({ close: () => store.close() });
  return {
    core,
    replicateWith: (stream: object): void => void core.replicate(stream),
    alter: async (index: number): Promise<void> => {
      const { storage } = core.core as unknown as { storage: Stored };
      const tx = storage.write();
      tx.putBlock(index, randomBytes(200));
      await tx.flush();
    },
  };
}

describe.each([
  ['a reader', BLOCK_KEY],
  ['a blind replica', null],
])('before %s, a relay', (_name, blockKey) => {
  it('that alters a block is found out; the writer’s own is taken', async () => {
    const writer = await stage.writer();
    for (let block = 0; block < 4; block++) await writer.write(3);
    const between = await relay(writer, 4);
    await between.alter(2);
    const one = await stage.replica('one', { blockKey });
    stage.connect(one.log, between);
    await one.log.announce(await writer.announcement());
    await one.told();
    expect(one.invalid).toHaveLength(1);
    expect(one.stored).toEqual([]);
    stage.connect(one.log, writer);
    await one.settled(12);
    expect(one.log.stored?.size).toBe(12);
    expect(one.alarms).toEqual([]);
  });

  it('that has less than was announced holds nothing back', async () => {
    const writer = await stage.writer();
    for (let block = 0; block < 2; block++) await writer.write(3);
    const between = await relay(writer, 2);
    const one = await stage.replica('one', { blockKey });
    stage.connect(one.log, between);
    await one.log.announce(await writer.announcement());
    await one.settled(6);
    for (let block = 0; block < 2; block++) await writer.write(3);
    await one.log.announce(await writer.announcement());
    expect(one.log.stored?.size).toBe(6);
    stage.connect(one.log, writer);
    await one.settled(12);
    expect(one.log.stored?.size).toBe(12);
    expect(one.alarms).toEqual([]);
  });

  it('that sends garbage changes nothing', async () => {
    const writer = await stage.writer();
    await writer.write(3);
    const one = await stage.replica('one', { blockKey });
    const noise = {
      replicateWith: (stream: object) => void (stream as Writable).write(randomBytes(10_000)),
    };
    stage.connect(one.log, noise);
    stage.connect(one.log, writer);
    await one.log.announce(await writer.announcement());
    await one.settled(3);
    expect(one.log.stored?.size).toBe(3);
    expect([one.alarms, one.failures]).toEqual([[], []]);
  });
});
