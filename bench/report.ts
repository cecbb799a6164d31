/** The figures as tables in Markdown: what README shows is what this prints. */
import type {
  AnchorFigures,
  BenchResult,
  EpochFigures,
  ErasureFigures,
  SignatureFigures,
} from './bench-result.js';
import { round, table } from './tables.js';

export function formatReport(result: BenchResult): string {
  const { machine, raw, runs, recordBytes, verifiedReceipts } = result;
  const blocks = raw.appendedBlocksPerSecond;
  return [
    `${machine.cpu}, ${machine.cores} cores, ${round(machine.memoryGibibytes)} GiB, Node ${machine.node}; ` +
      `load ${machine.loadBefore.toFixed(1)} before the run${result.isQuick ? '; --quick' : ''}`,
    '',
    `Records of ${recordBytes} B, each answered with a receipt once it is durable; ${verifiedReceipts} of the ` +
      `receipts were verified. Each figure is the median of ${runs} short run${runs === 1 ? '' : 's'}. The load ` +
      'comes from a process of its own on the same machine. Absolute figures are noisy: they depend on the ' +
      'disk and on what else the machine does. The ratios say more.',
    '',
    ...table(
      [
        'load',
        'records/s',
        'p50, ms',
        'p99, ms',
        'node CPU, µs/record',
        '÷ raw append of 1,000',
        '÷ fdatasync/s',
      ],
      result.loads.map((load) => [
        load.name,
        round(load.recordsPerSecond),
        load.p50Millis.toFixed(1),
        load.p99Millis.toFixed(1),
        load.cpuMicrosPerRecord.toFixed(0),
        (load.recordsPerSecond / blocks['1000']).toFixed(2),
        (load.recordsPerSecond / raw.fdatasyncsPerSecond).toFixed(2),
      ]),
    ),
    '',
    ...table(
      ['raw reference, same directory', 'per second'],
      [
        ['fdatasync behind 4 KiB', round(raw.fdatasyncsPerSecond)],
        ['core.append of 1 block, unsynced: blocks', round(blocks['1'])],
        ['core.append of 100 blocks, unsynced: blocks', round(blocks['100'])],
        ['core.append of 1,000 blocks, unsynced: blocks', round(blocks['1000'])],
      ],
    ),
    '',
    ...table(
      ['entries', 'NDJSON, records/s', 'resident, MiB', 'restart, ms', 'restart after SIGKILL, ms'],
      result.growth.map((at) => [
        round(at.entries),
        round(at.recordsPerSecond),
        round(at.residentMebibytes),
        round(at.restartMillis),
        round(at.restartAfterKillMillis),
      ]),
    ),
    '',
    ...table(
      ['step of a record in a stream', 'µs/record'],
      result.steps.map(({ name, microsPerRecord }) => [name, microsPerRecord.toFixed(1)]),
    ),
    '',
    formatSignatures(result.signatures),
    formatEpochs(result.epochs),
    formatAnchor(result.anchor),
    formatErasures(result.erasures),
  ].join('\n');
}

/** The table of epochs alone. */
export function formatEpochs(figures: readonly EpochFigures[]): string {
  return [
    ...table(
      [
        'epochs: ledgers',
        'tenants',
        'all new, ms',
        '1 % changed, ms',
        'maps alone, ms',
        'raw hashing ÷ maps',
        'memory, MiB',
        'proof, bytes',
        'longest',
        'verified, ms',
        'first path, ms',
      ],
      figures.map((at) => [
        round(at.ledgers),
        round(at.tenants),
        round(at.allMillis),
        at.onePercentMillis.toFixed(1),
        at.onePercentMapMillis.toFixed(1),
        at.ofRaw.toFixed(2),
        round(at.memoryBytes / 2 ** 20),
        round(at.proofBytes),
        round(at.largestProofBytes),
        at.verifyMillis.toFixed(3),
        round(at.pathMillis),
      ]),
    ),
    '',
  ].join('\n');
}

/** The table of anchors alone. */
export function formatAnchor(anchor: AnchorFigures): string {
  const { virtualBytes, rawVirtualBytes } = anchor;
  return [
    ...table(
      ['anchor', 'figure'],
      [
        ['transaction, vB', round(virtualBytes)],
        ['÷ the same without its payload', (virtualBytes / rawVirtualBytes).toFixed(2)],
        ...anchor.sats.map(({ perVirtualByte, fee }) => [
          `fee at ${perVirtualByte} sat/vB, sat`,
          round(fee),
        ]),
        ['transaction and six headers, proved, bytes', round(anchor.proofBytes)],
        ['evidence file of an anchored entry, bytes', round(anchor.evidenceBytes)],
        ['its .ots file, bytes', round(anchor.otsBytes)],
      ],
    ),
    '',
  ].join('\n');
}

/** The table of erasures alone. */
export function formatErasures(figures: readonly ErasureFigures[]): string {
  return [
    ...table(
      [
        'erasures: secrets',
        'rotation, ms',
        'raw ÷ rotation',
        'writing, p50, ms',
        'p99',
        'longest',
        'meanwhile, p50',
        'p99',
        'longest',
        'resident, MiB',
        'at most',
        'alone, an hour',
        'with one rotation, an hour',
      ],
      figures.map((at) => [
        round(at.secrets),
        round(at.rotationMillis),
        at.ofRaw.toFixed(2),
        ...[at.quiet, at.rotating].flatMap(({ p50Millis, p99Millis, longestMillis }) =>
          [p50Millis, p99Millis, longestMillis].map((millis) => millis.toFixed(1)),
        ),
        round(at.residentMebibytes),
        round(at.peakMebibytes),
        round(at.aloneAnHour),
        `${round(at.togetherAnHour)} (${round(at.together)})`,
      ]),
    ),
    '',
  ].join('\n');
}

/** The table of signatures alone. */
export function formatSignatures(figures: readonly SignatureFigures[]): string {
  return [
    ...table(
      ['signatures', 'a second, one thread', '÷ raw', 'two threads ÷ one'],
      figures.map(({ name, perSecond, perSecondOnTwo, ofRaw }) => [
        name,
        round(perSecond),
        ofRaw === null ? '' : ofRaw.toFixed(2),
        (perSecondOnTwo / perSecond).toFixed(2),
      ]),
    ),
    '',
  ].join('\n');
}
