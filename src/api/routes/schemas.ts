/** `/v1/ledgers/{ledger}/schemas`: what the payloads of a ledger's record types must look like. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { Router } from 'express';
import { z } from 'zod';
import type { Principal } from '../../access/authorize.js';
import { definedMembers } from '../../base/defined-members.js';
import type { AppendTarget } from '../../commands/append-target.js';
import { putSchema, type PutSchemaDeps } from '../../commands/put-schema.js';
import { setSchemaMode } from '../../commands/set-schema-mode.js';
import type { LedgerSchemas } from '../../queries/ledger-schemas.js';
import {
  getSchema,
  listSchemas,
  listSchemaVersions,
  summaryOf,
} from '../../queries/list-schemas.js';
import type { TenantLedgers } from '../../queries/tenant-ledgers.js';
import {
  FINDABLE_AS,
  FINDABLE_POINTER,
  MAX_FINDABLE,
  SCHEMA_LANGUAGES,
  SCHEMA_MODES,
  UNKNOWN_TYPES,
} from '../../schemas/schema-document.js';
import { sendJson } from '../answer.js';
import type { Guard } from '../authentication.js';
import { type BodyLimits, readJsonBody } from '../body.js';
import type { CursorCodec } from '../cursor.js';
import { ledgerPath, receiptSchema } from '../entry-schemas.js';
import { addResource } from '../resource.js';
import {
  cursorSchema,
  instantSchema,
  json,
  jsonObjectSchema,
  pageQuery,
  problemResponse,
  textOfForm,
} from '../schemas.js';
import { validate } from '../validate.js';

export interface SchemasRoutesOptions {
  readonly guard: Guard;
  readonly cursors: CursorCodec;
  readonly body: BodyLimits;
  readonly ledgers: TenantLedgers;
  readonly commands: PutSchemaDeps;
  readonly target: (principal: Principal, ledger: string) => AppendTarget;
}

const typeSchema = z.string().regex(/^[A-Za-z0-9._-]{1,128}$/);
const ledgerPathSchema = z.object(ledgerPath);
const schemaPathSchema = z.object({ ...ledgerPath, type: typeSchema });
const pageQuerySchema = z.strictObject(pageQuery);
const versionQuerySchema = z.strictObject({
  version: z
    .string()
    .regex(/^[1-9]\d{0,5}$/)
    .transform(Number)
    .optional()
    .meta({ type: 'integer', minimum: 1, description: 'The newest unless given.' }),
});
const typePositionSchema = z.strictObject({ after: typeSchema });
const versionPositionSchema = z.strictObject({ before: z.int().min(1) });

const findableSchema = z.strictObject({
  pointer: textOfForm(FINDABLE_POINTER).meta({
    pattern: FINDABLE_POINTER.source,
    description: 'RFC 6901, in the payload.',
  }),
  as: z.enum(FINDABLE_AS),
});
const documentSchema = z.strictObject({
  format: z.enum(SCHEMA_LANGUAGES),
  schema: jsonObjectSchema.meta({
    description: 'JSON Schema (2020-12 unless it says draft-07), or a Tradle model.',
  }),
  models: jsonObjectSchema
    .optional()
    .meta({ description: 'Other Tradle models that it refers to, by name.' }),
  findable: z
    .array(findableSchema)
    .max(MAX_FINDABLE)
    .optional()
    .meta({ description: 'Members by which records can be found.' }),
});
const summarySchema = z.object({
  type: z.string(),
  version: z.number().int(),
  ref: z.string().meta({
    description: 'As it stands in the header of records that are as it says.',
    examples: ['tradle.Residence@1#0123456789abcdef'],
  }),
  format: z.enum(SCHEMA_LANGUAGES),
  id: z.string().meta({ description: 'Of its record: leaf hash.' }),
  index: z.number().int(),
  recordedAt: instantSchema,
  author: z.string(),
});
const schemaViewSchema = summarySchema.extend(documentSchema.shape);
const putAnswerSchema = summarySchema.extend({ receipt: receiptSchema });
const pageSchema = z.object({ items: z.array(summarySchema), cursor: cursorSchema });
const settingsSchema = z.strictObject({
  mode: z.enum(SCHEMA_MODES).meta({
    description: 'strict refuses, warn enters and says what is wrong, off does not look.',
  }),
  unknownTypes: z
    .enum(UNKNOWN_TYPES)
    .meta({ description: 'What becomes of records whose type has no schema, unless off.' }),
});

export function schemasRoutes(options: SchemasRoutesOptions): Router {
  const { guard, cursors, body, ledgers, commands, target } = options;
  const schemasOf = ({ tenant }: Principal, ledger: string): Promise<LedgerSchemas> =>
    commands.schemas.of(ledgers.find(tenant, ledger).ledger);
  const router = Router({ caseSensitive: true, strict: true });
  addResource(router, '/ledgers/:ledger/schemas', {
    get: guard('schema:read', async (principal, request, response) => {
      const { ledger } = validate(ledgerPathSchema, request.params, 'the path');
      const { limit, cursor } = validate(pageQuerySchema, request.query, 'the query');
      const list = ['schemas', principal.tenant, ledger];
      const start = cursor === undefined ? {} : cursors.decode(list, cursor, typePositionSchema);
      const schemas = await schemasOf(principal, ledger);
      const { items, next } = await listSchemas(schemas, { limit, ...start });
      const more = next === null ? null : cursors.encode(list, { after: next });
      sendJson(response, 200, { items, cursor: more });
    }),
  });
  addResource(router, '/ledgers/:ledger/schemas/:type', {
    put: guard.administering('schema:write', async (principal, request, response) => {
      const { ledger, type } = validate(schemaPathSchema, request.params, 'the path');
      // Before the body is read, which may be long.
      ledgers.find(principal.tenant, ledger);
      const input = validate(documentSchema, await readJsonBody(request, body), 'the body');
      const document = definedMembers(input);
      return {
        ledger,
        question: { schema: type },
        take: async () => {
          const put = await putSchema(commands, target(principal, ledger), type, document);
          const summary = summaryOf(put.version);
          return {
            made: { schema: type, version: summary.version },
            send: () => {
              if (put.isNew)
                response.setHeader('Location', `/v1/ledgers/${ledger}/schemas/${type}`);
              sendJson(response, put.isNew ? 201 : 200, { ...summary, receipt: put.receipt });
            },
          };
        },
      };
    }),
    get: guard('schema:read', async (principal, request, response) => {
      const { ledger, type } = validate(schemaPathSchema, request.params, 'the path');
      const { version } = validate(versionQuerySchema, request.query, 'the query');
      sendJson(response, 200, await getSchema(await schemasOf(principal, ledger), type, version));
    }),
  });
  addResource(router, '/ledgers/:ledger/schemas/:type/versions', {
    get: guard('schema:read', async (principal, request, response) => {
      const { ledger, type } = validate(schemaPathSchema, request.params, 'the path');
      const { limit, cursor } = validate(pageQuerySchema, request.query, 'the query');
      const list = ['schema versions', principal.tenant, ledger, type];
      const start = cursor === undefined ? {} : cursors.decode(list, cursor, versionPositionSchema);
      const schemas = await schemasOf(principal, ledger);
      const { items, next } = await listSchemaVersions(schemas, type, { limit, ...start });
      const more = next === null ? null : cursors.encode(list, { before: next });
      sendJson(response, 200, { items, cursor: more });
    }),
  });
  addResource(router, '/ledgers/:ledger/settings/schemas', {
    get: guard('schema:read', async (principal, request, response) => {
      const { ledger } = validate(ledgerPathSchema, request.params, 'the path');
      const { settings } = await schemasOf(principal, ledger);
      sendJson(response, 200, settings);
    }),
    put: guard.administering('schema:write', async (principal, request, response) => {
      const { ledger } = validate(ledgerPathSchema, request.params, 'the path');
      ledgers.find(principal.tenant, ledger);
      const settings = validate(settingsSchema, await readJsonBody(request, body), 'the body');
      return {
        ledger,
        question: { schemas: { ...settings } },
        take: async () => {
          const set = await setSchemaMode(commands, target(principal, ledger), settings);
          return {
            made: {},
            send: () => {
              sendJson(response, 200, set);
            },
          };
        },
      };
    }),
  });
  return router;
}

export function describeSchemas(registry: OpenAPIRegistry): void {
  const tags = ['schemas'];
  const problem = { default: problemResponse };
  registry.registerPath({
    method: 'get',
    path: '/v1/ledgers/{ledger}/schemas',
    summary: 'List the record types that have a schema, each with its newest version',
    tags,
    request: { params: ledgerPathSchema, query: pageQuerySchema },
    responses: {
      200: { description: 'A page of schemas.', content: json(pageSchema) },
      ...problem,
    },
  });
  registry.registerPath({
    method: 'put',
    path: '/v1/ledgers/{ledger}/schemas/{type}',
    summary: 'Give a record type a schema, or another version of it',
    tags,
    request: {
      params: schemaPathSchema,
      body: { required: true, content: json(documentSchema) },
    },
    responses: {
      200: { description: 'The newest version is just this.', content: json(putAnswerSchema) },
      201: { description: 'A new version, durable.', content: json(putAnswerSchema) },
      ...problem,
    },
  });
  registry.registerPath({
    method: 'get',
    path: '/v1/ledgers/{ledger}/schemas/{type}',
    summary: 'A schema, the newest version or an older one',
    tags,
    request: { params: schemaPathSchema, query: versionQuerySchema },
    responses: { 200: { description: 'The schema.', content: json(schemaViewSchema) }, ...problem },
  });
  registry.registerPath({
    method: 'get',
    path: '/v1/ledgers/{ledger}/schemas/{type}/versions',
    summary: 'The versions of a schema, newest first',
    tags,
    request: { params: schemaPathSchema, query: pageQuerySchema },
    responses: {
      200: { description: 'A page of versions.', content: json(pageSchema) },
      ...problem,
    },
  });
  registry.registerPath({
    method: 'get',
    path: '/v1/ledgers/{ledger}/settings/schemas',
    summary: 'How strictly the ledger keeps to its schemas',
    tags,
    request: { params: ledgerPathSchema },
    responses: { 200: { description: 'The settings.', content: json(settingsSchema) }, ...problem },
  });
  registry.registerPath({
    method: 'put',
    path: '/v1/ledgers/{ledger}/settings/schemas',
    summary: 'Set how strictly the ledger keeps to its schemas',
    tags,
    request: {
      params: ledgerPathSchema,
      body: { required: true, content: json(settingsSchema) },
    },
    responses: {
      200: { description: 'The settings, durable.', content: json(settingsSchema) },
      ...problem,
    },
  });
}
