/** What answers say of signatures. */
import { z } from 'zod';
import { receiptSchema } from './entry-schemas.js';
import { cursorSchema, instantSchema } from './schemas.js';

const reportSchema = z
  .looseObject({
    indication: z.enum(['TOTAL-PASSED', 'TOTAL-FAILED', 'INDETERMINATE']),
    subIndication: z.string().nullable(),
    intact: z.boolean(),
    development: z.boolean(),
    validatedAt: instantSchema,
  })
  .meta({ id: 'SignatureReport', description: 'After EN 319 102-1; every check in its order.' });

const waitingSchema = z
  .object({
    step: z.enum(['T', 'LT', 'LTA', 'renewal']).meta({
      description:
        'What is missing: a time-stamp, validation data, an archive time-stamp, another one.',
    }),
    since: instantSchema,
    until: instantSchema
      .optional()
      .meta({ description: 'When it is tried again; absent of one that is set aside.' }),
    reason: z.string().meta({ description: 'May quote a service outside.' }),
  })
  .meta({ description: 'What holds up the next level; absent if nothing does.' });

export const attachedSchema = z.object({ receipt: receiptSchema, report: reportSchema });

export const signaturePageSchema = z.object({
  items: z.array(
    z.object({
      number: z.number().int(),
      id: z.string(),
      index: z.number().int(),
      recordedAt: instantSchema,
      author: z.string(),
      of: z.string().meta({ description: 'Leaf hash of what is signed.' }),
      depth: z.number().int().meta({ description: '1 over the entry, 2 over such a signature …' }),
      versions: z
        .array(z.object({ id: z.string(), index: z.number().int(), recordedAt: instantSchema }))
        .meta({ description: 'Oldest first; the last is the one that is shown.' }),
      waiting: waitingSchema.optional(),
      report: reportSchema,
    }),
  ),
  cursor: cursorSchema,
});
