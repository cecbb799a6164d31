import { describe, expect, it } from '@jest/globals';
import { type BenchResult, benchResultSchema } from '../../bench/bench-result.js';
import { LINE_BYTES, recordLines } from '../../bench/record-lines.js';
import { formatReplication } from '../../bench/replication-report.js';
import { formatReport } from '../../bench/report.js';
import { median, quantile } from '../../bench/statistics.js';
import { utf8 } from '../../src/base/bytes.js';
import { parseRecordText } from '../../src/commands/preparation/record-request.js';

const result: BenchResult = {
  machine: { cpu: 'a processor', cores: 2, memoryGibibytes: 8, node: 'v20.0.0', loadBefore: 0.5 },
  isQuick: true,
  runs: 1,
  recordBytes: 500,
  verifiedReceipts: 12,
  raw: {
    fdatasyncsPerSecond: 800,
    appendedBlocksPerSecond: { '1': 900, '100': 30_000, '1000': 40_000 },
  },
  loads: [
    {
      name: 'NDJSON',
      recordsPerSecond: 20_000,
      p50Millis: 12.34,
      p99Millis: 56,
      cpuMicrosPerRecord: 80,
    },
  ],
  growth: [
    {
      entries: 10_000,
      recordsPerSecond: 20_000,
      residentMebibytes: 200,
      restartMillis: 500,
      restartAfterKillMillis: 600,
    },
  ],
  steps: [{ name: 'commit: stage', microsPerRecord: 12.25 }],
  epochs: [
    {
      ledgers: 1000,
      tenants: 10,
      allMillis: 100,
      onePercentMillis: 12.34,
      onePercentMapMillis: 2.5,
      ofRaw: 0.4,
      memoryBytes: 10 * 2 ** 20,
      proofBytes: 454,
      largestProofBytes: 550,
      verifyMillis: 0.05,
      pathMillis: 9,
    },
  ],
  anchor: {
    virtualBytes: 161,
    rawVirtualBytes: 110,
    sats: [{ perVirtualByte: 10, fee: 1610 }],
    proofBytes: 1234,
    evidenceBytes: 5678,
    otsBytes: 987,
  },
  erasures: [
    {
      secrets: 1_000_000,
      rotationMillis: 12_345,
      ofRaw: 0.5,
      quiet: { p50Millis: 1, p99Millis: 2, longestMillis: 3 },
      rotating: { p50Millis: 4, p99Millis: 5, longestMillis: 60 },
      residentMebibytes: 200,
      peakMebibytes: 300,
      aloneAnHour: 180,
      together: 100,
      togetherAnHour: 9000,
    },
  ],
  signatures: [
    { name: 'CAdES-B-B, P-256', perSecond: 15_000, perSecondOnTwo: 28_500, ofRaw: 0.513 },
    { name: 'validation', perSecond: 900, perSecondOnTwo: 1_800, ofRaw: null },
  ],
};

describe('the report of the benchmarks', () => {
  it('shows every figure with its unit, and ratios to what the disk and Hypercore do alone', () => {
    const rows = formatReport(result)
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    expect(rows).toContainEqual(['NDJSON', '20,000', '12.3', '56.0', '80', '0.50', '25.00']);
    expect(rows).toContainEqual(['10,000', '20,000', '200', '500', '600']);
    expect(rows).toContainEqual(
      ['1,000,000', '12,345', '0.50', '1.0', '2.0', '3.0', '4.0', '5.0', '60.0'].concat(
        ...['200', '300', '180', '9,000 (100)'],
      ),
    );
    expect(rows).toContainEqual(['commit: stage', '12.3']);
    expect(rows).toContainEqual(['CAdES-B-B, P-256', '15,000', '0.51', '1.90']);
    expect(rows).toContainEqual(['÷ the same without its payload', '1.46']);
    expect(rows).toContainEqual(['fee at 10 sat/vB, sat', '1,610']);
    expect(rows).toContainEqual(['validation', '900', '', '2.00']);
    expect(formatReport(result)).toMatch(/Absolute figures are noisy/);
  });

  it('shows what replication does beside what Hypercore and a node alone do', () => {
    const times = { p50Millis: 1.26, p95Millis: 2, p99Millis: 3 };
    const load = { load: 'NDJSON', recordsPerSecond: 9_000, ofAlone: 0.6, ...times };
    const links = [
      { delayMillis: 50, entriesPerSecond: 30_000, megabytesPerSecond: 24, blocksPerSecond: 2_000 },
    ];
    const rest = { who: 'shared, member', startMillis: 900, residentMebibytes: 300 };
    const figures = {
      ...{ machine: 'a processor', loadBefore: 0.5, runs: 3 },
      replica: { entries: 1, entriesPerBlock: 200, links },
      quorum: {
        loads: [
          { ...load, delayMillis: null },
          { ...load, delayMillis: 0 },
        ],
        failOvers: [{ delayMillis: 0, rounds: 5, medianMillis: 3_210.4, longestMillis: 4_000 }],
      },
      manyLedgers: {
        ...{ ledgers: 2_000, sharedMillis: 61_234, settledMillis: 2_345 },
        failOver: { halfMillis: 4_321, allMillis: 9_876 },
        rest: [{ ...rest, cpuShare: 0.0123, bytesPerSecond: 1_999.6 }],
      },
    };
    const text = formatReplication(figures).replaceAll(/ +/g, ' ');
    expect(text).toMatch(/^a processor; load 0.5 before the run; medians of 3 runs$/m);
    for (const row of [
      '| 50 ms each way | 30,000 | 24.0 | 2,000 | 15.0 |',
      '| NDJSON | the node alone | 9,000 | 1.3 | 2.0 | 3.0 | 0.60 |',
      '| NDJSON | two of three, 0 ms each way | 9,000 | 1.3 | 2.0 | 3.0 | 0.60 |',
      '| 0 ms each way | 5 | 3,210 | 4,000 |',
      '| shared, member | 300 | 900 | 1.2 | 2,000 |',
    ])
      expect(text).toContain(row);
    expect(text).toContain('2,000 ledgers, at rest');
    expect(text).toContain('in 61.2 s; 2.3 s after');
    expect(text).toContain('after 4.3 s, and all after 9.9 s');
    const { machine, loadBefore, runs } = figures;
    expect(formatReplication({ machine, loadBefore, runs })).not.toContain('|');
  });

  it('is read from what --json prints, and from nothing else', () => {
    expect(benchResultSchema.parse(JSON.parse(JSON.stringify(result)))).toEqual(result);
    expect(benchResultSchema.safeParse({ ...result, runs: 0 }).success).toBe(false);
    expect(benchResultSchema.safeParse({ ...result, passed: true }).success).toBe(false);
  });
});

describe('the figures', () => {
  it('are medians and quantiles', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(quantile([5, 1, 4, 2, 3], 0.99)).toBe(5);
    expect(() => median([])).toThrow('nothing was measured');
  });
});

describe('the records that are sent', () => {
  it.each([[1000], [1_000_000_000]])(
    'are well-formed and 500 bytes long (%d subjects)',
    (subjects) => {
      const line = recordLines(subjects);
      for (const n of [0, 7, 12_345, 999_999]) {
        const bytes = utf8(line(n));
        expect(bytes).toHaveLength(LINE_BYTES);
        expect(parseRecordText({ bytes }, 4096).record.payload['n']).toBe(n);
      }
    },
  );
});
