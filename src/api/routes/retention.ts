/** `/v1/retention`: how long what is recorded is kept, and what is due. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { Router } from 'express';
import { z } from 'zod';
import { ACCESS_LEDGER } from '../../access/access-entry.js';
import type { TenantName } from '../../access/tenant-name.js';
import type { UnixMillis } from '../../base/brand.js';
import type { JsonObject } from '../../base/canonical-json.js';
import { canonicalJson } from '../../base/canonical-json.js';
import { sha256Hex } from '../../base/hash.js';
import { PERSON_NAME } from '../../base/secret-scope.js';
import { type Clock, formatInstant } from '../../base/time.js';
import type { RetentionChanges } from '../../commands/change-retention.js';
import { instantOf } from '../../queries/as-of.js';
import { dueList, dueOfPerson } from '../../queries/due-list.js';
import type { MayForgetParts } from '../../queries/may-forget.js';
import { policiesToJson, versionToJson } from '../../retention/policies-payload.js';
import { NO_POLICIES, type RetentionPolicies } from '../../retention/policy.js';
import type { RetentionBook } from '../../retention/retention-book.js';
import { sendJson } from '../answer.js';
import type { Guard } from '../authentication.js';
import { type BodyLimits, readJsonBody } from '../body.js';
import { isMatched } from '../conditional.js';
import type { CursorCodec } from '../cursor.js';
import { addResource } from '../resource.js';
import { dueSchema, historySchema, policiesSchema, versionSchema } from '../retention-schemas.js';
import { json, pageQuery, problemResponse, textOfForm } from '../schemas.js';
import { validate } from '../validate.js';

export interface RetentionRoutesOptions {
  readonly guard: Guard;
  readonly cursors: CursorCodec;
  readonly body: BodyLimits;
  readonly clock: Clock;
  readonly retention: RetentionBook;
  readonly changes: RetentionChanges;
  readonly forget: MayForgetParts;
}

const when = z.string().max(30);
const policiesQuery = z.strictObject({
  asOf: when
    .optional()
    .meta({ description: 'An instant, or a calendar date: the end of that day there.' }),
});
const historyQuery = z.strictObject(pageQuery);
const historyPosition = z.strictObject({ below: z.int().min(1) });
const dueQuery = z.strictObject({
  ...pageQuery,
  at: when.optional().meta({
    description:
      'What is due then: an instant, or a calendar date (the end of that day there). Now without it.',
  }),
  subject: textOfForm(PERSON_NAME)
    .optional()
    .meta({ description: 'All of one person, in one page: also what is not due, and why.' }),
});
const duePosition = z.strictObject({
  at: z.int(),
  generation: z.int().min(1),
  offset: z.int().min(0),
});

export function retentionRoutes(options: RetentionRoutesOptions): Router {
  const { guard, cursors, body, clock, retention, changes } = options;
  const router = Router({ caseSensitive: true, strict: true });
  const instant = (tenant: TenantName, text: string | undefined): UnixMillis =>
    text === undefined
      ? clock.now()
      : instantOf(text, { timeZone: options.forget.timeZoneOf(tenant) });
  addResource(router, '/retention/policies', {
    get: guard('retention:read', ({ tenant }, request, response) => {
      const { asOf } = validate(policiesQuery, request.query, 'the query');
      const at = instant(tenant, asOf);
      const version = retention.versionsOf(tenant).findLast(({ setAt }) => setAt <= at);
      // Of a moment in the past nothing is replaced.
      if (asOf === undefined) response.setHeader('ETag', tagOf(version?.version ?? 0));
      sendJson(response, 200, version === undefined ? NONE : versionToJson(version));
    }),
    put: guard.administering('retention:configure', async (principal, request, response) => {
      const asked = validate(policiesSchema, await readJsonBody(request, body), 'the body');
      const policies = asked as RetentionPolicies;
      const ifMatch = request.get('If-Match');
      return {
        question: { sha256: sha256Hex(canonicalJson(policiesToJson(policies))) },
        take: async () => {
          const version = await changes.setPolicies(principal, policies, (inForce) =>
            isMatched(ifMatch, inForce === 0 ? null : tagOf(inForce)),
          );
          return {
            made: { version: version.version },
            send: () => {
              response.setHeader('ETag', tagOf(version.version));
              sendJson(response, 200, versionToJson(version));
            },
          };
        },
      };
    }),
  });
  addResource(router, '/retention/policies/history', {
    get: guard('retention:read', ({ tenant }, request, response) => {
      const { limit, cursor } = validate(historyQuery, request.query, 'the query');
      const list = ['retention-history', tenant];
      const start = cursor === undefined ? null : cursors.decode(list, cursor, historyPosition);
      const rest = retention
        .versionsOf(tenant)
        .filter(({ version }) => start === null || version < start.below)
        .toReversed();
      const items = rest.slice(0, limit);
      const last = items.at(-1);
      const isEnd = last === undefined || rest.length === items.length;
      sendJson(response, 200, {
        items: items.map(versionToJson),
        cursor: isEnd ? null : cursors.encode(list, { below: last.version }),
      });
    }),
  });
  addResource(router, '/retention/due', {
    get: guard.disclosing('retention:due', async ({ tenant }, request, response) => {
      const { limit, cursor, at: asked, subject } = validate(dueQuery, request.query, 'the query');
      const list = ['retention-due', tenant, asked ?? '', subject ?? ''];
      const start = cursor === undefined ? null : cursors.decode(list, cursor, duePosition);
      // Of all pages the instant of the first: a list must not change while it is read.
      const at = start === null ? instant(tenant, asked) : (start.at as UnixMillis);
      const page = await duePage(options, tenant, { at, limit, from: start, subject });
      return {
        ledger: ACCESS_LEDGER,
        question: { at: formatInstant(at), ...(subject !== undefined && { subject }) },
        entries: [],
        persons: page.persons,
        send: () => {
          sendJson(response, 200, {
            ...{ at: formatInstant(at), timeZone: options.forget.timeZoneOf(tenant) },
            items: page.items,
            cursor: page.next && cursors.encode(list, { ...page.next, at }),
          });
        },
      };
    }),
  });
  return router;
}

/** Of the policies in force. */
function tagOf(version: number): string {
  return `"${version}"`;
}

const NONE: JsonObject = { version: 0, ...policiesToJson(NO_POLICIES) };

async function duePage(
  { forget }: RetentionRoutesOptions,
  tenant: TenantName,
  {
    subject,
    ...question
  }: Parameters<typeof dueList>[2] & { readonly subject: string | undefined },
): Promise<{
  readonly items: readonly JsonObject[];
  readonly persons: readonly string[];
  readonly next: JsonObject | null;
}> {
  if (subject !== undefined)
    return {
      items: await dueOfPerson(forget, tenant, subject, question.at),
      persons: [],
      next: null,
    };
  const { items, next } = await dueList(forget, tenant, question);
  const persons = [...new Set(items.map((item) => item.subject))];
  return { items, persons, next: next && { ...next } };
}

export function describeRetention(registry: OpenAPIRegistry): void {
  const tags = ['retention'];
  const version = { description: 'The policies.', content: json(versionSchema) };
  registry.registerPath({
    method: 'get',
    path: '/v1/retention/policies',
    summary: 'The retention policies in force, now or then',
    tags,
    request: { query: policiesQuery },
    responses: { 200: version, default: problemResponse },
  });
  registry.registerPath({
    method: 'put',
    path: '/v1/retention/policies',
    summary: 'Set all retention policies of your tenant',
    description:
      'What was written before is never kept shorter by it: of all policies that were in force since then, the longest counts.',
    tags,
    request: {
      headers: z.object({
        'If-Match': z
          .string()
          .max(256)
          .optional()
          .meta({
            description: 'The `ETag` of the policies that are to be replaced: others are not.',
            examples: ['"3"'],
          }),
      }),
      body: { required: true, content: json(policiesSchema) },
    },
    responses: { 200: version, default: problemResponse },
  });
  registry.registerPath({
    method: 'get',
    path: '/v1/retention/policies/history',
    summary: 'All policies that ever were in force, newest first',
    tags,
    request: { query: historyQuery },
    responses: {
      200: { description: 'A page of versions.', content: json(historySchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'get',
    path: '/v1/retention/due',
    summary: 'Whose data are due to be forgotten, and what holds them all the same',
    description:
      'A page may be short, even empty, and have a cursor: go on until that is null. The access ledger says whom it showed.',
    tags,
    request: { query: dueQuery },
    responses: {
      200: { description: 'A page of what is due.', content: json(dueSchema) },
      default: problemResponse,
    },
  });
}
