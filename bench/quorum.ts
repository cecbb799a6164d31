/**
 * What clients wait for where three nodes keep a ledger together: one record at a time, many at once, and a stream, each
 * answered when a write quorum has it on disk; beside a node that keeps it alone. And how long nothing is written when the
 * writer is killed.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { BenchLedger, type Load } from './bench-ledger.js';
import { repeat } from './loads.js';
import { headersOf, type Name, NAMES, NodeGroup } from './node-group.js';
import { newApiKey, startNode } from './node-process.js';
import { recordLines } from './record-lines.js';
import { DELAYS } from './replication.js';
import { type Scratch, within } from './scratch.js';
import { median } from './statistics.js';

export interface QuorumFigures {
  readonly loads: readonly {
    /** Of each link, one way; null of a node that keeps its ledger alone. */
    readonly delayMillis: number | null;
    readonly load: string;
    readonly recordsPerSecond: number;
    readonly p50Millis: number;
    readonly p95Millis: number;
    readonly p99Millis: number;
    /** Of what the node alone does, in the same run. */
    readonly ofAlone: number;
  }[];
  readonly failOvers: readonly {
    readonly delayMillis: number;
    readonly rounds: number;
    readonly medianMillis: number;
    readonly longestMillis: number;
  }[];
}

export interface QuorumExtent {
  readonly millis: number;
  readonly rounds: number;
}

const LEDGER = 'bench';
const COMMON = { subjects: 1000 } as const;
const LOADS: readonly { readonly name: string; readonly load: Omit<Load, 'millis'> }[] = [
  { name: 'single POST, 1 connection', load: { ...COMMON, kind: 'single', connections: 1 } },
  { name: 'single POST, 32 connections', load: { ...COMMON, kind: 'single', connections: 32 } },
  { name: 'NDJSON, one stream', load: { ...COMMON, kind: 'ndjson', connections: 1 } },
];
const ASK_MILLIS = 20;
const WARM_RECORDS = 64;
const NEVER_MILLIS = 3_600_000;
/** Still under way; written by another node; nobody writes. */
const NOT_YET: ReadonlySet<number> = new Set([202, 307, 503]);

type LoadRow = QuorumFigures['loads'][number];

export async function measureQuorum(
  scratch: Scratch,
  { millis, rounds }: QuorumExtent,
  runs: number,
  tell: (what: string) => void,
): Promise<QuorumFigures> {
  tell('a node alone');
  const node = await startNode(await within(scratch, 'alone'), newApiKey());
  const alone = await loadsOf(await BenchLedger.open(node), null, millis, runs, []);
  await node.stop('SIGTERM');
  const loads = [...alone];
  const failOvers: QuorumFigures['failOvers'][number][] = [];
  for (const delayMillis of DELAYS) {
    const group = await NodeGroup.start(
      await within(scratch, `quorum-${delayMillis}`),
      delayMillis,
    );
    try {
      await group.makeLedger(LEDGER);
      await group.share(LEDGER);
      await group.untilAllHaveAll(1);
      tell(`at quorum, ${delayMillis} ms`);
      const ledger = await BenchLedger.open(group.node('a').asTenant);
      loads.push(...(await loadsOf(ledger, delayMillis, millis, runs, alone)));
      const pauses: number[] = [];
      for (let round = 0; round < rounds; round++) {
        tell(`fail-over ${round + 1}, ${delayMillis} ms`);
        pauses.push(await failOver(group, round));
      }
      failOvers.push({
        ...{ delayMillis, rounds },
        medianMillis: median(pauses),
        longestMillis: Math.max(...pauses),
      });
    } finally {
      await group.stop();
    }
  }
  return { loads, failOvers };
}

async function loadsOf(
  ledger: BenchLedger,
  delayMillis: number | null,
  millis: number,
  runs: number,
  alone: readonly LoadRow[],
): Promise<LoadRow[]> {
  const rows: LoadRow[] = [];
  for (const { name, load } of LOADS) {
    // The first run warms up what it uses, and is not counted.
    await ledger.run({ ...load, millis: NEVER_MILLIS, records: WARM_RECORDS });
    const measured = await repeat(runs, () => ledger.run({ ...load, millis }));
    const of = (figure: 'recordsPerSecond' | 'p50Millis' | 'p95Millis' | 'p99Millis'): number =>
      median(measured.map((one) => one[figure]));
    const recordsPerSecond = of('recordsPerSecond');
    const reference = alone.find((row) => row.load === name)?.recordsPerSecond ?? recordsPerSecond;
    rows.push({
      ...{ delayMillis, load: name, recordsPerSecond, ofAlone: recordsPerSecond / reference },
      ...{ p50Millis: of('p50Millis'), p95Millis: of('p95Millis'), p99Millis: of('p99Millis') },
    });
  }
  return rows;
}

/** Kills the writer. @returns milliseconds until another node has answered a record with `201`. */
async function failOver(group: NodeGroup, round: number): Promise<number> {
  const writer = await group.writerOf(LEDGER);
  const others = NAMES.filter((name) => name !== writer);
  const started = performance.now();
  await group.node(writer).asAdmin.stop('SIGKILL');
  const written = new AbortController();
  let millis = 0;
  written.signal.addEventListener('abort', () => {
    millis = performance.now() - started;
  });
  await Promise.all(others.map((name) => untilWritten(group, name, round, written)));
  await group.restart(writer);
  await group.untilAllHaveAll(1);
  return millis;
}

/** Asks one node as a client does that is told to try again, until any has answered. */
async function untilWritten(
  group: NodeGroup,
  name: Name,
  round: number,
  written: AbortController,
): Promise<void> {
  const { url, apiKey } = group.node(name).asTenant;
  const headers = { ...headersOf(apiKey), 'idempotency-key': `round-${round}` };
  const body = recordLines(COMMON.subjects)(round);
  while (!written.signal.aborted) {
    const answer = await fetch(`${url}/v1/ledgers/${LEDGER}/records`, {
      ...{ method: 'POST', headers, body, redirect: 'manual' },
    });
    await answer.arrayBuffer();
    if (answer.status === 201) written.abort();
    else if (!NOT_YET.has(answer.status))
      throw new Error(`a record was answered with status ${answer.status}`);
    else await delay(ASK_MILLIS);
  }
}
