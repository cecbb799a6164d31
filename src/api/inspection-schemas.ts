/** What is asked and answered at `/v1/inspections`. */
import { z } from 'zod';
import { KEY_TEXT_PATTERN } from '../access/api-key.js';
import {
  MAX_INSPECTION_DAYS,
  MAX_INSPECTORS,
  MAX_SCOPE_SUBJECTS,
  MAX_SCOPE_TYPES,
} from '../access/inspection.js';
import { isKeyId, KEY_ID_PATTERN } from '../access/key-text.js';
import { PERSON_NAME } from '../base/secret-scope.js';
import { LEDGER_NAME_PATTERN } from './entry-schemas.js';
import { branded, cursorSchema, instantSchema, textOfForm } from './schemas.js';

const line = textOfForm(PERSON_NAME);
const distinct = (items: readonly string[]): boolean => new Set(items).size === items.length;
const instant = instantSchema.max(30);

const newScopeSchema = z
  .strictObject({
    subjects: z
      .array(line)
      .min(1)
      .max(MAX_SCOPE_SUBJECTS)
      .refine(distinct, 'must not name anyone twice')
      .optional()
      .meta({ description: 'The persons; all of the ledger without it.' }),
    types: z
      .array(z.string().regex(/^[A-Za-z0-9._-]{1,128}$/))
      .min(1)
      .max(MAX_SCOPE_TYPES)
      .refine(distinct, 'must not name a type twice')
      .optional(),
    recordedFrom: instant.optional().meta({
      description: 'What was recorded earlier is in scope as far as it still stood then.',
    }),
    recordedTo: instant.optional().meta({ description: 'Does not count itself.' }),
  })
  .meta({ description: 'What is left out does not narrow it.' });

const inspectorSchema = z
  .strictObject({
    name: line,
    key: branded(KEY_ID_PATTERN, isKeyId).optional(),
    identity: textOfForm(KEY_TEXT_PATTERN).optional(),
  })
  .refine(
    ({ key, identity }) => (key === undefined) !== (identity === undefined),
    'needs either a key or an identity',
  );

export const newInspectionSchema = z.strictObject({
  ledger: z.string().regex(LEDGER_NAME_PATTERN),
  caseId: line.meta({ examples: ['FMA-2026-118'] }),
  authority: line,
  legalBasis: line.meta({ examples: ['FM-GwG § 25'] }),
  scope: newScopeSchema.default({}),
  inspectors: z.array(inspectorSchema).max(MAX_INSPECTORS).default([]).meta({
    description: 'Who looks under it besides you. Each needs the role inspector as well.',
  }),
  isHidden: z.boolean().default(false).meta({
    description:
      'From the institution’s own routes; never from its disk. The tenant’s settings must allow it.',
  }),
  expiresAt: instant.meta({ description: `In at most ${MAX_INSPECTION_DAYS} days.` }),
});

const signerSchema = z.object({ author: z.string(), key: z.string() });

export const inspectionSchema = z
  .object({
    id: z.string().meta({ description: 'For the header Chirograph-Inspection.' }),
    ledger: z.string(),
    caseId: z.string(),
    authority: z.string(),
    legalBasis: z.string(),
    scope: z.object({
      subjects: z
        .array(z.string())
        .optional()
        .meta({ description: 'Shown to those who look under it.' }),
      subjectCount: z.number().int().optional().meta({ description: 'Shown to all others.' }),
      types: z.array(z.string()).optional(),
      recordedFrom: instantSchema.optional(),
      recordedTo: instantSchema.optional(),
    }),
    inspectors: z.array(
      z.object({
        name: z.string(),
        key: z.string().optional(),
        identity: z.string().optional(),
      }),
    ),
    isHidden: z.boolean(),
    state: z.enum(['open', 'closed', 'expired']),
    openedAt: instantSchema,
    openedBy: signerSchema,
    expiresAt: instantSchema,
    closedAt: instantSchema.optional(),
    closedBy: signerSchema.optional(),
  })
  .meta({ id: 'Inspection' });

export const inspectionPageSchema = z.object({
  items: z.array(inspectionSchema),
  cursor: cursorSchema,
});
