/** What a node's answers look like to the commands that read them. */
import { z } from 'zod';
import type { JsonValue } from '../base/canonical-json.js';
import { CliError } from './cli-error.js';

export const receiptSchema = z.object({
  id: z.string(),
  index: z.number(),
  leafHash: z.string(),
  recordedAt: z.string(),
  finality: z.object({
    durable: z.boolean(),
    witnessed: z.boolean().default(false),
    timestamped: z.boolean().default(false),
    anchored: z.boolean(),
  }),
  checkpoint: z.string(),
  inclusionProof: z.array(z.string()),
  /** Of a shared ledger. */
  durability: z.string().optional(),
});
export type Receipt = z.output<typeof receiptSchema>;

/** In the place of a line that was refused. */
export const lineProblemSchema = z.object({
  code: z.string(),
  title: z.string(),
  line: z.number(),
  detail: z.string().optional(),
});

const attachmentSchema = z.object({
  file: z.string(),
  name: z.string().optional(),
  mediaType: z.string(),
  size: z.number(),
  sha256: z.string(),
});

export const entrySchema = z.object({
  id: z.string(),
  index: z.number(),
  kind: z.string(),
  recordedAt: z.string(),
  finality: z.object({
    durable: z.boolean(),
    witnessed: z.boolean().default(false),
    timestamped: z.boolean().default(false),
    anchored: z.boolean(),
  }),
  origin: z.string(),
  type: z.string().optional(),
  subject: z.string().optional(),
  key: z.string().optional(),
  author: z.string().optional(),
  of: z.string().optional(),
  prev: z.string().optional(),
  retracts: z.string().optional(),
  validFrom: z.string().optional(),
  validTo: z.string().optional(),
  attachments: z.array(attachmentSchema).optional(),
  payload: z.json().optional(),
});
export type Entry = z.output<typeof entrySchema>;

export const asOfSchema = z.object({ size: z.number(), rootHash: z.string() });
export type AsOf = z.output<typeof asOfSchema>;

export const entryAnswerSchema = entrySchema.extend({ asOf: asOfSchema });

export const historySchema = z.object({
  items: z.array(entrySchema),
  cursor: z.string().nullable(),
  asOf: asOfSchema,
});

const closedSchema = z.object({
  reason: z.string(),
  txid: z.string().optional(),
  height: z.number().optional(),
});

export const anchorsSchema = z.object({
  chain: z.string(),
  development: z.boolean(),
  epochSize: z.number(),
  settledSize: z.number(),
  pending: z.discriminatedUnion('state', [
    z.object({ state: z.literal('idle') }),
    z.object({
      state: z.literal('pending'),
      epochSize: z.number(),
      confirmations: z.number(),
      isStarved: z.boolean(),
    }),
  ]),
  witnesses: z.object({ size: z.number(), missed: z.number() }).nullable(),
  signing: z.object({
    key: z.string(),
    failure: z.string().nullable(),
    waiting: z.object({ epochSize: z.number(), since: z.string() }).nullable(),
  }),
  waiting: z.object({ epochs: z.number(), since: z.string().nullable() }),
  lastFinalAt: z.string().nullable(),
  alarms: z.array(z.string()),
  closed: closedSchema.nullable(),
  /** Earlier nodes do not list them. */
  ended: z
    .array(
      z.object({
        last: z.string(),
        value: z.number(),
        closed: closedSchema,
        isSucceeded: z.boolean(),
      }),
    )
    .default([]),
  funds: z.object({
    balance: z.number().nullable(),
    feeRate: z.number().nullable(),
    paidThisMonth: z.number(),
    monthlyBudget: z.number().nullable(),
    paidInAll: z.number(),
    runwayDays: z.number().nullable(),
    starved: z.object({ wanted: z.number(), limit: z.string() }).nullable(),
  }),
});

export const anchorCoinSchema = z.object({
  outpoint: z.string(),
  value: z.number(),
  before: z.string().nullable().optional(),
});
export type Anchors = z.output<typeof anchorsSchema>;

/** @throws CliError CLI_ANSWER_UNUSABLE. */
export function expected<S extends z.ZodType>(schema: S, answer: JsonValue): z.output<S> {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  throw new CliError('CLI_ANSWER_UNUSABLE', 'the node answers otherwise than this version expects');
}
