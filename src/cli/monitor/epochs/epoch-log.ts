/** The epoch log of a node as a log that can be looked at: its newest head, that it went on, and heads of before. */
import { RefusedByNode } from '../../cli-error.js';
import { type RemoteLog, unlessRefused } from '../remote-log.js';
import type { RemoteEpochs } from './remote-epochs.js';

/** The entry at index 0 says whose the log is; epochs come behind it. */
const FIRST_EPOCH = 1;

export function epochLogOf(epochs: RemoteEpochs): RemoteLog {
  const checkpointOf = async (epoch: number): Promise<string> =>
    (await epochs.epoch(epoch, null)).checkpoint;
  return {
    place: epochs.place,
    checkpoint: async () => {
      const { size } = await epochs.status();
      // Of a log without epochs the node says so itself.
      return checkpointOf(Math.max(size - 1, FIRST_EPOCH));
    },
    consistency: (from, to) =>
      unlessRefused(null, async () => (await epochs.epoch(to - 1, from)).consistency),
    // Nobody is shown the tiles of an epoch log: heads of earlier sizes do as well.
    fetchTile: () => Promise.resolve(new Uint8Array()),
    headAt: (size) =>
      size <= FIRST_EPOCH
        ? Promise.resolve(null)
        : unlessRefused(null, () => checkpointOf(size - 1)),
    evidence: () => Promise.reject(new RefusedByNode('', 'nobody has evidence of an epoch log')),
  };
}
