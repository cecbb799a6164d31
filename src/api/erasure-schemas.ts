/** What is asked and answered at `/v1/erasures`. */
import { z } from 'zod';
import { CLASS_NAME, PERSON_NAME } from '../base/secret-scope.js';
import { ERASURE_STATES, MONTH_PATTERN } from '../retention/erasure.js';
import { signerSchema } from './retention-schemas.js';
import { cursorSchema, instantSchema, textOfForm } from './schemas.js';

const line = textOfForm(PERSON_NAME);
const stays = 'It stays for ever: do not name the person in it.';

export const newErasureSchema = z
  .strictObject({
    subject: line.optional().meta({
      description: 'All of this person that is free. Without it: all of everybody that is due.',
    }),
    class: z
      .string()
      .regex(CLASS_NAME)
      .optional()
      .meta({ description: 'Of what is due, this retention class alone.' }),
    through: z.string().regex(MONTH_PATTERN, 'must be a month: 2026-01').optional().meta({
      description: 'Of what is due, what was recorded up to this month (UTC) alone.',
    }),
    reason: line.meta({ description: stays, examples: ['retention ended'] }),
    legalBasis: line.meta({ description: stays, examples: ['GDPR Art. 17(1)(a)'] }),
  })
  .refine(
    ({ subject, class: name, through }) =>
      subject === undefined || (name === undefined && through === undefined),
    'an erasure of a person takes all that is free: leave out class and through',
  );

export const runQuery = z.strictObject({
  run: z.enum(['true', 'false']).default('true').meta({
    description: 'Whether it is carried out at once, or with others at `POST /v1/erasures/run`.',
  }),
});

export const erasureSchema = z
  .object({
    id: z.string(),
    kind: z.enum(['subject', 'due']),
    state: z.enum(ERASURE_STATES),
    progress: z
      .object({
        step: z.enum(['waiting', 'judging', 'telling', 'destroying', 'failed']),
        percent: z.int().optional().meta({ description: 'How much of the vault is wrapped anew.' }),
        code: z.string().optional(),
      })
      .optional()
      .meta({ description: 'How far it is, while it is under way; or why the last try ended.' }),
    subject: z.string().optional().meta({
      description: 'Where one erasure is shown, and as long as it is pending.',
    }),
    class: z.string().optional(),
    through: z.string().optional(),
    reason: z.string(),
    legalBasis: z.string(),
    proposedAt: instantSchema,
    proposedBy: signerSchema,
    approvedAt: instantSchema.optional(),
    approvedBy: signerSchema.optional(),
    withdrawnAt: instantSchema.optional(),
    withdrawnBy: signerSchema.optional(),
    refused: z.looseObject({}).optional().meta({
      description: 'Where one erasure is shown: why nothing of it was free.',
    }),
  })
  .meta({ id: 'Erasure', description: 'docs/formats/erasure.md.' });
export const erasurePageSchema = z.object({ items: z.array(erasureSchema), cursor: cursorSchema });
export const erasureRunSchema = z.object({ begun: z.array(z.string()) });

export const certificateSchema = z
  .object({
    ...erasureSchema.shape,
    certificate: z.looseObject({
      judgedAt: instantSchema,
      completedAt: instantSchema,
      generations: z.object({ before: z.int(), after: z.int() }),
      went: z.object({
        classes: z.record(z.string(), z.record(z.string(), z.int())),
        tags: z.int(),
      }),
      findings: z.looseObject({}),
      interrupted: z.literal(true).optional(),
      provisional: z.boolean(),
      silent: z.array(z.looseObject({ kind: z.string() })),
    }),
    entry: z
      .object({ ledger: z.string(), index: z.int(), id: z.string() })
      .meta({ description: 'Where it is kept: its evidence is that of this entry.' }),
  })
  .meta({ id: 'ErasureCertificate', description: 'docs/formats/erasure.md, Certificate.' });
