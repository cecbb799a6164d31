import { describe, expect, it } from '@jest/globals';
import { type BenchResult, benchResultSchema } from '../../bench/bench-result.js';
import { LINE_BYTES, recordLines } from '../../bench/record-lines.js';
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
