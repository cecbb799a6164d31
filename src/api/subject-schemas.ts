/** What is asked and answered below `/v1/ledgers/{ledger}/subjects/{subject}`. */
import { z } from 'zod';
import { asOfSchema, entrySchema } from './entry-schemas.js';
import { cursorSchema, instantSchema } from './schemas.js';
import {
  pagedQuery,
  periodQuery,
  stateQuery,
  subjectPath,
  typesQuery,
  validAtQuery,
  validAtSchema,
} from './view-schemas.js';

export const subjectPathSchema = z.object(subjectPath);
export const stateQuerySchema = z.strictObject({
  ...pagedQuery,
  ...stateQuery,
  ...validAtQuery,
  ...typesQuery,
  proof: z
    .literal('complete')
    .optional()
    .meta({ description: 'With the proof that this is all of it (docs/formats/person-map.md).' }),
});
const manyPoints = z
  .union([z.string().max(64), z.array(z.string().max(64)).min(1).max(10)])
  .transform((points) => (typeof points === 'string' ? [points] : points));
export const evidenceQuerySchema = z.strictObject({
  asOf: manyPoints
    .optional()
    .meta({ description: 'May be given up to ten times: each is a question of its own.' }),
  ...validAtQuery,
  origin: stateQuery.origin,
  ...typesQuery,
  format: z.enum(['json', 'asice']).optional().meta({ description: 'Instead of Accept.' }),
});
export const timelineQuerySchema = z.strictObject({
  ...pagedQuery,
  ...stateQuery,
  ...typesQuery,
  ...periodQuery,
  order: z.enum(['asc', 'desc']).default('asc').meta({ description: 'asc: oldest first.' }),
});
const point = z.string().max(64);
export const diffQuerySchema = z.strictObject({
  from: point.meta({ description: 'As of: a tree size, an instant or a calendar date.' }),
  to: point.optional().meta({ description: 'As of; now unless given.' }),
  ...validAtQuery,
  fromValidAt: point.optional().meta({ description: 'Instead of validAt, for the state before.' }),
  toValidAt: point.optional().meta({ description: 'Instead of validAt, for the state after.' }),
  origin: stateQuery.origin,
  ...typesQuery,
});

const mentionSchema = z.object({
  id: z.string(),
  index: z.number().int(),
  recordedAt: instantSchema,
  type: z.string(),
  role: z.enum(['party', 'part']),
  payload: z.unknown().optional(),
  erased: z.literal(true).optional().meta({ description: 'What the part said has been erased.' }),
});
export const subjectStateSchema = z.object({
  subject: z.string(),
  origin: z.string(),
  items: z.array(entrySchema).readonly(),
  mentions: z
    .array(mentionSchema)
    .readonly()
    .meta({ description: 'Where records of other subjects name this person.' }),
  counts: z.object({
    things: z.number().int(),
    mentions: z.number().int(),
    entries: z.number().int().meta({ description: 'Records and signatures, every version.' }),
    erased: z.number().int().meta({
      description:
        'Records of the person that have been erased. Each counts as one without valid times that withdraws nothing: unless it is 0, the state is not determined.',
    }),
  }),
  cursor: cursorSchema,
  asOf: asOfSchema,
  validAt: validAtSchema,
  completeness: z
    .looseObject({
      checkpoint: z
        .string()
        .meta({ description: 'Signed note; the map’s inclusion is in its tree.' }),
      items: z.array(z.object({ index: z.number().int(), leafHash: z.string() })),
    })
    .optional()
    .meta({
      description: 'COMPLETENESS of docs/formats/collection.md, and the items of the list.',
    }),
});
export const timelineSchema = z.object({
  subject: z.string(),
  origin: z.string(),
  items: z.array(z.union([entrySchema, mentionSchema])).readonly(),
  cursor: cursorSchema,
  asOf: asOfSchema,
});
const changeSchema = z.enum(['added', 'removed', 'changed']);
// Not `nullable()`: of a schema with a name zod-to-openapi then describes one that null does not meet.
const entryOrNone = z.union([entrySchema, z.null()]);
const sideSchema = z.object({ asOf: asOfSchema, validAt: validAtSchema });
export const diffSchema = z.object({
  subject: z.string(),
  origin: z.string(),
  from: sideSchema,
  to: sideSchema,
  unchanged: z.number().int().meta({ description: 'Things whose version is the same in both.' }),
  items: z
    .array(
      z.object({
        change: changeSchema,
        type: z.string(),
        key: z.string().optional(),
        before: entryOrNone,
        after: entryOrNone,
        fields: z
          .array(
            z.object({
              change: changeSchema,
              pointer: z.string().meta({ description: 'RFC 6901, into the payload.' }),
              before: z.unknown().optional(),
              after: z.unknown().optional(),
            }),
          )
          .readonly(),
      }),
    )
    .readonly(),
});
