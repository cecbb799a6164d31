/** A log that is copied within a node, and what breaks on the way. */
import { expect, it } from '@jest/globals';
import type { GivenCore } from '../../../src/ledger/given-core.js';
import { copyHere } from '../../../src/replication/shared/copy-here.js';
import { Stage } from '../support/stage.js';
import { TailMember } from '../support/tail-member.js';

const stage = Stage.forEach();

/** @param giveTo what is done with the stream that the blocks are to go over. */
async function copied(giveTo: (stream: object, core: { replicate(to: object): void }) => void) {
  const writer = await stage.writer();
  await writer.write(3);
  const { origin, keys, checkpoint } = await writer.announcement();
  const one = await TailMember.open(stage.root, 0);
  stage.keep(one);
  const core = {
    giveTo: (stream: object) => {
      giveTo(stream, writer.core);
    },
  } as unknown as GivenCore;
  const reader = { origin, keys, checkpoint: () => checkpoint, cores: [core] };
  return { one, copying: copyHere(reader, one.tail) };
}

it('is there when it is copied', async () => {
  const { one, copying } = await copied((stream, core) => {
    core.replicate(stream);
  });
  await copying;
  expect(one.tail.head?.binding.length).toBe(1);
  expect([one.alarms, one.failures]).toEqual([[], []]);
});

it('is not waited for where the stream between them ends', async () => {
  const { copying } = await copied((stream) => {
    setImmediate(() => {
      (stream as { destroy(error: Error): void }).destroy(new Error('torn'));
    });
  });
  await expect(copying).rejects.toMatchObject({
    code: 'GROUP_REFUSED',
    cause: { message: 'torn' },
  });
});
