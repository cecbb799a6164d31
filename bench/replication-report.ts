/** The figures of replication as Markdown: what README shows is what this prints. */
import type { ManyLedgersFigures } from './many-ledgers.js';
import type { QuorumFigures } from './quorum.js';
import type { ReplicaFigures } from './replication.js';
import { round, table } from './tables.js';

/** What was not asked for is absent. */
export interface ReplicationFigures {
  readonly machine: string;
  readonly loadBefore: number;
  readonly runs: number;
  readonly replica?: ReplicaFigures;
  readonly quorum?: QuorumFigures;
  readonly manyLedgers?: ManyLedgersFigures;
}

export function formatReplication(figures: ReplicationFigures): string {
  const { machine, loadBefore, runs, replica, quorum, manyLedgers } = figures;
  return [
    `${machine}; load ${loadBefore.toFixed(1)} before the run; medians of ${runs} run${runs === 1 ? '' : 's'}`,
    '',
    ...(replica === undefined ? [] : [...formatReplica(replica), '']),
    ...(quorum === undefined ? [] : [...formatQuorum(quorum), '']),
    ...(manyLedgers === undefined ? [] : [...formatManyLedgers(manyLedgers), '']),
  ].join('\n');
}

function formatReplica({ entriesPerBlock, links }: ReplicaFigures): string[] {
  return table(
    [
      `a log and its replica, ${entriesPerBlock} entries a block`,
      ...['entries/s', 'MB/s', 'raw blocks/s', '÷ raw'],
    ],
    links.map((link) => [
      wayOf(link.delayMillis),
      round(link.entriesPerSecond),
      link.megabytesPerSecond.toFixed(1),
      round(link.blocksPerSecond),
      (link.entriesPerSecond / link.blocksPerSecond).toFixed(1),
    ]),
  );
}

function formatQuorum({ loads, failOvers }: QuorumFigures): string[] {
  return [
    ...table(
      ['writes', 'durable at', 'records/s', 'p50, ms', 'p95, ms', 'p99, ms', '÷ alone'],
      loads.map((row) => [
        row.load,
        row.delayMillis === null ? 'the node alone' : `two of three, ${wayOf(row.delayMillis)}`,
        round(row.recordsPerSecond),
        ...[row.p50Millis, row.p95Millis, row.p99Millis].map((millis) => millis.toFixed(1)),
        row.ofAlone.toFixed(2),
      ]),
    ),
    '',
    ...table(
      ['the writer is killed', 'rounds', 'median until the next 201, ms', 'longest'],
      failOvers.map((row) => [
        wayOf(row.delayMillis),
        round(row.rounds),
        round(row.medianMillis),
        round(row.longestMillis),
      ]),
    ),
  ];
}

function formatManyLedgers(figures: ManyLedgersFigures): string[] {
  const { failOver, ledgers, rest, settledMillis, sharedMillis } = figures;
  return [
    ...table(
      [
        `a node with ${round(ledgers)} ledgers, at rest`,
        ...['resident, MiB', 'start, ms', 'CPU, % of a core', 'sent, bytes/s'],
      ],
      rest.map((row) => [
        row.who,
        round(row.residentMebibytes),
        round(row.startMillis),
        (100 * row.cpuShare).toFixed(1),
        round(row.bytesPerSecond),
      ]),
    ),
    '',
    `They were shared, and on all three nodes, in ${seconds(sharedMillis)} s; ${seconds(settledMillis)} s after the last node listened again all had a writer, and its receipts.`,
    `When the writer of all was killed, half were written again after ${seconds(failOver.halfMillis)} s, and all after ${seconds(failOver.allMillis)} s.`,
  ];
}

function seconds(millis: number): string {
  return (millis / 1000).toFixed(1);
}

function wayOf(delayMillis: number): string {
  return `${delayMillis} ms each way`;
}
