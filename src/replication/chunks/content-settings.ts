/** What a node keeps of the content of files of shared ledgers: said by its operator, in the settings of replication. */
import { z } from 'zod';

/** `all`: whatever the ledger's entries refer to. `asked`: what was read here, or written. */
export type Keeping = 'all' | 'asked';

export interface ContentSettings {
  readonly keep: Keeping;
  /** Those of which something else is kept; by names. */
  readonly ledgers: readonly {
    readonly tenant: string;
    readonly ledger: string;
    readonly keep: Keeping;
  }[];
  /** Of chunks that come from others, in all: beyond it what is read is passed on, and not kept. Null for any number. */
  readonly maxBytes: number | null;
  /** That are got where nobody waits for them. */
  readonly maxBytesPerSecond: number;
}

const keep = z.enum(['all', 'asked']);
const name = z.string().min(1).max(200);

export const contentSchema = z.strictObject({
  keep: keep.default('all'),
  ledgers: z
    .array(z.strictObject({ tenant: name, ledger: name, keep }))
    .max(10_000)
    .default([]),
  maxBytes: z.int().min(0).nullable().default(null),
  maxBytesPerSecond: z
    .int()
    .min(128 * 1024)
    .default(64 * 1024 * 1024),
});
