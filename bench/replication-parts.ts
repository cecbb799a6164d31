/** The benchmarks of replication: all of them, or one. */
import { availableParallelism, cpus, loadavg } from 'node:os';
import { measureManyLedgers } from './many-ledgers.js';
import { measureQuorum } from './quorum.js';
import type { ReplicationFigures } from './replication-report.js';
import { measureReplica } from './replication.js';
import { type Scratch, within } from './scratch.js';

export const REPLICATION_PARTS = ['replica', 'quorum', 'ledgers'] as const;
export type ReplicationPart = (typeof REPLICATION_PARTS)[number];

export interface ReplicationExtent {
  readonly runs: number;
  /** Of the log that is replicated, and of those the ones that are replicated one a block. */
  readonly entries: number;
  readonly rawBlocks: number;
  /** Of each load. */
  readonly millis: number;
  /** In which the writer is killed. */
  readonly rounds: number;
  readonly ledgers: number;
  /** For which nodes with many ledgers are left alone, and then looked at. */
  readonly restMillis: number;
}

export async function measureReplication(
  scratch: Scratch,
  parts: readonly ReplicationPart[],
  extent: ReplicationExtent,
  tell: (what: string) => void,
): Promise<ReplicationFigures> {
  const { runs, restMillis: millis } = extent;
  const processor = cpus()[0]?.model ?? 'unknown processor';
  const machine = `${processor}, ${availableParallelism()} cores, Node ${process.version}`;
  const loadBefore = loadavg()[0] ?? 0;
  const { directory } = await within(scratch, 'replica');
  return {
    ...{ machine, loadBefore, runs },
    ...(parts.includes('replica') && {
      replica: await measureReplica(extent, runs, directory, tell),
    }),
    ...(parts.includes('quorum') && { quorum: await measureQuorum(scratch, extent, runs, tell) }),
    ...(parts.includes('ledgers') && {
      manyLedgers: await measureManyLedgers(scratch, { ledgers: extent.ledgers, millis }, tell),
    }),
  };
}
