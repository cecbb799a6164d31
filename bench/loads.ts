/** The loads whose figures are shown, and their medians. */
import type { BenchLedger, Load, Measured } from './bench-ledger.js';
import type { LoadFigures } from './bench-result.js';
import { median } from './statistics.js';

/** As many customers as fit in the vault's memory, and each time others. */
const KNOWN = 1000;
const ALL_NEW = 1_000_000_000;

export async function measureLoads(
  ledger: BenchLedger,
  millis: number,
  runs: number,
  onProgress: (what: string) => void,
): Promise<LoadFigures[]> {
  const common = { millis, subjects: KNOWN };
  const loads: { readonly name: string; readonly load: Load }[] = [
    ...[1, 16, 64].map((connections) => ({
      name: `single POST, ${connections} connection${connections === 1 ? '' : 's'}`,
      load: { ...common, kind: 'single' as const, connections },
    })),
    { name: 'NDJSON, one stream', load: { ...common, kind: 'ndjson', connections: 1 } },
    {
      name: 'NDJSON, each of a new subject',
      load: { ...common, kind: 'ndjson', connections: 1, subjects: ALL_NEW },
    },
  ];
  const figures: LoadFigures[] = [];
  for (const { name, load } of loads) {
    onProgress(name);
    // The first run warms up what it uses, and is not counted.
    await ledger.run(load);
    figures.push({ name, ...mediansOf(await repeat(runs, () => ledger.run(load))) });
  }
  return figures;
}

export async function repeat<T>(runs: number, run: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let n = 0; n < runs; n++) results.push(await run());
  return results;
}

function mediansOf(measured: readonly Measured[]): Omit<Measured, 'p95Millis'> {
  return {
    recordsPerSecond: median(measured.map((one) => one.recordsPerSecond)),
    p50Millis: median(measured.map((one) => one.p50Millis)),
    p99Millis: median(measured.map((one) => one.p99Millis)),
    cpuMicrosPerRecord: median(measured.map((one) => one.cpuMicrosPerRecord)),
  };
}
