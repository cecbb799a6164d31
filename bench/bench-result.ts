/** What one run of the benchmarks found: the JSON that `--json` prints. */
import { z } from 'zod';

const perSecond = z.number().positive();
const millis = z.number().nonnegative();
const micros = z.number().nonnegative();

const loadSchema = z.strictObject({
  name: z.string(),
  recordsPerSecond: perSecond,
  p50Millis: millis,
  p99Millis: millis,
  cpuMicrosPerRecord: micros,
});

const growthSchema = z.strictObject({
  entries: z.int().positive(),
  recordsPerSecond: perSecond,
  residentMebibytes: z.number().positive(),
  restartMillis: millis,
  restartAfterKillMillis: millis,
});

const signatureSchema = z.strictObject({
  name: z.string(),
  /** On one thread. */
  perSecond,
  /** On two together. */
  perSecondOnTwo: perSecond,
  /** Against node:crypto alone in the same run; null for what has nothing to be compared with. */
  ofRaw: z.number().positive().nullable(),
});

const epochSchema = z.strictObject({
  ledgers: z.int().positive(),
  tenants: z.int().positive(),
  /** To take all of them in, in as many epochs as that needs. */
  allMillis: z.number().positive(),
  /** One epoch in which every hundredth changed: maps, changes and index; and the maps alone. */
  onePercentMillis: z.number().positive(),
  onePercentMapMillis: z.number().positive(),
  /** What hashing as much takes alone, of what the maps of all of them took. */
  ofRaw: z.number().positive(),
  /** Resident, more than before there was any. */
  memoryBytes: z.number(),
  /** Of both maps together. */
  proofBytes: z.int().positive(),
  largestProofBytes: z.int().positive(),
  verifyMillis: z.number().positive(),
  /** To make the maps of an old epoch again for a first path of it. */
  pathMillis: z.number().positive(),
});

const anchorSchema = z.strictObject({
  /** Of an anchor with one input, as it was signed. */
  virtualBytes: z.int().positive(),
  /** Of the same transaction without its payload. */
  rawVirtualBytes: z.int().positive(),
  /** In satoshi, at so many a virtual byte. */
  sats: z.array(z.strictObject({ perVirtualByte: z.int(), fee: z.int().positive() })),
  /** Transaction, coinbase, their ways to the Merkle root, and six headers, of a block with no others. */
  proofBytes: z.int().positive(),
  /** Of one entry of a hundred, in the one ledger of a node. */
  evidenceBytes: z.int().positive(),
  otsBytes: z.int().positive(),
});

const pauseSchema = z.strictObject({
  p50Millis: millis,
  p99Millis: millis,
  longestMillis: millis,
});

const erasureSchema = z.strictObject({
  secrets: z.int().positive(),
  /** Of the vault, of one erasure. */
  rotationMillis: z.number().positive(),
  /** What opening, sealing and writing alone takes, of that. */
  ofRaw: z.number().positive(),
  /** How long a record takes that is written while nothing is erased, and while erasures follow one another. */
  quiet: pauseSchema,
  rotating: pauseSchema,
  residentMebibytes: z.number().positive(),
  /** While erasures follow one another. */
  peakMebibytes: z.number().positive(),
  /** From proposal to certificate, with a rotation each. */
  aloneAnHour: perSecond,
  /** So many with one rotation. */
  together: z.int().positive(),
  togetherAnHour: perSecond,
});

export const benchResultSchema = z.strictObject({
  machine: z.strictObject({
    cpu: z.string(),
    cores: z.int().positive(),
    memoryGibibytes: z.number().positive(),
    node: z.string(),
    /** Of the last minute, before anything was started: others at work make every figure worse. */
    loadBefore: z.number().nonnegative(),
  }),
  isQuick: z.boolean(),
  /** Runs of which each figure is the median. */
  runs: z.int().positive(),
  recordBytes: z.int().positive(),
  verifiedReceipts: z.int().positive(),
  raw: z.strictObject({
    fdatasyncsPerSecond: perSecond,
    appendedBlocksPerSecond: z.strictObject({
      '1': perSecond,
      '100': perSecond,
      '1000': perSecond,
    }),
  }),
  loads: z.array(loadSchema),
  growth: z.array(growthSchema),
  /** Microseconds a record, by step. */
  steps: z.array(z.strictObject({ name: z.string(), microsPerRecord: micros })),
  signatures: z.array(signatureSchema),
  epochs: z.array(epochSchema),
  anchor: anchorSchema,
  erasures: z.array(erasureSchema),
});

export type BenchResult = z.infer<typeof benchResultSchema>;
export type LoadFigures = BenchResult['loads'][number];
export type GrowthFigures = BenchResult['growth'][number];
export type StepFigures = BenchResult['steps'][number];
export type EpochFigures = BenchResult['epochs'][number];
export type AnchorFigures = BenchResult['anchor'];
export type ErasureFigures = BenchResult['erasures'][number];
export type SignatureFigures = BenchResult['signatures'][number];
