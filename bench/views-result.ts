/** What one run of the benchmarks of views found: the JSON that `--views --json` prints. */
export interface Times {
  readonly p50Millis: number;
  readonly p95Millis: number;
}

export interface ViewsResult {
  readonly machine: string;
  readonly loadBefore: number;
  readonly loadAfter: number;
  readonly records: number;
  readonly subjects: number;
  readonly ingest: {
    readonly recordsPerSecond: number;
    /** Entries that were in no view yet: at most, and when the last receipt had come. */
    readonly maxLag: number;
    readonly lagAtEnd: number;
    readonly caughtUpMillis: number;
  };
  /** Medians of runs in turn. */
  readonly cost: {
    readonly runs: number;
    readonly withViews: number;
    readonly without: number;
  } | null;
  /** The views made again from the log by a node that takes no records. */
  readonly rebuild: { readonly millis: number; readonly recordsPerSecond: number };
  /** The first questions that the node was asked. */
  readonly asOfFirst: Times;
  /** The next ones, about other persons. */
  readonly asOf: Times;
  readonly validAt: Times;
  readonly proven: Times;
  readonly maps: { readonly allMillis: number; readonly few: number; readonly fewMillis: number };
  /** Null where PostgreSQL is not installed. */
  readonly postgres: PostgresFigures | null;
}

export interface PostgresFigures {
  readonly version: string;
  readonly copiedPerSecond: number;
  readonly asOf: Times;
  readonly validAt: Times;
}
