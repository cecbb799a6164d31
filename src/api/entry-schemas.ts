/** Ledgers, entries and receipts as answers describe them in /openapi.json, and the parts of their paths. */
import { z } from 'zod';
import type { LeafIndex, TreeSize } from '../base/brand.js';
import { DURABILITIES } from '../commands/append-durably.js';
import { instantSchema } from './schemas.js';

export const LEDGER_NAME_PATTERN = /^[a-z0-9][a-z0-9.-]{0,62}$/;

/** Any text: one that no ledger can have names a ledger that is not there. */
export const ledgerPath = { ledger: z.string().meta({ description: 'Name of the ledger.' }) };

export const entryPath = {
  ...ledgerPath,
  id: z.string().meta({ description: 'Leaf hash (hex), or index in the log that is written.' }),
};

const count = z.string().regex(/^(?:0|[1-9]\d{0,14})$/);

export const indexText = count
  .transform((text) => Number(text) as LeafIndex)
  .meta({ type: 'integer', minimum: 0 });
export const sizeText = count
  .transform((text) => Number(text) as TreeSize)
  .meta({ type: 'integer', minimum: 0 });

/** In a JSON body. */
export const sizeSchema = z
  .int()
  .min(0)
  .transform((size) => size as TreeSize)
  .meta({ type: 'integer', minimum: 0 });

/** Of cursors, which nobody but the node writes. */
export const positionSchema = z.strictObject({
  next: z
    .int()
    .min(0)
    .transform((index) => index as LeafIndex),
  size: sizeSchema,
});

export const asOfQuery = {
  asOf: z
    .string()
    .max(64)
    .optional()
    .meta({
      description:
        'A tree size as digits, or an instant. Above the head or in the future it is refused.',
      examples: ['4711', '2026-01-31T23:59:59.000Z'],
    }),
};

const hashSchema = z.string().meta({ description: '32 bytes as lower-case hex.' });

export const asOfSchema = z.object({ size: z.number().int(), rootHash: hashSchema });

export const finalitySchema = z
  .object({
    durable: z.literal(true),
    witnessed: z.boolean(),
    timestamped: z.boolean(),
    anchored: z.boolean(),
  })
  .meta({ description: 'How far the entry has come.' });

export const receiptSchema = z
  .object({
    id: hashSchema,
    index: z.number().int(),
    leafHash: hashSchema,
    recordedAt: instantSchema,
    finality: finalitySchema,
    checkpoint: z.string().meta({ description: 'Signed note (C2SP tlog-checkpoint).' }),
    inclusionProof: z.array(hashSchema).readonly(),
    warnings: z
      .array(z.object({ pointer: z.string(), detail: z.string() }))
      .optional()
      .meta({ description: 'Where the record is not as its schema says, and by which rule.' }),
    durability: z
      .enum(DURABILITIES)
      .optional()
      .meta({ description: 'Where it is on disk; of a shared ledger, or where it was asked for.' }),
  })
  .meta({ id: 'Receipt', description: 'What a writer keeps: already evidence.' });

const attachmentSchema = z.object({
  file: hashSchema.meta({ description: 'Id (leaf hash) of the file’s entry.' }),
  name: z.string().optional(),
  mediaType: z.string(),
  size: z.number().int().meta({ description: 'Bytes of the content.' }),
  sha256: hashSchema.meta({ description: 'Of the content.' }),
});

export const entrySchema = z
  .object({
    id: hashSchema,
    index: z.number().int(),
    leafHash: hashSchema,
    kind: z.string(),
    recordedAt: instantSchema,
    finality: finalitySchema,
    origin: z.string(),
    prev: hashSchema.optional(),
    of: hashSchema.optional(),
    type: z.string().optional(),
    subject: z.string().optional(),
    key: z.string().optional(),
    author: z.string().optional(),
    retention: z.string().optional(),
    schema: z.string().optional(),
    validFrom: instantSchema.optional(),
    validTo: instantSchema.optional(),
    retracts: hashSchema.optional(),
    attachments: z.array(attachmentSchema).readonly().optional().meta({
      description: 'Files of the same ledger and subject; what they held when they were attached.',
    }),
    mediaType: z.string().optional(),
    payload: z.unknown().optional(),
    erased: z.literal(true).optional().meta({
      description: 'What it held has been erased: what stands in clear is left, and its proofs.',
    }),
  })
  .meta({ id: 'Entry' });

const logSchema = z.object({
  origin: z.string(),
  verifierKey: z.string().meta({ description: 'C2SP vkey of the checkpoints.' }),
  size: z.number().int(),
});

export const ledgerSchema = logSchema
  .extend({
    name: z.string(),
    rootHash: hashSchema,
    finality: z
      .object({
        durable: z.number().int(),
        witnessed: z.number().int(),
        timestamped: z.number().int(),
        anchored: z.number().int(),
      })
      .meta({ description: 'Entries below each size have come that far.' }),
    logs: z.array(logSchema).readonly().meta({ description: 'Oldest first; the last is written.' }),
    timeZone: z.string().meta({
      description: 'The tenant’s legal time zone: in it calendar dates of questions are read.',
      examples: ['Europe/Vienna'],
    }),
    backlog: z.number().int().meta({ description: 'Entries of the node that wait for a commit.' }),
  })
  .meta({ id: 'Ledger' });
