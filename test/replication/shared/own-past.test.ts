/** What a writer takes of members that say that they have more of its log than it has. */
import { describe, expect, it } from '@jest/globals';
import type { Receipt } from '../../../src/replication/protocol/messages.js';
import type { NodeId } from '../../../src/replication/protocol/term.js';
import type { LogAnnouncement } from '../../../src/replication/replica/announcement.js';
import { believed, type OwnLog } from '../../../src/replication/shared/own-past.js';
import { PINNED } from '../support/hostile-writer.js';
import { Stage } from '../support/stage.js';

const stage = Stage.forEach();

const receiptOf = (length: number): Receipt => ({
  ...{ kind: 'receipt', term: { number: 1, node: 'a' as NodeId }, length },
});

/** A log of three blocks, of which this node has two again. @param more of it. */
async function putBack(more: Partial<OwnLog> = {}) {
  const writer = await stage.writer();
  for (let block = 0; block < 3; block++) await writer.write(2);
  const announcement = await writer.announcement();
  const own: OwnLog = {
    ...{ pinned: PINNED, keys: announcement.keys, known: 2, stored: 2, hasWritten: false },
    ...more,
  };
  return { announcement, own };
}

describe('a receipt for more than there is', () => {
  it('is believed with a head over that much, by the very key of the log', async () => {
    const { announcement, own } = await putBack();
    expect(believed(receiptOf(3), own, () => announcement)).toEqual(receiptOf(3));
  });

  it.each([
    ['nothing was announced', () => undefined, 3],
    ['less was announced', (one: LogAnnouncement) => one, 4],
    [
      'what was announced is signed by nobody',
      (one: LogAnnouncement) => ({
        ...one,
        checkpoint: one.checkpoint.replace(/\n\d+\n/, '\n99\n'),
      }),
      3,
    ],
    [
      'it has other keys',
      (one: LogAnnouncement) => ({
        ...one,
        keys: one.keys.map((keys) => ({ ...keys, verifierKey: 'x+00000000+AA==' })),
      }),
      3,
    ],
  ] as const)('counts for nothing where %s', async (_, say, length) => {
    const { announcement, own } = await putBack();
    expect(believed(receiptOf(length), own, () => say(announcement))).toBeNull();
  });

  it('is one for what there is, once this node has written since it started', async () => {
    const { announcement, own } = await putBack({ hasWritten: true });
    expect(believed(receiptOf(3), own, () => announcement)).toEqual(receiptOf(2));
  });

  it('is one for what the protocol knows of, where that is on its way', async () => {
    const { announcement, own } = await putBack({ stored: 3 });
    expect(believed(receiptOf(3), own, () => announcement)).toEqual(receiptOf(2));
  });
});

it('leaves alone whatever else is said', async () => {
  const { own } = await putBack();
  const vote = { kind: 'refuse', promised: { number: 9, node: 'b' as NodeId } } as const;
  expect(believed(vote, own, () => undefined)).toBe(vote);
  expect(believed(receiptOf(2), own, () => undefined)).toEqual(receiptOf(2));
});
