/** What a relaying replica may do that has no key of the log: nothing that is taken, and nothing that stops the log. */
import { randomBytes } from 'node:crypto';
import type { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { BLOCK_KEY } from '../support/hostile-writer.js';
import { relay } from '../support/relay.js';
import { Stage } from '../support/stage.js';

const stage = Stage.forEach();

describe.each([
  ['a reader', BLOCK_KEY],
  ['a blind replica', null],
])('before %s, a relay', (_name, blockKey) => {
  it('that alters a block is found out; the writer’s own is taken', async () => {
    const writer = await stage.writer();
    for (let block = 0; block < 4; block++) await writer.write(3);
    const between = await relay(stage, writer, 4);
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
    const between = await relay(stage, writer, 2);
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
