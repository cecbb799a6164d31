/** `/v1/access`: who saw what when, and who did what. Asking is on record as well. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { Router } from 'express';
import { z } from 'zod';
import { ACCESS_LEDGER } from '../../access/access-entry.js';
import type { TreeSize } from '../../base/brand.js';
import { definedMembers } from '../../base/defined-members.js';
import { PERSON_NAME } from '../../base/secret-scope.js';
import { parseInstant } from '../../base/time.js';
import type { AccessHistory } from '../../queries/access-history.js';
import { sendJson } from '../answer.js';
import type { Guard } from '../authentication.js';
import type { CursorCodec } from '../cursor.js';
import { asOfSchema } from '../entry-schemas.js';
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

export interface AccessRoutesOptions {
  readonly guard: Guard;
  readonly cursors: CursorCodec;
  readonly history: AccessHistory;
}

const person = textOfForm(PERSON_NAME);
const instant = z
  .string()
  .max(30)
  .optional()
  .meta({ format: 'date-time', description: 'Counts itself.' });
const querySchema = z.strictObject({
  ...pageQuery,
  subject: person.optional().meta({ description: 'Whose data were shown, or who was asked for.' }),
  actor: person.optional().meta({ description: 'Who acted.' }),
  action: z
    .string()
    .regex(/^[a-z][a-z:-]{0,63}$/)
    .optional()
    .meta({ examples: ['record:read'] }),
  recordedFrom: instant,
  recordedTo: instant,
});
const count = z.int().min(0);
const positionSchema = z.strictObject({
  log: count,
  below: count,
  size: count.transform((size) => size as TreeSize),
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
      const { recordedFrom, recordedTo, ...rest } = filters;
      const list = ['access', tenant, JSON.stringify(filters)];
      const position =
        cursor === undefined ? undefined : cursors.decode(list, cursor, positionSchema);
      const { items, next, asOf, shown } = await history.page(tenant, {
        ...rest,
        ...(recordedFrom !== undefined && { recordedFrom: parseInstant(recordedFrom) }),
        ...(recordedTo !== undefined && { recordedTo: parseInstant(recordedTo) }),
        limit,
        position,
      });
      const answer = { items, cursor: next && cursors.encode(list, { ...next }), asOf };
      return {
        ledger: ACCESS_LEDGER,
        question: { ...filters, limit, ...(position && { from: position.below }) },
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
    description: 'A page may be short, even empty, and have a cursor: go on until that is null.',
    tags: ['access'],
    request: { query: querySchema },
    responses: {
      200: { description: 'A page of the access ledger.', content: json(pageSchema) },
      default: problemResponse,
    },
  });
}
