/** `/v1/keys`: an admin's API keys. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { type Response, Router } from 'express';
import { z } from 'zod';
import type { ApiKeyRegistry } from '../../access/api-key-registry.js';
import { type ApiKey, KEY_TEXT_PATTERN } from '../../access/api-key.js';
import { authorize, type Principal, ROLES } from '../../access/authorize.js';
import { isKeyId, KEY_ID_PATTERN } from '../../access/key-text.js';
import { accessKeyIdOf, type S3CredentialOf } from '../../access/s3-key.js';
import type { TenantName } from '../../access/tenant-name.js';
import { definedMembers } from '../../base/defined-members.js';
import { formatInstant } from '../../base/time.js';
import { createKey, type CreateKeyDeps, type CreateKeyInput } from '../../commands/create-key.js';
import { revokeKey } from '../../commands/revoke-key.js';
import { listKeys } from '../../queries/list-keys.js';
import { sendJson } from '../answer.js';
import type { AdministrativeAct, Guard } from '../authentication.js';
import { type BodyLimits, readJsonBody } from '../body.js';
import type { CursorCodec } from '../cursor.js';
import { requestIdOf } from '../request-id.js';
import { addResource } from '../resource.js';
import {
  branded,
  cursorSchema,
  instantSchema,
  json,
  pageQuery,
  problemResponse,
  tenantSchema,
  textOfForm,
} from '../schemas.js';
import { validate } from '../validate.js';

/** Makes a key; also the first one of another tenant. */
export type FoundTenant = (
  principal: Principal,
  response: Response,
  input: CreateKeyInput,
) => AdministrativeAct;

export interface KeyCreation extends Omit<CreateKeyDeps, 'tellTenant'> {
  /** As `CreateKeyDeps.tellTenant`, of a request. */
  readonly tellTenant: (tenant: TenantName, by: Principal, request: string) => Promise<void>;
  readonly s3CredentialOf: S3CredentialOf;
}

export interface KeysRoutesOptions {
  readonly registry: ApiKeyRegistry;
  readonly create: FoundTenant;
  readonly guard: Guard;
  readonly cursors: CursorCodec;
  readonly body: BodyLimits;
}

const keyIdSchema = branded(KEY_ID_PATTERN, isKeyId);
const textSchema = textOfForm(KEY_TEXT_PATTERN);

/** Keys without an identity are `key:…`, the node is `node`, tenants are `tenant:…`, nobody is `anonymous`: none may pass for one. */
const RESERVED_AUTHOR = /^(?:key:|tenant:|node$|anonymous$)/;

/** What is said of a tenant's first key. */
export const foundingSchema = z.strictObject({
  label: textSchema.optional(),
  author: textSchema
    .refine((text) => !RESERVED_AUTHOR.test(text), 'must not begin with key: or be reserved')
    .meta({ description: 'The identity that records written with the key name as their author.' })
    .optional(),
});

const newKeySchema = foundingSchema
  .extend({
    role: z.enum(ROLES).meta({ description: '`none` = only what grants give it.' }),
    tenant: tenantSchema
      .meta({ description: 'Another tenant that has no key yet; only for admins of "default".' })
      .optional(),
    s3: z
      .literal(true)
      .meta({ description: 'With an access key id and a secret for the S3 port.' })
      .optional(),
  })
  .refine(({ role, s3 }) => s3 === undefined || role !== 'inspector', {
    message: 'an inspector reads under an inspection, which S3 cannot name',
    path: ['s3'],
  });

const keySchema = z
  .object({
    id: z.string(),
    tenant: z.string(),
    role: z.enum(ROLES),
    createdAt: instantSchema,
    label: z.string().optional(),
    author: z.string().optional(),
    accessKeyId: z.string().optional().meta({ description: 'Of a key with an S3 credential.' }),
    revokedAt: instantSchema.optional(),
  })
  .meta({ description: 'What is kept of a key: never the key itself.' });

export const createdKeySchema = keySchema.extend({
  key: z.string().meta({ description: 'The whole key. It cannot be had again.' }),
  secretAccessKey: z
    .string()
    .optional()
    .meta({ description: 'Beside the accessKeyId. It cannot be had again.' }),
});

const keyPageSchema = z.object({ items: z.array(keySchema), cursor: cursorSchema });
const listQuerySchema = z.strictObject(pageQuery);
const keyPathSchema = z.object({ id: keyIdSchema });
const positionSchema = z.strictObject({ after: keyIdSchema });

/** The same act for `POST /keys` and `POST /tenants`. */
export function keyCreation(deps: KeyCreation): FoundTenant {
  return (principal, response, input) => {
    const { role, tenant, s3 } = input;
    const request = requestIdOf(response);
    return {
      question: {
        role,
        ...(tenant !== undefined && { tenant }),
        ...(s3 === true && { s3 }),
      },
      take: async () => {
        const tellTenant = (founded: TenantName): Promise<void> =>
          deps.tellTenant(founded, principal, request);
        const { key, text } = await createKey({ ...deps, tellTenant }, principal, input);
        return {
          made: { key: key.id },
          send: () => {
            const s3 = deps.s3CredentialOf(key);
            sendJson(response, 201, {
              ...viewOf(key),
              key: text,
              ...(s3 !== null && { secretAccessKey: s3.secretAccessKey }),
            } satisfies z.infer<typeof createdKeySchema>);
          },
        };
      },
    };
  };
}

export function keysRoutes(options: KeysRoutesOptions): Router {
  const { registry, create, guard, cursors, body } = options;
  const router = Router({ caseSensitive: true, strict: true });
  addResource(router, '/keys', {
    post: guard.administering('key:create', async (principal, request, response) => {
      const input = validate(newKeySchema, await readJsonBody(request, body), 'the body');
      const { tenant } = input;
      // Before anything is put on record as begun.
      if (tenant !== undefined && tenant !== principal.tenant)
        authorize(principal, 'tenant:found', tenant);
      return create(principal, response, definedMembers(input));
    }),
    get: guard('key:list', (principal, request, response) => {
      const { limit, cursor } = validate(listQuerySchema, request.query, 'the query');
      const list = ['keys', principal.tenant];
      const start = cursor === undefined ? {} : cursors.decode(list, cursor, positionSchema);
      const { items, next } = listKeys(registry, principal, { limit, ...start });
      sendJson(response, 200, {
        items: items.map(viewOf),
        cursor: next === null ? null : cursors.encode(list, { after: next }),
      } satisfies z.infer<typeof keyPageSchema>);
    }),
  });
  addResource(router, '/keys/:id', {
    delete: guard.administering('key:revoke', (principal, request, response) => {
      const { id } = validate(keyPathSchema, request.params, 'the path');
      return {
        question: { key: id },
        take: async () => {
          const key = await revokeKey(registry, principal, id);
          return {
            made: {},
            send: () => {
              sendJson(response, 200, viewOf(key));
            },
          };
        },
      };
    }),
  });
  return router;
}

export function describeKeys(registry: OpenAPIRegistry): void {
  registry.registerPath({
    method: 'post',
    path: '/v1/keys',
    summary: 'Make an API key',
    tags: ['keys'],
    request: { body: { required: true, content: json(newKeySchema) } },
    responses: {
      201: { description: 'The key, this once.', content: json(createdKeySchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'get',
    path: '/v1/keys',
    summary: "List the tenant's API keys, oldest first",
    tags: ['keys'],
    request: { query: listQuerySchema },
    responses: {
      200: { description: 'A page of keys.', content: json(keyPageSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'delete',
    path: '/v1/keys/{id}',
    summary: 'Revoke an API key; a second time changes nothing',
    tags: ['keys'],
    request: { params: keyPathSchema },
    responses: {
      200: { description: 'The revoked key.', content: json(keySchema) },
      default: problemResponse,
    },
  });
}

function viewOf(key: ApiKey): z.infer<typeof keySchema> {
  const { id, tenant, role, label, author, s3, createdAt, revokedAt } = key;
  return definedMembers({
    id,
    tenant,
    role,
    label,
    author,
    accessKeyId: s3 === true ? accessKeyIdOf(id) : undefined,
    createdAt: formatInstant(createdAt),
    revokedAt: revokedAt === undefined ? undefined : formatInstant(revokedAt),
  });
}
