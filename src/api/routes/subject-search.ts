/** `POST /v1/ledgers/{ledger}/subjects/search`: persons by what is recorded of them. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { type RequestHandler, Router } from 'express';
import { z } from 'zod';
import type { Principal } from '../../access/authorize.js';
import type { LeafIndex } from '../../base/brand.js';
import { definedMembers } from '../../base/defined-members.js';
import { isHexDigest } from '../../base/hex-digest.js';
import { disclosedEntry } from '../../queries/disclosed-entries.js';
import type { FindableFields } from '../../queries/findable-fields.js';
import { searchSubjects } from '../../queries/search-subjects.js';
import type { TenantLedgers } from '../../queries/tenant-ledgers.js';
import { FINDABLE_AS } from '../../schemas/schema-document.js';
import { sendJson } from '../answer.js';
import type { Guard } from '../authentication.js';
import { type BodyLimits, readJsonBody } from '../body.js';
import type { CursorCodec } from '../cursor.js';
import { asOfSchema, ledgerPath, sizeSchema } from '../entry-schemas.js';
import type { MinuteBudget } from '../minute-budget.js';
import { addResource } from '../resource.js';
import { branded, cursorSchema, instantSchema, json, problemResponse } from '../schemas.js';
import { validate } from '../validate.js';
import { listOf } from '../view-schemas.js';

export interface SubjectSearchRoutesOptions {
  readonly guard: Guard;
  readonly cursors: CursorCodec;
  readonly body: BodyLimits;
  readonly ledgers: TenantLedgers;
  readonly findable: Pick<FindableFields, 'of'>;
  /** Of each key. */
  readonly budget: MinuteBudget;
}

/** A search is short: whatever is longer is none. */
const MAX_BODY_BYTES = 16 * 1024;
const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;

const pathSchema = z.object(ledgerPath);
const noQuerySchema = z.strictObject({});
const searchSchema = z.strictObject({
  field: z
    .string()
    .max(64)
    .meta({
      description: 'As what the schemas of the ledger name fields that records are found by.',
      examples: [...FINDABLE_AS],
    }),
  value: z
    .union([z.string().min(1).max(512), z.number()])
    .meta({ description: 'Spelt as you like: case, accents and punctuation do not count.' }),
  asOf: z
    .string()
    .max(64)
    .optional()
    .meta({ description: 'A tree size as digits, an instant, or a calendar date.' }),
  origin: z
    .string()
    .max(512)
    .optional()
    .meta({ description: 'Of a log that the ledger had before; else the one that is written.' }),
  minSize: sizeSchema
    .optional()
    .meta({ description: 'Read your writes: wait for a state with so many entries.' }),
  limit: z.int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT),
  cursor: z.string().max(4096).optional(),
});
const positionSchema = z.strictObject({
  by: z.enum(['whole', 'words']),
  subject: branded(/^[0-9a-f]{64}$/, isHexDigest),
  index: z
    .int()
    .min(0)
    .transform((index) => index as LeafIndex)
    .nullable(),
  size: sizeSchema,
});

const entrySchema = z.object({
  id: z.string(),
  index: z.number().int(),
  recordedAt: instantSchema,
  type: z.string(),
  key: z.string().optional(),
  schema: z.string(),
  pointers: z
    .array(z.string())
    .readonly()
    .meta({ description: 'Where in the payload it says so (RFC 6901).' }),
  current: z.boolean().nullable().meta({
    description:
      'Whether it is the version of its thing that stood; null of a person with more than 5,000 entries.',
  }),
});
const answerSchema = z.object({
  origin: z.string(),
  field: z.enum(FINDABLE_AS),
  items: z
    .array(
      z.object({
        subject: z.string(),
        match: z.enum(['whole', 'words']).meta({
          description:
            'The whole value, or each of its words in one record. Whole ones come first.',
        }),
        entries: z
          .array(entrySchema)
          .readonly()
          .meta({ description: 'The newest that match, at most 20, newest first.' }),
        hasMore: z.boolean().meta({ description: 'Whether older entries match too.' }),
        possibleDouble: z.array(z.string()).readonly().optional().meta({
          description:
            'Other subjects that have or had a document number or LEI of this one, at most 20.',
        }),
      }),
    )
    .readonly(),
  cursor: cursorSchema,
  asOf: asOfSchema,
});

export function subjectSearchRoutes(options: SubjectSearchRoutesOptions): Router {
  const { guard, cursors, body, ledgers, findable, budget } = options;
  const limits = { ...body, maxBytes: Math.min(body.maxBytes, MAX_BODY_BYTES) };
  const router = Router({ caseSensitive: true, strict: true });
  addResource(router, '/ledgers/:ledger/subjects/search', {
    // What is known of a person of this name is another route's to say.
    get: toNextRoute,
    post: guard.disclosing('subject:search', async (principal, request, response) => {
      const { ledger } = validate(pathSchema, request.params, 'the path');
      validate(noQuerySchema, request.query, 'the query');
      const found = ledgers.find(principal.tenant, ledger);
      const input = validate(searchSchema, await readJsonBody(request, limits), 'the body');
      budget.take(accountOf(principal));
      const { field, value, limit, cursor, ...state } = input;
      const asked = { tenant: principal.tenant, ledger, field, value, ...state };
      const list = listOf('search', { ...asked, value: `${typeof value} ${value}` });
      const position = cursor === undefined ? null : cursors.decode(list, cursor, positionSchema);
      const { answer, opened, tag, generation } = await searchSubjects(
        found,
        await findable.of(found.ledger),
        { ...state, field, value, limit, ...(position !== null && startOf(position)) },
      );
      const { next, ...shown } = answer;
      const { size } = answer.asOf;
      return {
        ledger,
        // The value is another's secret, and what it is found by is all that is kept of it.
        question: definedMembers({ field, value: { tag, generation }, ...state, limit, size }),
        entries: opened.map(disclosedEntry),
        send: () => {
          sendJson(response, 200, {
            ...shown,
            cursor: next === null ? null : cursors.encode(list, { ...next, size }),
          });
        },
      };
    }),
  });
  return router;
}

const toNextRoute: RequestHandler = (_request, _response, next) => {
  next('route');
};

/** Keys of two tenants have different ids; names of an issuer's may not. */
function accountOf({ tenant, keyId }: Principal): string {
  return `${tenant} ${keyId}`;
}

function startOf({ size, by, subject, index }: z.output<typeof positionSchema>): {
  readonly pinned: typeof size;
  readonly after: { by: typeof by; subject: typeof subject; index: typeof index };
} {
  return { pinned: size, after: { by, subject, index } };
}

export function describeSubjectSearch(registry: OpenAPIRegistry): void {
  registry.registerPath({
    method: 'post',
    path: '/v1/ledgers/{ledger}/subjects/search',
    summary: 'Find persons by a name, a birth date, a number',
    description:
      'By the fields that schemas of the ledger name as findable, in any version that was recorded. So many a minute and key (setting searchesPerMinute); each is entered into the access ledger, without the value.',
    tags: ['subjects'],
    request: { params: pathSchema, body: { required: true, content: json(searchSchema) } },
    responses: {
      200: { description: 'A page of persons.', content: json(answerSchema) },
      default: problemResponse,
    },
  });
}
