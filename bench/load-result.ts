/** What a run of the load generator is told to do, and what it says of it: JSON between processes. */
import { z } from 'zod';

export const loadPlanSchema = z.strictObject({
  kind: z.enum(['single', 'ndjson']),
  /** `…/v1/ledgers/bench/records`. */
  url: z.string(),
  apiKey: z.string(),
  /** Connections, each with one request at a time; one stream for `ndjson`. */
  connections: z.int().positive(),
  /** The run ends after so long, or after so many records. */
  millis: z.int().positive(),
  records: z.int().positive().optional(),
  /** Number of the first record: a run goes on where the one before ended. */
  first: z.int().nonnegative(),
  subjects: z.int().positive(),
  /** Versions of things that are valid from some day on, as `historyLines` has them. */
  isHistory: z.boolean().optional(),
});

export const loadResultSchema = z.strictObject({
  records: z.int().nonnegative(),
  millis: z.number().positive(),
  p50Millis: z.number().nonnegative(),
  p95Millis: z.number().nonnegative(),
  p99Millis: z.number().nonnegative(),
  /** A few of the receipts, to be verified when nothing is timed. */
  receipts: z.array(z.string()),
});

export type LoadPlan = z.infer<typeof loadPlanSchema>;
export type LoadResult = z.infer<typeof loadResultSchema>;

/** Receipts are kept of one record in so many. */
export const SAMPLE_EVERY = 1000;
