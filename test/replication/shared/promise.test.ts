/** What a member believes of itself as it starts: who cannot have all that it promised and had takes no part. */
import { expect, it } from '@jest/globals';
import type { HexDigest } from '../../../src/base/hex-digest.js';
import type { GroupPromise } from '../../../src/keys/key-store.js';
import type { LogView } from '../../../src/replication/protocol/log-view.js';
import { recall } from '../../../src/replication/shared/promise.js';

const NODE = 'ab'.repeat(32) as HexDigest;
const PROMISED = { node: NODE, number: 4 };
const [NOTHING, SOME] = [0, 3].map((length): LogView => ({
  end: { segments: [], length },
  groups: [],
}));

async function recalled(known: GroupPromise | null, isWhole: boolean, view = SOME, run = 5) {
  if (view === undefined) throw new Error('two views');
  const kept: GroupPromise[] = [];
  const keyStore = {
    groupPromise: () => Promise.resolve(known),
    putGroupPromise: (_: string, promise: GroupPromise) => {
      kept.push(promise);
      return Promise.resolve();
    },
  };
  const { memory, promised } = await recall(keyStore, 'an.origin/t/l', run, { isWhole, view });
  // What it believes is on disk before anybody is answered.
  expect(kept).toMatchObject([{ memory, run, promised: known?.promised ?? null }]);
  return { memory, number: promised.number };
}

const known = (more: Partial<GroupPromise> = {}): GroupPromise => ({
  ...{ promised: PROMISED, memory: 'whole', run: 5, ...more },
});

it.each([
  ['all of it is here', known(), true, SOME, 'whole'],
  ['nothing was ever promised, and nothing is here', null, true, NOTHING, 'whole'],
  ['the key store knows of no promise, and a log is here', null, true, SOME, 'behind'],
  ['its blocks are not all here', known(), false, SOME, 'behind'],
  ['its log is gone', known(), true, NOTHING, 'behind'],
  ['it was behind before', known({ memory: 'behind' }), true, SOME, 'behind'],
  ['its data are older than its key store', known({ run: 6 }), true, SOME, 'behind'],
] as const)('%s', async (_, before, isWhole, view, memory) => {
  expect(await recalled(before, isWhole, view)).toEqual({
    memory,
    number: before?.promised?.number ?? 0,
  });
});
