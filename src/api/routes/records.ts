/** `/v1/ledgers/{ledger}/records`: appending, listing and reading entries. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { Router } from 'express';
import { z } from 'zod';
import { definedMembers } from '../../base/defined-members.js';
import { DURABILITIES } from '../../commands/append-durably.js';
import { IDEMPOTENCY_KEY } from '../../commands/preparation/record-request.js';
import { disclosedView } from '../../queries/disclosed-entries.js';
import { entryHistory } from '../../queries/entry-history.js';
import {
  countEntries,
  findEntries,
  type FindQuestion,
  type FoundPage,
} from '../../queries/find-entries.js';
import { getEntry } from '../../queries/get-entry.js';
import { listEntries } from '../../queries/list-entries.js';
import type { TenantLedger, TenantLedgers } from '../../queries/tenant-ledgers.js';
import { recordInputSchema } from '../../records/record-input.js';
import { sendJson } from '../answer.js';
import {
  type Append,
  type AppendAll,
  appendOne,
  appendStream,
  type RecordLimits,
} from '../append.js';
import type { Guard } from '../authentication.js';
import { contentTypeOf } from '../body.js';
import type { CursorCodec } from '../cursor.js';
import {
  asOfQuery,
  asOfSchema,
  entryPath,
  entrySchema,
  ledgerPath,
  positionSchema,
  receiptSchema,
} from '../entry-schemas.js';
import { NDJSON } from '../ndjson-exchange.js';
import { addResource } from '../resource.js';
import {
  cursorSchema,
  describedByZod,
  json,
  pageQuery,
  problemResponse,
  problemSchema,
} from '../schemas.js';
import { validate } from '../validate.js';
import {
  askedFilters,
  filterQuery,
  filtersOf,
  listOf,
  pagedQuery,
  positionOf,
  stateOfQuery,
  stateQuery,
  validAtSchema,
} from '../view-schemas.js';

export interface RecordsRoutesOptions {
  readonly guard: Guard;
  readonly cursors: CursorCodec;
  readonly ledgers: TenantLedgers;
  readonly append: Append;
  readonly appendAll: AppendAll;
  readonly limits: RecordLimits;
}

const listQuerySchema = z.strictObject({ ...pagedQuery, ...stateQuery, ...filterQuery });
const historyQuerySchema = z.strictObject({ ...pageQuery, ...asOfQuery });
const countQuerySchema = z.strictObject({ ...stateQuery, ...filterQuery });
const entryQuerySchema = z.strictObject(asOfQuery);
const appendQuerySchema = z.strictObject({
  durability: z.enum(DURABILITIES).optional().meta({
    description:
      'Of a ledger that several nodes keep: on disk at a quorum of its members, unless given, or at all with data; of any other: local. What it got is in the receipt.',
  }),
});
const pendingSchema = z.object({ pending: z.literal(true), detail: z.string() });
const ledgerPathSchema = z.object(ledgerPath);
const entryPathSchema = z.object(entryPath);
const idempotencyKeySchema = z
  .string()
  .regex(IDEMPOTENCY_KEY)
  .optional()
  .meta({ description: 'Permanent: the same record again gives the first receipt.' });
const lineSchema = recordInputSchema.extend({ idempotencyKey: idempotencyKeySchema });
const entryAnswerSchema = entrySchema.extend({ asOf: asOfSchema });
const pageSchema = z.object({
  items: z.array(entrySchema),
  cursor: cursorSchema,
  asOf: asOfSchema,
});
const foundSchema = pageSchema.extend({ origin: z.string(), validAt: validAtSchema });
const countSchema = z.object({
  origin: z.string(),
  count: z.number().int(),
  asOf: asOfSchema,
});

export function recordsRoutes(options: RecordsRoutesOptions): Router {
  const { guard, cursors, ledgers, append, appendAll, limits } = options;
  const router = Router({ caseSensitive: true, strict: true });
  addResource(router, '/ledgers/:ledger/records', {
    post: guard('record:append', async (principal, request, response, refuse) => {
      const { ledger } = validate(ledgerPathSchema, request.params, 'the path');
      const type = contentTypeOf(request, ['application/json', NDJSON]);
      // Before the body is read, which may be long.
      ledgers.find(principal.tenant, ledger);
      const { durability = null } = validate(appendQuerySchema, request.query, 'the query');
      const target = { principal, ledger, limits, durability };
      if (type === NDJSON) await appendStream(request, response, { ...target, appendAll, refuse });
      else await appendOne(request, response, { ...target, append });
    }),
    get: guard.disclosing('record:read', async ({ tenant }, request, response) => {
      const { ledger } = validate(ledgerPathSchema, request.params, 'the path');
      const query = validate(listQuerySchema, request.query, 'the query');
      const { limit, cursor } = query;
      const filters = filtersOf(query);
      const state = stateOfQuery(query);
      const list = listOf('records', { tenant, ledger, ...state, ...filters });
      const found = ledgers.find(tenant, ledger);
      const { next, ...page } = await listOrFind(found, {
        ...state,
        ...positionOf(cursors, list, cursor),
        filters,
        limit,
      });
      const { size } = page.asOf;
      return {
        ledger,
        question: definedMembers({ ...state, ...askedFilters(filters), limit, size }),
        entries: page.items.map(disclosedView),
        send: () => {
          sendJson(response, 200, {
            ...page,
            cursor: next === null ? null : cursors.encode(list, { next, size }),
          });
        },
      };
    }),
  });
  // Before `records/:id`, which would take it for an id.
  addResource(router, '/ledgers/:ledger/records/count', {
    // It shows no content; but how many there are of one person says something of them.
    get: guard.disclosing('record:read', async ({ tenant }, request, response) => {
      const { ledger } = validate(ledgerPathSchema, request.params, 'the path');
      const query = validate(countQuerySchema, request.query, 'the query');
      const filters = filtersOf(query);
      const state = stateOfQuery(query);
      const counted = await countEntries(ledgers.find(tenant, ledger), { ...state, filters });
      return {
        ledger,
        question: definedMembers({
          ...{ ...state, ...askedFilters(filters) },
          ...{ count: true, size: counted.asOf.size },
        }),
        entries: [],
        send: () => {
          sendJson(response, 200, counted);
        },
      };
    }),
  });
  addResource(router, '/ledgers/:ledger/records/:id', {
    get: guard.disclosing('record:read', async ({ tenant }, request, response) => {
      const { ledger, id } = validate(entryPathSchema, request.params, 'the path');
      const { asOf } = validate(entryQuerySchema, request.query, 'the query');
      const entry = await getEntry(ledgers.find(tenant, ledger), id, asOf);
      return {
        ledger,
        question: { id, ...(asOf !== undefined && { asOf }) },
        entries: [disclosedView(entry)],
        send: () => {
          sendJson(response, 200, entry);
        },
      };
    }),
  });
  addResource(router, '/ledgers/:ledger/records/:id/history', {
    get: guard.disclosing('record:read', async ({ tenant }, request, response) => {
      const { ledger: name, id } = validate(entryPathSchema, request.params, 'the path');
      const { limit, asOf, cursor } = validate(historyQuerySchema, request.query, 'the query');
      const ledger = ledgers.find(tenant, name);
      const list = ['history', tenant, ledger.ledger.reader.origin, id, asOf ?? ''];
      const position =
        cursor === undefined ? undefined : cursors.decode(list, cursor, positionSchema);
      const page = await entryHistory(ledger, id, { limit, asOf, position });
      const { size } = page.asOf;
      const answer = {
        items: page.items,
        cursor: page.next === null ? null : cursors.encode(list, { next: page.next, size }),
        asOf: page.asOf,
      };
      return {
        ledger: name,
        question: { history: id, limit, asOf: size, ...(position && { from: position.next }) },
        entries: page.items.map(disclosedView),
        send: () => {
          sendJson(response, 200, answer);
        },
      };
    }),
  });
  return router;
}

/** What needs no view is answered by the log itself, even where views fail. */
function listOrFind(ledger: TenantLedger, question: FindQuestion): Promise<FoundPage> {
  const { asOf, origin, minSize, pinned, from, limit, filters } = question;
  const isPlain =
    origin === undefined &&
    minSize === undefined &&
    Object.values(filters).every((filter) => filter === undefined);
  if (!isPlain) return findEntries(ledger, question);
  const position =
    from === undefined || pinned === undefined ? undefined : { next: from, size: pinned };
  return listEntries(ledger, { limit, asOf, position });
}

export function describeRecords(registry: OpenAPIRegistry): void {
  registry.registerPath({
    method: 'post',
    path: '/v1/ledgers/{ledger}/records',
    summary: 'Append a record, or a stream of them',
    description:
      'As application/x-ndjson each line is a record with an idempotencyKey of its own, and the answer has one line for each: its receipt or its problem.',
    tags: ['records'],
    request: {
      params: ledgerPathSchema,
      query: appendQuerySchema,
      headers: z.object({ 'Idempotency-Key': idempotencyKeySchema }),
      body: {
        required: true,
        content: {
          ...json(describedByZod(recordInputSchema)),
          [NDJSON]: { schema: describedByZod(lineSchema) },
        },
      },
    },
    responses: {
      200: {
        description: 'The first receipt again; or the answers to the lines.',
        content: {
          ...json(receiptSchema),
          [NDJSON]: { schema: z.union([receiptSchema, pendingSchema, problemSchema]) },
        },
      },
      201: { description: 'Durable.', content: json(receiptSchema) },
      202: {
        description:
          'It goes on, and fewer members have it than is asked for: without a receipt, or with one of a quorum. The same Idempotency-Key asks again.',
        content: json(z.union([pendingSchema, receiptSchema])),
      },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'get',
    path: '/v1/ledgers/{ledger}/records',
    summary: 'Find entries, oldest first',
    description:
      'A page may hold fewer than its limit, or none, and still have a cursor: what is looked at for one page is bounded.',
    tags: ['records'],
    request: { params: ledgerPathSchema, query: listQuerySchema },
    responses: {
      200: { description: 'A page of one state of the ledger.', content: json(foundSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'get',
    path: '/v1/ledgers/{ledger}/records/count',
    summary: 'Count entries',
    tags: ['records'],
    request: { params: ledgerPathSchema, query: countQuerySchema },
    responses: {
      200: { description: 'How many there are.', content: json(countSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'get',
    path: '/v1/ledgers/{ledger}/records/{id}',
    summary: 'An entry, opened',
    tags: ['records'],
    request: { params: entryPathSchema, query: entryQuerySchema },
    responses: {
      200: { description: 'The entry.', content: json(entryAnswerSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'get',
    path: '/v1/ledgers/{ledger}/records/{id}/history',
    summary: 'The versions of the thing that it is a version of, newest first',
    tags: ['records'],
    request: { params: entryPathSchema, query: historyQuerySchema },
    responses: {
      200: { description: 'A page of versions.', content: json(pageSchema) },
      default: problemResponse,
    },
  });
}
