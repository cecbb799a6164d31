/** `/v1/holds`: cases for which data are kept, whatever policies say. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { Router } from 'express';
import { z } from 'zod';
import type { AccessBook } from '../../access/access-book.js';
import { ACCESS_LEDGER } from '../../access/access-entry.js';
import type { Principal } from '../../access/authorize.js';
import type { JsonObject } from '../../base/canonical-json.js';
import { definedMembers } from '../../base/defined-members.js';
import { type Clock, parseInstant } from '../../base/time.js';
import type { NewHold, RetentionChanges } from '../../commands/change-retention.js';
import type { TenantLedgers } from '../../queries/tenant-ledgers.js';
import { type Hold, HOLD_ID_PATTERN, holdToJson, stateOfHold } from '../../retention/hold.js';
import type { RetentionBook } from '../../retention/retention-book.js';
import { sendJson } from '../answer.js';
import { ApiError } from '../api-error.js';
import { type Guard, NO_LEDGER } from '../authentication.js';
import { type BodyLimits, readJsonBody } from '../body.js';
import type { CursorCodec } from '../cursor.js';
import { addResource } from '../resource.js';
import { holdPageSchema, holdSchema, newHoldSchema, releaseSchema } from '../retention-schemas.js';
import { json, pageQuery, problemResponse } from '../schemas.js';
import { validate } from '../validate.js';

export interface HoldsRoutesOptions {
  readonly guard: Guard;
  readonly cursors: CursorCodec;
  readonly body: BodyLimits;
  readonly clock: Clock;
  readonly book: AccessBook;
  readonly ledgers: Pick<TenantLedgers, 'find'>;
  readonly retention: RetentionBook;
  readonly changes: RetentionChanges;
}

const pathSchema = z.object({ id: z.string() });
const noQuerySchema = z.strictObject({});
const listQuerySchema = z.strictObject(pageQuery);
const positionSchema = z.strictObject({ after: z.string().regex(HOLD_ID_PATTERN) });

export function holdsRoutes(options: HoldsRoutesOptions): Router {
  const { guard, cursors, body, clock, retention, changes } = options;
  const router = Router({ caseSensitive: true, strict: true });
  const shown = (hold: Hold): JsonObject => ({
    ...holdToJson(hold),
    state: stateOfHold(hold, clock.now()),
  });
  addResource(router, '/holds', {
    post: guard.administering('hold:place', async (principal, request, response) => {
      const input = validate(newHoldSchema, await readJsonBody(request, body), 'the body');
      const wanted = askedHold(options, principal, input);
      return {
        question: definedMembers({ ...input, scope: definedMembers(input.scope) }),
        take: async () => {
          const hold = await changes.place(principal, wanted);
          return {
            made: { hold: hold.id },
            send: () => {
              response.setHeader('Location', `/v1/holds/${hold.id}`);
              sendJson(response, 201, withPersons(shown(hold), hold));
            },
          };
        },
      };
    }),
    get: guard('retention:read', ({ tenant }, request, response) => {
      const { limit, cursor } = validate(listQuerySchema, request.query, 'the query');
      const list = ['holds', tenant];
      const start = cursor === undefined ? null : cursors.decode(list, cursor, positionSchema);
      const all = retention.holdsOf(tenant);
      const from = start === null ? 0 : all.findIndex(({ id }) => id === start.after) + 1;
      const items = all.slice(from, from + limit);
      const last = items.at(-1);
      const isEnd = last === undefined || last === all.at(-1);
      sendJson(response, 200, {
        items: items.map(shown),
        cursor: isEnd ? null : cursors.encode(list, { after: last.id }),
      });
    }),
  });
  addResource(router, '/holds/:id', {
    get: guard.disclosing('hold:read', ({ tenant }, request, response) => {
      const { id } = validate(pathSchema, request.params, 'the path');
      validate(noQuerySchema, request.query, 'the query');
      const hold = retention.hold(tenant, id);
      return Promise.resolve({
        ledger: ACCESS_LEDGER,
        question: { hold: hold.id },
        entries: [],
        persons: hold.scope.subjects ?? [],
        send: () => {
          sendJson(response, 200, withPersons(shown(hold), hold));
        },
      });
    }),
  });
  addResource(router, '/holds/:id/release', {
    post: guard.administering('hold:release', async (principal, request, response) => {
      const { id } = validate(pathSchema, request.params, 'the path');
      const { reason } = validate(releaseSchema, await readJsonBody(request, body), 'the body');
      const { id: hold } = retention.hold(principal.tenant, id);
      return {
        question: { hold, reason },
        take: async () => {
          const released = await changes.release(principal, hold, reason);
          return {
            made: { hold, state: stateOfHold(released, clock.now()) },
            send: () => {
              sendJson(response, 200, shown(released));
            },
          };
        },
      };
    }),
  });
  addResource(router, '/holds/:id/release/withdrawal', {
    post: guard.administering('hold:withdraw', (principal, request, response) => {
      const { id } = validate(pathSchema, request.params, 'the path');
      validate(noQuerySchema, request.query, 'the query');
      const { id: hold } = retention.hold(principal.tenant, id);
      return Promise.resolve({
        question: { hold },
        take: async () => {
          const kept = await changes.withdrawRelease(principal, hold);
          return {
            made: { hold, state: stateOfHold(kept, clock.now()) },
            send: () => {
              sendJson(response, 200, shown(kept));
            },
          };
        },
      });
    }),
  });
  return router;
}

/** @throws ApiError REQUEST_INVALID; LedgerError LEDGER_UNKNOWN, also of a ledger that is hidden from whoever asks. */
function askedHold(
  { book, ledgers, clock }: HoldsRoutesOptions,
  principal: Principal,
  { until, scope, ...rest }: z.output<typeof newHoldSchema>,
): NewHold {
  const end = until === undefined ? undefined : parseInstant(until);
  if (end !== undefined && end <= clock.now())
    throw new ApiError('REQUEST_INVALID', 'until must be in the future');
  const { ledger } = scope;
  if (ledger !== undefined) {
    const { isHidden } = book.rolesIn(principal, ledger);
    ledgers.find(principal.tenant, isHidden ? NO_LEDGER : ledger);
  }
  return { ...rest, scope: definedMembers(scope), ...(end !== undefined && { until: end }) };
}

function withPersons(shown: JsonObject, { scope }: Hold): JsonObject {
  if (scope.subjects === undefined) return shown;
  return { ...shown, scope: { ...(shown['scope'] as JsonObject), subjects: scope.subjects } };
}

export function describeHolds(registry: OpenAPIRegistry): void {
  const tags = ['retention'];
  const one = { description: 'The hold.', content: json(holdSchema) };
  registry.registerPath({
    method: 'post',
    path: '/v1/holds',
    summary: 'Place a hold, or an extension that an authority ordered',
    description:
      'While it is in force, nothing in its scope is forgotten. Holds of several cases count each by itself.',
    tags,
    request: { body: { required: true, content: json(newHoldSchema) } },
    responses: { 201: one, default: problemResponse },
  });
  registry.registerPath({
    method: 'get',
    path: '/v1/holds',
    summary: 'All holds that ever were, in the order placed; of persons only how many',
    tags,
    request: { query: listQuerySchema },
    responses: {
      200: { description: 'A page of holds.', content: json(holdPageSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'get',
    path: '/v1/holds/{id}',
    summary: 'One hold, with the persons that it names',
    tags,
    request: { params: pathSchema },
    responses: { 200: one, default: problemResponse },
  });
  registry.registerPath({
    method: 'post',
    path: '/v1/holds/{id}/release',
    summary: 'Release a hold, or propose to where the tenant wants two persons',
    description:
      'The release of another person, with another key, then completes what was proposed.',
    tags,
    request: { params: pathSchema, body: { required: true, content: json(releaseSchema) } },
    responses: { 200: one, default: problemResponse },
  });
  registry.registerPath({
    method: 'post',
    path: '/v1/holds/{id}/release/withdrawal',
    summary: 'Withdraw a release that was proposed: the hold goes on',
    description: 'Whoever may release may withdraw, alone: it only keeps more.',
    tags,
    request: { params: pathSchema },
    responses: { 200: one, default: problemResponse },
  });
}
