/** `/v1/access`: who saw what when, and who did what. Asking is on record as well. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { Router } from 'express';
import { z } from 'zod';
import { ACCESS_LEDGER } from '../../access/access-entry.js';
import { definedMembers } from '../../base/defined-members.js';
import { PERSON_NAME } from '../../base/secret-scope.js';
import type { AccessHistory } from '../../queries/access-history.js';
import { sendJson } from '../answer.js';
import type { Guard } from '../authentication.js';
import type { CursorCodec } from '../cursor.js';
import { asOfQuery, asOfSchema, sizeSchema } from '../entry-schemas.js';
import { addResource } from '../resource.js';
import {
  cursorSchema,
  instantSchema,
  json,
  pageQuery,
  problemResponse,
  textOfForm,
} from '../schemas.js';
import { validate } from '../validate.js';
import { filterQuery } from '../view-schemas.js';

export interface AccessRoutesOptions {
  readonly guard: Guard;
  readonly cursors: CursorCodec;
  readonly history: AccessHistory;
}

const person = textOfForm(PERSON_NAME);
const querySchema = z.strictObject({
  ...pageQuery,
  subject: person.optional().meta({ description: 'Whose data were shown, or who was asked for.' }),
  actor: person.optional().meta({ description: 'Who acted.' }),
  action: z
    .string()
    .regex(/^[a-z][a-z:-]{0,63}$/)
    .optional()
    .meta({ examples: ['record:read'] }),
  recordedFrom: filterQuery.recordedFrom,
  recordedTo: filterQuery.recordedTo,
  ...asOfQuery,
});
const count = z.int().min(0);
const positionSchema = z.strictObject({
  log: count,
  below: count,
  newest: count,
  size: sizeSchema,
});

const accessSchema = z
  .looseObject({
    id: z.string(),
    index: z.number().int(),
    origin: z.string(),
    recordedAt: instantSchema,
    actor: z.string(),
    persons: z.number().int(),
    action: z.string(),
    outcome: z.enum(['disclosed', 'begun', 'done', 'failed', 'refused']),
    code: z.string().optional(),
    ledger: z.string().optional(),
    question: z.looseObject({}).optional(),
    entries: z.object({ count: z.number().int(), rootHash: z.string() }).optional(),
    key: z.string().optional(),
    request: z.string().optional(),
  })
  .meta({ id: 'Access', description: 'docs/formats/access.md.' });
const pageSchema = z.object({
  origin: z.string().meta({ description: 'Of the log that asOf speaks of.' }),
  items: z.array(accessSchema),
  cursor: cursorSchema,
  asOf: asOfSchema,
});

export function accessRoutes({ guard, cursors, history }: AccessRoutesOptions): Router {
  const router = Router({ caseSensitive: true, strict: true });
  addResource(router, '/access', {
    get: guard.disclosing('access:read', async ({ tenant }, request, response) => {
      const { limit, cursor, ...filters } = definedMembers(
        validate(querySchema, request.query, 'the query'),
      );
      const list = ['access', tenant, JSON.stringify(filters)];
      const position =
        cursor === undefined ? undefined : cursors.decode(list, cursor, positionSchema);
      const { next, shown, ...page } = await history.page(tenant, { ...filters, limit, position });
      const answer = { ...page, cursor: next && cursors.encode(list, { ...next }) };
      return {
        ledger: ACCESS_LEDGER,
        question: {
          ...{ ...filters, limit, size: page.asOf.size },
          ...(position && { from: position.below }),
        },
        entries: shown,
        send: () => {
          sendJson(response, 200, answer);
        },
      };
    }),
  });
  return router;
}

export function describeAccess(registry: OpenAPIRegistry): void {
  registry.registerPath({
    method: 'get',
    path: '/v1/access',
    summary: 'Who saw what when, and who did what; newest first',
    description:
      'Of all logs of the access ledger; a size as asOf is one of the log that is written. A page may be short, even empty, and have a cursor: go on until that is null.',
    tags: ['access'],
    request: { query: querySchema },
    responses: {
      200: { description: 'A page of the access ledger.', content: json(pageSchema) },
      default: problemResponse,
    },
  });
}
