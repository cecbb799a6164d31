/** `/v1/tenants`: founding tenants, and what a tenant has decided for itself. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { Router } from 'express';
import { z } from 'zod';
import type { AccessBook } from '../../access/access-book.js';
import { AccessError } from '../../access/access-error.js';
import { authorize } from '../../access/authorize.js';
import type { TenantName } from '../../access/tenant-name.js';
import {
  DEFAULT_SETTINGS,
  MAX_LEGAL_NAME,
  MAX_NOTICE_LABEL,
  MAX_NOTICE_TEXT,
  MAX_NOTICES,
  MAX_RESTRICTED_TYPES,
  RESTRICTED_LEDGER_PATTERN,
  RESTRICTED_TYPE_PATTERN,
} from '../../access/tenant-settings.js';
import { isTimeZone } from '../../base/calendar.js';
import { definedMembers } from '../../base/defined-members.js';
import type { AccessChanges } from '../../commands/change-access.js';
import { sendJson } from '../answer.js';
import type { Guard } from '../authentication.js';
import { type BodyLimits, readJsonBody } from '../body.js';
import type { CursorCodec } from '../cursor.js';
import { addResource } from '../resource.js';
import { cursorSchema, json, pageQuery, problemResponse, tenantSchema } from '../schemas.js';
import { validate } from '../validate.js';
import { createdKeySchema, type FoundTenant, foundingSchema } from './keys.js';

export interface TenantsRoutesOptions {
  readonly guard: Guard;
  readonly cursors: CursorCodec;
  readonly body: BodyLimits;
  readonly book: AccessBook;
  readonly changes: AccessChanges;
  readonly found: FoundTenant;
  /** Of tenants that principals of this one may know of, by name. */
  readonly tenantsSeenBy: (tenant: TenantName) => readonly TenantName[];
}

const settingsSchema = z.strictObject({
  timeZone: z
    .string()
    .max(100)
    .refine(isTimeZone, 'must be the IANA name of a time zone')
    .default(DEFAULT_SETTINGS.timeZone)
    .meta({ description: 'IANA name of the legal time zone.', examples: ['Europe/Vienna'] }),
  approvals: z
    .boolean()
    .default(DEFAULT_SETTINGS.approvals)
    .meta({ description: 'Grants take effect only when a second person has approved them.' }),
  exportApprovals: z.boolean().default(DEFAULT_SETTINGS.exportApprovals).meta({
    description:
      'Exports need an approved grant of the role exporter for the ledger, whatever else a key may do.',
  }),
  hiddenInspections: z.boolean().default(DEFAULT_SETTINGS.hiddenInspections).meta({
    description:
      'Inspections may be hidden from this tenant’s own routes, as some laws want it. Whoever is an inspector here then reads without its officers seeing it.',
  }),
  restrictedTypes: z
    .record(z.string().regex(RESTRICTED_TYPE_PATTERN), z.string().regex(RESTRICTED_LEDGER_PATTERN))
    .refine(
      (types) => Object.keys(types).length <= MAX_RESTRICTED_TYPES,
      'restricts too many types',
    )
    .default({})
    .meta({
      description:
        'Record type → the one ledger that takes it. Only grants for that ledger open it; to everyone else it is not there. Records of these types are in no export for the person.',
    }),
  legalName: z
    .string()
    .min(1)
    .max(MAX_LEGAL_NAME)
    .optional()
    .meta({ description: 'Your name in law, for reports.', examples: ['Beispielbank AG, Vaduz'] }),
  notices: z
    .array(
      z.strictObject({
        label: z.string().min(1).max(MAX_NOTICE_LABEL),
        text: z.string().min(1).max(MAX_NOTICE_TEXT),
      }),
    )
    .min(1)
    .max(MAX_NOTICES)
    .optional()
    .meta({
      description:
        'What a person who asks for their data is told besides (GDPR, Art. 15(1)), in your words: purposes, recipients, periods, source.',
    }),
});
const newTenantSchema = foundingSchema.extend({ name: tenantSchema });
const tenantAnswerSchema = z.object({ name: z.string(), settings: settingsSchema });
const tenantPageSchema = z.object({
  items: z.array(z.object({ name: z.string() })),
  cursor: cursorSchema,
});
const pathSchema = z.object({ tenant: z.string() });
const listQuerySchema = z.strictObject(pageQuery);
const positionSchema = z.strictObject({ after: tenantSchema });

export function tenantsRoutes(options: TenantsRoutesOptions): Router {
  const { guard, cursors, body, book, changes, found, tenantsSeenBy } = options;
  const router = Router({ caseSensitive: true, strict: true });
  addResource(router, '/tenants', {
    post: guard.administering('tenant:found', async (principal, request, response) => {
      const { name, ...first } = validate(
        newTenantSchema,
        await readJsonBody(request, body),
        'the body',
      );
      authorize(principal, 'tenant:found', name);
      return found(principal, response, { ...definedMembers(first), tenant: name, role: 'admin' });
    }),
    get: guard('tenant:list', ({ tenant }, request, response) => {
      const { limit, cursor } = validate(listQuerySchema, request.query, 'the query');
      const list = ['tenants', tenant];
      const start = cursor === undefined ? null : cursors.decode(list, cursor, positionSchema);
      const rest = tenantsSeenBy(tenant).filter((name) => start === null || name > start.after);
      const last = rest.length > limit ? rest[limit - 1] : undefined;
      sendJson(response, 200, {
        items: rest.slice(0, limit).map((name) => ({ name })),
        cursor: last === undefined ? null : cursors.encode(list, { after: last }),
      } satisfies z.infer<typeof tenantPageSchema>);
    }),
  });
  addResource(router, '/tenants/:tenant', {
    get: guard('tenant:read', ({ tenant }, request, response) => {
      requireOwn(tenant, validate(pathSchema, request.params, 'the path').tenant);
      sendJson(response, 200, { name: tenant, settings: book.of(tenant).settings });
    }),
    put: guard.administering('tenant:configure', async (principal, request, response) => {
      const { tenant } = principal;
      requireOwn(tenant, validate(pathSchema, request.params, 'the path').tenant);
      const settings = definedMembers(
        validate(settingsSchema, await readJsonBody(request, body), 'the body'),
      );
      return {
        question: { ...settings },
        take: async () => {
          await changes.configure(principal, settings);
          return {
            made: {},
            send: () => {
              sendJson(response, 200, { name: tenant, settings });
            },
          };
        },
      };
    }),
  });
  return router;
}

/** Another's tenant is as unknown as one that nobody has. */
function requireOwn(own: TenantName, asked: string): void {
  if (asked !== own)
    throw new AccessError('ACCESS_TENANT_UNKNOWN', 'there is no such tenant, or it is not yours');
}

export function describeTenants(registry: OpenAPIRegistry): void {
  const settings = json(tenantAnswerSchema);
  registry.registerPath({
    method: 'post',
    path: '/v1/tenants',
    summary: 'Found a tenant: only for admins of "default"',
    tags: ['access'],
    request: { body: { required: true, content: json(newTenantSchema) } },
    responses: {
      201: { description: 'Its first key, this once.', content: json(createdKeySchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'get',
    path: '/v1/tenants',
    summary: 'The tenants that you may know of, by name',
    description: 'All of the node for the tenant "default", else your own.',
    tags: ['access'],
    request: { query: listQuerySchema },
    responses: {
      200: { description: 'A page of tenants.', content: json(tenantPageSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'get',
    path: '/v1/tenants/{tenant}',
    summary: 'The settings of your tenant',
    tags: ['access'],
    request: { params: pathSchema },
    responses: {
      200: { description: 'Its settings.', content: settings },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'put',
    path: '/v1/tenants/{tenant}',
    summary: 'Set all settings of your tenant; what is left out gets its default',
    tags: ['access'],
    request: { params: pathSchema, body: { required: true, content: json(settingsSchema) } },
    responses: {
      200: { description: 'Its settings.', content: settings },
      default: problemResponse,
    },
  });
}
