/** What is asked and answered at `/v1/retention` and `/v1/holds`. */
import { z } from 'zod';
import { CLASS_NAME, PERSON_NAME } from '../base/secret-scope.js';
import { MAX_HOLD_CLASSES, MAX_HOLD_SUBJECTS } from '../retention/hold.js';
import {
  MAX_CLASSES,
  MAX_EXTENSION,
  MAX_PERIOD,
  MAX_TYPES,
  typeFault,
} from '../retention/policy.js';
import { LEDGER_NAME_PATTERN } from './entry-schemas.js';
import { cursorSchema, instantSchema, textOfForm } from './schemas.js';

const line = textOfForm(PERSON_NAME);
const className = z.string().regex(CLASS_NAME, 'must be 1 to 63 of a-z, 0-9 and -');
const typeName = z.string().regex(/^[A-Za-z0-9._-]{1,128}$/);
const distinct = (items: readonly string[]): boolean => new Set(items).size === items.length;
const atMost =
  (maximum: number) =>
  (object: object): boolean =>
    Object.keys(object).length <= maximum;

type Units = typeof MAX_PERIOD;
const period = (
  bounds: Units,
): z.ZodUnion<readonly [UnitOf<'years'>, UnitOf<'months'>, UnitOf<'days'>]> =>
  z.union([
    z.strictObject({ years: z.int().min(1).max(bounds.years) }),
    z.strictObject({ months: z.int().min(1).max(bounds.months) }),
    z.strictObject({ days: z.int().min(1).max(bounds.days) }),
  ]);
type UnitOf<U extends keyof Units> = z.ZodObject<Record<U, z.ZodInt>, z.core.$strict>;

const clockSchema = z.union([
  z.strictObject({ kind: z.literal('recorded') }),
  z.strictObject({
    kind: z.literal('event'),
    type: typeName.meta({ examples: ['bank.RelationshipEnded'] }),
    stoppedBy: typeName.optional().meta({
      description: 'Of a record that says it begins again: no older event counts then.',
      examples: ['bank.RelationshipBegan'],
    }),
  }),
]);

const policySchema = z.strictObject({
  basis: line.meta({ description: 'The law or rule.', examples: ['AMLR Art. 77(3)'] }),
  period: period(MAX_PERIOD).meta({
    description: 'In just one unit, counted in the calendar of the legal time zone.',
  }),
  clock: clockSchema.meta({
    description:
      'From when it counts: from the end of the month of recording, or from the newest record of a type about the person.',
  }),
  extension: period(MAX_EXTENSION)
    .optional()
    .meta({ description: 'How much longer an authority may order it to be kept.' }),
});

export const policiesSchema = z
  .strictObject({
    classes: z
      .record(className, policySchema)
      .refine(atMost(MAX_CLASSES), `has more than ${MAX_CLASSES} classes`),
    types: z
      .record(typeName, className)
      .refine(atMost(MAX_TYPES), `has more than ${MAX_TYPES} types`)
      .default({})
      .meta({ description: 'Record type → class of records of it that name none.' }),
  })
  .refine((policies) => typeFault(policies as never) === null, {
    path: ['types'],
    error: 'gives a type a class that is not among the classes',
  });

export const signerSchema = z.object({ author: z.string(), key: z.string() });
export const versionSchema = z
  .object({
    version: z.number().int().meta({ description: 'From 1; 0 of a tenant that has set none.' }),
    setAt: instantSchema.optional(),
    setBy: signerSchema.optional(),
    classes: z.record(z.string(), z.looseObject({})),
    types: z.record(z.string(), z.string()),
  })
  .meta({ id: 'RetentionPolicies', description: 'docs/formats/retention.md.' });
export const historySchema = z.object({ items: z.array(versionSchema), cursor: cursorSchema });

export const newHoldSchema = z
  .strictObject({
    kind: z.enum(['hold', 'extension']).default('hold').meta({
      description:
        'An extension is ordered by an authority for classes whose policy allows one, and lasts no longer than that.',
    }),
    caseId: line.meta({ examples: ['FMA-2026-118'] }),
    authority: line,
    legalBasis: line.meta({ examples: ['ZPO § 303'] }),
    scope: z
      .strictObject({
        subjects: z
          .array(line)
          .min(1)
          .max(MAX_HOLD_SUBJECTS)
          .refine(distinct, 'must not name anyone twice')
          .optional(),
        classes: z
          .array(className)
          .min(1)
          .max(MAX_HOLD_CLASSES)
          .refine(distinct, 'must not name a class twice')
          .optional(),
        ledger: z
          .string()
          .regex(LEDGER_NAME_PATTERN)
          .optional()
          .meta({ description: 'All of whomever that ledger has an entry about.' }),
      })
      .meta({ description: 'What is left out does not narrow it: {} holds all of the tenant.' }),
    until: instantSchema.max(30).optional().meta({ description: 'From then on it holds nothing.' }),
  })
  .refine(
    ({ kind, scope, until }) =>
      kind === 'hold' || (until !== undefined && scope.classes !== undefined),
    'an extension needs `until`, and the classes in its scope',
  );

export const releaseSchema = z.strictObject({ reason: line });

export const holdSchema = z
  .object({
    id: z.string(),
    kind: z.enum(['hold', 'extension']),
    state: z.enum(['active', 'release-proposed', 'released', 'expired']),
    caseId: z.string(),
    authority: z.string(),
    legalBasis: z.string(),
    scope: z.object({
      subjects: z.array(z.string()).optional().meta({
        description: 'Where one hold is shown: those that are known; none of a released one.',
      }),
      subjectCount: z.number().int().optional(),
      classes: z.array(z.string()).optional(),
      ledger: z.string().optional(),
    }),
    until: instantSchema.optional(),
    placedAt: instantSchema,
    placedBy: signerSchema,
    reason: z.string().optional(),
    proposedAt: instantSchema.optional(),
    proposedBy: signerSchema.optional(),
    releasedAt: instantSchema.optional(),
    releasedBy: signerSchema.optional(),
  })
  .meta({ id: 'Hold' });
export const holdPageSchema = z.object({ items: z.array(holdSchema), cursor: cursorSchema });

const reasonSchema = z.looseObject({
  kind: z.enum(['policy', 'clock', 'hold', 'lock', 'own', 'data-left']),
});
export const dueSchema = z.object({
  at: instantSchema.meta({ description: 'The instant that was meant.' }),
  timeZone: z.string(),
  items: z.array(
    z.object({
      subject: z.string(),
      class: z.string(),
      months: z.array(z.string()).optional().meta({
        description: 'UTC months of recording that are due alike, of those on this page.',
      }),
      dueSince: instantSchema.optional(),
      basis: z.string().optional(),
      heldBy: z
        .array(z.string())
        .optional()
        .meta({ description: 'Ids of holds that keep it all the same.' }),
      month: z.string().optional().meta({ description: 'Where one person was asked for.' }),
      isFree: z.boolean().optional(),
      isDue: z.boolean().optional(),
      dueAt: instantSchema.optional(),
      policyVersion: z.number().int().optional(),
      reasons: z.array(reasonSchema).optional(),
    }),
  ),
  cursor: cursorSchema,
});
