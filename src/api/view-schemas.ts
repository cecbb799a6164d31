/** What questions to views have in common: their query parameters, and what their answers are described by. */
import { z } from 'zod';
import { MAX_SCOPE_TYPES } from '../access/inspection.js';
import type { LeafIndex, TreeSize } from '../base/brand.js';
import { definedMembers } from '../base/defined-members.js';
import { type Filters, FINALITY_FILTERS } from '../queries/entry-filters.js';
import type { StateQuestion } from '../queries/view-state.js';
import type { CursorCodec } from './cursor.js';
import { asOfQuery, ledgerPath, positionSchema, sizeText } from './entry-schemas.js';
import { instantSchema, pageQuery } from './schemas.js';

const POINT_DESCRIPTION =
  'An instant, or a calendar date: the end of that day in the tenant’s legal time zone.';
const pointSchema = z.string().max(64);

export const stateQuery = {
  ...asOfQuery,
  origin: z
    .string()
    .max(512)
    .optional()
    .meta({ description: 'Of a log that the ledger had before; else the one that is written.' }),
  minSize: sizeText
    .optional()
    .meta({ description: 'Read your writes: wait for a state with so many entries.' }),
} as const;

export const validAtQuery = {
  validAt: pointSchema.optional().meta({ description: POINT_DESCRIPTION }),
} as const;

const typeSchema = z.string().max(128);
/** Each is a walk of its own; as many as the scope of an inspection names. */
const typesSchema = z
  .union([typeSchema, z.array(typeSchema).min(1).max(MAX_SCOPE_TYPES)])
  .transform((types): readonly string[] => [...new Set([types].flat())])
  .optional();

export const typesQuery = {
  type: typesSchema.meta({
    description: 'Only things of this type; may be given more than once.',
  }),
} as const;

/** Of recorded time, both ends included. */
export const periodQuery = {
  recordedFrom: pointSchema.optional().meta({
    description: 'Recorded at or after: an instant, or the beginning of a calendar date.',
  }),
  recordedTo: pointSchema
    .optional()
    .meta({ description: 'Recorded at or before: an instant, or the end of a calendar date.' }),
} as const;

export const filterQuery = {
  kind: z
    .enum(['record', 'signature', 'ledger', 'epoch', 'handover', 'loss', 'map', 'batch', 'group'])
    .optional()
    .meta({ description: 'Kind of entry.' }),
  type: typesSchema.meta({
    description:
      'Type of record; may be given up to a hundred times, for entries of any of these types.',
  }),
  subject: z
    .string()
    .max(512)
    .optional()
    .meta({ description: 'Whom entries are about: as subject, or in a part.' }),
  key: z.string().max(512).optional().meta({
    description: 'Which thing of that subject and type; only together with one of each.',
  }),
  author: z.string().max(512).optional().meta({ description: 'Who wrote.' }),
  ...periodQuery,
  ...validAtQuery,
  finality: z.enum(FINALITY_FILTERS).optional().meta({
    description:
      'Whether witnesses have cosigned it, an authority has stamped it, or a chain holds it.',
  }),
} as const;

export const subjectPath = {
  ...ledgerPath,
  subject: z.string().meta({ description: 'Whom it is about, exactly as it was recorded.' }),
};

export const pagedQuery = pageQuery;

export const validAtSchema = instantSchema
  .optional()
  .meta({ description: 'The instant that was meant.' });

export interface Position {
  readonly from?: LeafIndex;
  readonly pinned?: TreeSize;
}

/** Where a page begins, and the size it is pinned to. @throws ApiError CURSOR_INVALID. */
export function positionOf(
  cursors: CursorCodec,
  list: readonly string[],
  cursor: string | undefined,
): Position {
  if (cursor === undefined) return {};
  const { next, size } = cursors.decode(list, cursor, positionSchema);
  return { from: next, pinned: size };
}

/** All that a cursor is good for: the list and every filter of it. */
export function listOf(name: string, parts: Readonly<Record<string, unknown>>): string[] {
  return [
    name,
    ...Object.entries(definedMembers(parts)).map(([key, value]) => `${key}=${listPart(value)}`),
  ];
}

/** Of several texts one text, which is that of no others. */
function listPart(value: unknown): string {
  return Array.isArray(value) ? JSON.stringify(value) : String(value);
}

/** The members of a question that say which state it is about. */
export function stateOfQuery(query: {
  readonly origin?: string | undefined;
  readonly asOf?: string | undefined;
  readonly minSize?: TreeSize | undefined;
}): StateQuestion {
  const { origin, asOf, minSize } = query;
  return { origin, asOf, minSize };
}

/** As `filterQuery` gives it. */
type FilterQuery = Omit<Filters, 'types'> & { readonly type?: Filters['types'] };

/** The members of a question that say which entries are meant. */
export function filtersOf({ type: types, ...query }: FilterQuery): Filters {
  const { kind, subject, key, author, recordedFrom, recordedTo, validAt, finality } = query;
  return { kind, types, subject, key, author, recordedFrom, recordedTo, validAt, finality };
}

/** As they are put on record: the one type that is asked for as a text, several as a list. */
export function askedFilters({ types, ...filters }: Filters): Readonly<Record<string, unknown>> {
  const [type, ...more] = types ?? [];
  return { ...filters, type: more.length === 0 ? type : types };
}
