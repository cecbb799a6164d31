/** `/v1/grants`: roles for one ledger or for all of a tenant, given to keys and to persons. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { type Response, Router } from 'express';
import { z } from 'zod';
import type { AccessBook } from '../../access/access-book.js';
import { KEY_TEXT_PATTERN } from '../../access/api-key.js';
import { type Role, ROLES } from '../../access/authorize.js';
import { exporterFault } from '../../access/export-approval.js';
import { type Grant, grantToJson } from '../../access/grant.js';
import { isKeyId, KEY_ID_PATTERN } from '../../access/key-text.js';
import type { JsonObject } from '../../base/canonical-json.js';
import { definedMembers } from '../../base/defined-members.js';
import { type Clock, parseInstant } from '../../base/time.js';
import type { AccessChanges } from '../../commands/change-access.js';
import { sendJson } from '../answer.js';
import { ApiError } from '../api-error.js';
import type { AdministrativeAct, Guard } from '../authentication.js';
import { type BodyLimits, readJsonBody } from '../body.js';
import type { CursorCodec } from '../cursor.js';
import { LEDGER_NAME_PATTERN } from '../entry-schemas.js';
import { sendListPage } from '../list-page.js';
import { addResource } from '../resource.js';
import { signerSchema } from '../retention-schemas.js';
import {
  branded,
  cursorSchema,
  instantSchema,
  json,
  pageQuery,
  problemResponse,
  textOfForm,
} from '../schemas.js';
import { validate } from '../validate.js';

export interface GrantsRoutesOptions {
  readonly guard: Guard;
  readonly cursors: CursorCodec;
  readonly body: BodyLimits;
  readonly book: AccessBook;
  readonly changes: AccessChanges;
  readonly clock: Clock;
}

const GRANTED = ROLES.filter((role): role is Exclude<Role, 'none'> => role !== 'none');
const granteeSchema = z
  .union([
    z.strictObject({ key: branded(KEY_ID_PATTERN, isKeyId) }),
    z.strictObject({ identity: textOfForm(KEY_TEXT_PATTERN) }),
  ])
  .meta({
    description: 'The id of an API key, or a name that an identity provider or certificate gives.',
  });
const newGrantSchema = z.strictObject({
  to: granteeSchema,
  role: z.enum(GRANTED),
  ledger: z
    .string()
    .regex(LEDGER_NAME_PATTERN)
    .optional()
    .meta({ description: 'Only there. Without it: in the whole tenant but restricted ledgers.' }),
  expiresAt: instantSchema.max(30).optional(),
});
const grantSchema = z
  .object({
    id: z.string(),
    to: z.object({ key: z.string().optional(), identity: z.string().optional() }),
    role: z.enum(ROLES),
    ledger: z.string().optional(),
    expiresAt: instantSchema.optional(),
    state: z.enum(['proposed', 'effective']),
    proposedAt: instantSchema,
    proposedBy: signerSchema,
    approvedAt: instantSchema.optional(),
    approvedBy: signerSchema.optional(),
  })
  .meta({ id: 'Grant' });
const grantPageSchema = z.object({ items: z.array(grantSchema), cursor: cursorSchema });
const pathSchema = z.object({ id: z.string() });
const listQuerySchema = z.strictObject(pageQuery);

export function grantsRoutes(options: GrantsRoutesOptions): Router {
  const { guard, cursors, body, book, changes, clock } = options;
  const router = Router({ caseSensitive: true, strict: true });
  addResource(router, '/grants', {
    post: guard.administering('grant:propose', async (principal, request, response) => {
      const input = validate(newGrantSchema, await readJsonBody(request, body), 'the body');
      const { to, role, ledger, expiresAt } = definedMembers(input);
      const wanted = {
        to,
        role,
        ...(ledger !== undefined && { ledger }),
        ...(expiresAt !== undefined && { expiresAt: parseInstant(expiresAt) }),
      };
      const fault = role === 'exporter' ? exporterFault(wanted, clock.now()) : null;
      if (fault !== null) throw new ApiError('REQUEST_INVALID', fault);
      return {
        ...(ledger !== undefined && { ledger }),
        question: { to: { ...to }, role, ...(expiresAt !== undefined && { expiresAt }) },
        take: async () => {
          const grant = await changes.propose(principal, wanted);
          return {
            made: { grant: grant.id, state: grant.state },
            send: () => {
              response.setHeader('Location', `/v1/grants/${grant.id}`);
              sendJson(response, 201, grantToJson(grant));
            },
          };
        },
      };
    }),
    get: guard('grant:read', ({ tenant }, request, response) => {
      const page = validate(listQuerySchema, request.query, 'the query');
      const asked = { list: ['grants', tenant], ...page, shown: grantToJson };
      sendListPage(response, cursors, book.of(tenant).grants, asked);
    }),
  });
  addResource(router, '/grants/:id', {
    delete: guard.administering('grant:revoke', (principal, request, response) => {
      const { id } = validate(pathSchema, request.params, 'the path');
      return changing(response, id, async () => {
        const grant = await changes.revoke(principal, id);
        return { grant, made: { revoked: grant.id } };
      });
    }),
  });
  addResource(router, '/grants/:id/approval', {
    post: guard.administering('grant:approve', (principal, request, response) => {
      const { id } = validate(pathSchema, request.params, 'the path');
      return changing(response, id, async () => {
        const grant = await changes.approve(principal, id);
        return { grant, made: { grant: grant.id, state: grant.state } };
      });
    }),
  });
  return router;
}

/** Of one that there is: answered with what it is after, or was. */
function changing(
  response: Response,
  id: string,
  act: () => Promise<{ readonly grant: Grant; readonly made: JsonObject }>,
): AdministrativeAct {
  return {
    // Whatever was asked for: of an id no more is kept than one has.
    question: { grant: id.slice(0, 12) },
    take: async () => {
      const { grant, made } = await act();
      return {
        made,
        send: () => {
          sendJson(response, 200, grantToJson(grant));
        },
      };
    },
  };
}

export function describeGrants(registry: OpenAPIRegistry): void {
  registry.registerPath({
    method: 'post',
    path: '/v1/grants',
    summary: 'Give a role, or propose to where the tenant wants two persons',
    tags: ['access'],
    request: { body: { required: true, content: json(newGrantSchema) } },
    responses: {
      201: { description: 'The grant.', content: json(grantSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'get',
    path: '/v1/grants',
    summary: 'The grants that there are, oldest first',
    tags: ['access'],
    request: { query: listQuerySchema },
    responses: {
      200: { description: 'A page of grants.', content: json(grantPageSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'delete',
    path: '/v1/grants/{id}',
    summary: 'Take a grant back, or a proposal',
    tags: ['access'],
    request: { params: pathSchema },
    responses: {
      200: { description: 'What it was.', content: json(grantSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'post',
    path: '/v1/grants/{id}/approval',
    summary: 'Approve what another has proposed',
    tags: ['access'],
    request: { params: pathSchema },
    responses: {
      200: { description: 'The grant, in effect.', content: json(grantSchema) },
      default: problemResponse,
    },
  });
}
