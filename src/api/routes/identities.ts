/** `/v1/identities`: who signs, with which keys, since when and until when (docs/formats/identity.md). */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { type Response, Router } from 'express';
import { z } from 'zod';
import type { LeafIndex } from '../../base/brand.js';
import type { JsonObject } from '../../base/canonical-json.js';
import { definedMembers } from '../../base/defined-members.js';
import type { ChangedIdentity, IdentityChanges } from '../../commands/change-identities.js';
import { IDENTITY_LEDGER } from '../../identities/identity-record.js';
import { disclosedEntry, disclosedView } from '../../queries/disclosed-entries.js';
import { isIdentityId } from '../../queries/identity-book.js';
import { identityToJson } from '../../queries/identity-view.js';
import {
  eventToJson,
  listIdentities,
  readIdentity,
  unknownIdentity,
} from '../../queries/read-identity.js';
import type { TenantLedger } from '../../queries/tenant-ledgers.js';
import { sendJson } from '../answer.js';
import type { ActTaken, AdministrativeAct, Guard } from '../authentication.js';
import { type BodyLimits, readJsonBody } from '../body.js';
import type { CursorCodec } from '../cursor.js';
import { asOfQuery } from '../entry-schemas.js';
import {
  changedIdentitySchema,
  historyPageSchema,
  identityAnswerSchema,
  identityPageSchema,
  identityPathSchema,
  signedEventSchema,
  tenantActSchema,
} from '../identity-schemas.js';
import { addResource } from '../resource.js';
import { json, pageQuery, problemResponse } from '../schemas.js';
import { validate } from '../validate.js';

export interface IdentitiesRoutesOptions {
  readonly guard: Guard;
  readonly cursors: CursorCodec;
  readonly body: BodyLimits;
  readonly changes: IdentityChanges;
  /** Of identities; null of a tenant that has had none. */
  readonly ledgerOf: (tenant: string) => TenantLedger | null;
}

const listQuerySchema = z.strictObject(pageQuery);
const oneQuerySchema = z.strictObject(asOfQuery);
const historyQuerySchema = z.strictObject({ ...pageQuery, ...asOfQuery });
const listPositionSchema = z.strictObject({ next: z.int().min(0) });
const historyPositionSchema = z.strictObject({ next: z.int().min(0), size: z.int().min(0) });

export function identitiesRoutes(options: IdentitiesRoutesOptions): Router {
  const { guard, cursors, body, changes, ledgerOf } = options;
  const router = Router({ caseSensitive: true, strict: true });
  addResource(router, '/identities', {
    post: guard.administering('identity:register', async (principal, request, response) => {
      const signed = validate(signedEventSchema, await readJsonBody(request, body), 'the body');
      return actOf(signed.event, null, async () => {
        const changed = await changes.submit(principal, jsonOf(signed), null);
        response.setHeader('Location', `/v1/identities/${changed.state.id}`);
        return taken(response, changed);
      });
    }),
    get: guard.disclosing('identity:read', async ({ tenant }, request, response) => {
      const { limit, cursor } = validate(listQuerySchema, request.query, 'the query');
      const list = ['identities', tenant];
      const start = cursor === undefined ? null : cursors.decode(list, cursor, listPositionSchema);
      const from = start === null ? undefined : (start.next as LeafIndex);
      const { items, next } = await listIdentities(ledgerOf(tenant), { limit, from });
      return {
        ledger: IDENTITY_LEDGER,
        question: definedMembers({ limit, from }),
        entries: items.map(disclosedView),
        send: () => {
          sendJson(response, 200, {
            items: items.map(({ subject = '', recordedAt: registeredAt, author = '' }) => ({
              ...{ id: subject, registeredAt, author },
            })),
            cursor: next === null ? null : cursors.encode(list, { next }),
          });
        },
      };
    }),
  });
  addResource(router, '/identities/:id', {
    get: guard.disclosing('identity:read', async ({ tenant }, request, response) => {
      const { id } = validate(identityPathSchema, request.params, 'the path');
      const { asOf } = validate(oneQuerySchema, request.query, 'the query');
      const found = await readIdentity(ledgerOf(tenant), id, asOf);
      return {
        ledger: IDENTITY_LEDGER,
        question: definedMembers({ subject: id, asOf }),
        entries: found.events.map(({ opened }) => disclosedEntry(opened)),
        send: () => {
          sendJson(response, 200, { ...identityToJson(found.state), asOf: { ...found.asOf } });
        },
      };
    }),
  });
  addResource(router, '/identities/:id/history', {
    get: guard.disclosing('identity:read', async ({ tenant }, request, response) => {
      const { id } = validate(identityPathSchema, request.params, 'the path');
      const { limit, asOf, cursor } = validate(historyQuerySchema, request.query, 'the query');
      const list = ['identity-history', tenant, id, asOf ?? ''];
      const at = cursor === undefined ? null : cursors.decode(list, cursor, historyPositionSchema);
      const size = at === null ? asOf : String(at.size);
      const found = await readIdentity(ledgerOf(tenant), id, size);
      const from = at?.next ?? 0;
      const events = found.events.slice(from, from + limit);
      const next = from + events.length;
      const isEnd = next >= found.events.length;
      return {
        ledger: IDENTITY_LEDGER,
        question: definedMembers({ subject: id, history: true, asOf, from, limit }),
        entries: events.map(({ opened }) => disclosedEntry(opened)),
        send: () => {
          sendJson(response, 200, {
            items: events.map(eventToJson),
            cursor: isEnd ? null : cursors.encode(list, { next, size: found.asOf.size }),
            asOf: { ...found.asOf },
          });
        },
      };
    }),
  });
  addResource(router, '/identities/:id/events', {
    post: guard.administering('identity:change', async (principal, request, response) => {
      const { id } = validate(identityPathSchema, request.params, 'the path');
      if (!isIdentityId(id)) throw unknownIdentity();
      const signed = validate(signedEventSchema, await readJsonBody(request, body), 'the body');
      return actOf(signed.event, id, async () =>
        taken(response, await changes.submit(principal, jsonOf(signed), id)),
      );
    }),
  });
  addResource(router, '/identities/:id/acts', {
    post: guard.administering('identity:act', async (principal, request, response) => {
      const { id } = validate(identityPathSchema, request.params, 'the path');
      if (!isIdentityId(id)) throw unknownIdentity();
      const act = validate(tenantActSchema, await readJsonBody(request, body), 'the body');
      return actOf({ action: act.action }, id, async () =>
        taken(response, await changes.act(principal, id, act)),
      );
    }),
  });
  return router;
}

type Signed = z.output<typeof signedEventSchema>;

function jsonOf({ event, signatures }: Signed): JsonObject {
  return { event, ...(signatures !== undefined && { signatures }) };
}

/** Whose it is stands in the entry by their tag, and what was made by its record. */
function actOf(
  { action, sequence }: JsonObject,
  id: string | null,
  take: () => Promise<ActTaken>,
): AdministrativeAct {
  const said = typeof action === 'string' ? action.slice(0, 32) : null;
  const number = typeof sequence === 'number' ? sequence : null;
  return {
    ledger: IDENTITY_LEDGER,
    question: {
      ...(id !== null && { subject: id }),
      ...(said !== null && { event: said }),
      ...(number !== null && { sequence: number }),
    },
    take,
  };
}

function taken(response: Response, { state, receipt }: ChangedIdentity): ActTaken {
  return {
    made: { record: receipt.id, sequence: state.sequence },
    send: () => {
      sendJson(response, 201, { identity: identityToJson(state), receipt: { ...receipt } });
    },
  };
}

export function describeIdentities(registry: OpenAPIRegistry): void {
  const tags = ['identities'];
  const changed = {
    description: 'The identity as it is now, and the receipt of the event.',
    content: json(changedIdentitySchema),
  };
  const body = { required: true, content: json(signedEventSchema) };
  registry.registerPath({
    method: 'post',
    path: '/v1/identities',
    summary: 'Register an identity, or import one of Tradle',
    description: 'A first event, signed by each key that it brings (docs/formats/identity.md).',
    tags,
    request: { body },
    responses: { 201: changed, default: problemResponse },
  });
  registry.registerPath({
    method: 'get',
    path: '/v1/identities',
    summary: 'Who there is, in the order registered',
    tags,
    request: { query: listQuerySchema },
    responses: {
      200: { description: 'A page of identities.', content: json(identityPageSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'get',
    path: '/v1/identities/{id}',
    summary: 'Which keys an identity has, or had as of then',
    tags,
    request: { params: identityPathSchema, query: oneQuerySchema },
    responses: {
      200: { description: 'The identity.', content: json(identityAnswerSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'get',
    path: '/v1/identities/{id}/history',
    summary: 'Its events as they were signed, oldest first',
    tags,
    request: { params: identityPathSchema, query: historyQuerySchema },
    responses: {
      200: { description: 'A page of events.', content: json(historyPageSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'post',
    path: '/v1/identities/{id}/events',
    summary: 'Change an identity: add, rotate and revoke keys, bind a certificate, recover, revoke',
    description: 'The event after its last one, signed by the keys that the change takes.',
    tags,
    request: { params: identityPathSchema, body },
    responses: { 201: changed, default: problemResponse },
  });
  registry.registerPath({
    method: 'post',
    path: '/v1/identities/{id}/acts',
    summary: 'Introduce, suspend or resume an identity, as its tenant',
    tags,
    request: {
      params: identityPathSchema,
      body: { required: true, content: json(tenantActSchema) },
    },
    responses: { 201: changed, default: problemResponse },
  });
}
