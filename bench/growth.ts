/** How a ledger does as it grows: rate, memory, and the time to open it again. */
import { BenchLedger } from './bench-ledger.js';
import type { GrowthFigures } from './bench-result.js';
import { repeat } from './loads.js';
import { type NodeProcess, startNode } from './node-process.js';
import type { Scratch } from './scratch.js';
import { median } from './statistics.js';

/** Of a measured run; short, so that the ledger is as large as it is called. */
const RUN_RECORDS = 5120;
const NEVER_MILLIS = 3_600_000;
const STREAM = { kind: 'ndjson', connections: 1, subjects: 1000, millis: NEVER_MILLIS } as const;

export async function measureGrowth(
  scratch: Scratch,
  apiKey: string,
  sizes: readonly number[],
  runs: number,
  onProgress: (what: string) => void,
): Promise<GrowthFigures[]> {
  let node = await startNode(scratch, apiKey);
  const figures: GrowthFigures[] = [];
  for (const entries of sizes) {
    onProgress(`${entries} entries`);
    const ledger = await BenchLedger.open(node);
    await fill(ledger, entries - (runs * RUN_RECORDS) / 2);
    const measured = await repeat(runs, () => ledger.run({ ...STREAM, records: RUN_RECORDS }));
    const residentBytes = await node.residentBytes();
    const restarts: Record<'SIGTERM' | 'SIGKILL', number[]> = { SIGTERM: [], SIGKILL: [] };
    for (const signal of ['SIGTERM', 'SIGKILL'] as const)
      for (let run = 0; run < runs; run++) {
        // Something to recover: a stopped node leaves its journal empty, a killed one does not.
        await (await BenchLedger.open(node)).run({ ...STREAM, records: RUN_RECORDS });
        node = await restarted(node, scratch, signal);
        restarts[signal].push(node.startMillis);
      }
    figures.push({
      entries,
      recordsPerSecond: median(measured.map((one) => one.recordsPerSecond)),
      residentMebibytes: residentBytes / 2 ** 20,
      restartMillis: median(restarts.SIGTERM),
      restartAfterKillMillis: median(restarts.SIGKILL),
    });
  }
  await node.stop('SIGTERM');
  return figures;
}

async function fill(ledger: BenchLedger, entries: number): Promise<void> {
  const missing = Math.floor(entries) - (await ledger.size());
  // A node that has just started runs slower: warm, even where nothing is missing.
  await ledger.run({ ...STREAM, records: Math.max(missing, RUN_RECORDS) });
}

async function restarted(
  node: NodeProcess,
  scratch: Scratch,
  signal: 'SIGTERM' | 'SIGKILL',
): Promise<NodeProcess> {
  await node.stop(signal);
  return startNode(scratch, node.apiKey);
}
