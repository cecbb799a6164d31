/** `/v1/inspections`: an authority's cases, under which its inspectors read. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { Router } from 'express';
import { z } from 'zod';
import type { AccessBook } from '../../access/access-book.js';
import { AccessError } from '../../access/access-error.js';
import { type Principal, rolesAllowing } from '../../access/authorize.js';
import type { InspectionBook } from '../../access/inspection-book.js';
import {
  type Inspection,
  INSPECTION_ID_PATTERN,
  inspectionToJson,
  isInspector,
  MAX_INSPECTION_DAYS,
  scopeToJson,
  stateOfInspection,
} from '../../access/inspection.js';
import type { UnixMillis } from '../../base/brand.js';
import type { JsonObject } from '../../base/canonical-json.js';
import { definedMembers } from '../../base/defined-members.js';
import { type Clock, DAY_MILLIS, parseInstant } from '../../base/time.js';
import type { InspectionChanges, NewInspection } from '../../commands/change-inspections.js';
import type { TenantLedgers } from '../../queries/tenant-ledgers.js';
import { sendJson } from '../answer.js';
import { ApiError } from '../api-error.js';
import { type Guard, NO_LEDGER } from '../authentication.js';
import { type BodyLimits, readJsonBody } from '../body.js';
import type { CursorCodec } from '../cursor.js';
import {
  inspectionPageSchema,
  inspectionSchema,
  newInspectionSchema,
} from '../inspection-schemas.js';
import { addResource } from '../resource.js';
import { json, pageQuery, problemResponse } from '../schemas.js';
import { validate } from '../validate.js';

export interface InspectionsRoutesOptions {
  readonly guard: Guard;
  readonly cursors: CursorCodec;
  readonly body: BodyLimits;
  readonly clock: Clock;
  readonly book: AccessBook;
  readonly ledgers: Pick<TenantLedgers, 'find'>;
  readonly inspections: InspectionBook;
  readonly changes: InspectionChanges;
}

const pathSchema = z.object({ id: z.string() });
const noQuerySchema = z.strictObject({});
const listQuerySchema = z.strictObject(pageQuery);
const positionSchema = z.strictObject({ after: z.string().regex(INSPECTION_ID_PATTERN) });

export function inspectionsRoutes(options: InspectionsRoutesOptions): Router {
  const { guard, cursors, body, clock, inspections, changes } = options;
  const router = Router({ caseSensitive: true, strict: true });
  const shown = (principal: Principal, inspection: Inspection): JsonObject =>
    shownTo(principal, inspection, clock.now());
  addResource(router, '/inspections', {
    post: guard.administering('inspection:open', async (principal, request, response) => {
      const input = validate(newInspectionSchema, await readJsonBody(request, body), 'the body');
      const asked = askedInspection(input, clock.now());
      checkLedger(options, principal, asked.ledger);
      checkHiding(options, principal, asked.isHidden);
      const mark = await changes.mark(principal.tenant, asked.isHidden);
      const { scope, caseId, authority, legalBasis } = asked;
      return {
        ledger: asked.ledger,
        question: { caseId, authority, legalBasis, scope: scopeToJson(scope) },
        inspection: mark,
        take: async () => {
          const opened = await changes.open(principal, { ...asked, ...mark });
          return {
            made: { inspection: opened.id },
            send: () => {
              response.setHeader('Location', `/v1/inspections/${opened.id}`);
              sendJson(response, 201, shown(principal, opened));
            },
          };
        },
      };
    }),
    get: guard('inspection:read', (principal, request, response) => {
      const { limit, cursor } = validate(listQuerySchema, request.query, 'the query');
      const list = ['inspections', principal.tenant, principal.keyId];
      const start = cursor === undefined ? null : cursors.decode(list, cursor, positionSchema);
      const all = inspections.seenBy(principal, isOverseer(principal));
      const from = start === null ? 0 : all.findIndex(({ id }) => id === start.after) + 1;
      const items = all.slice(from, from + limit);
      const last = items.at(-1);
      const isEnd = last === undefined || last === all.at(-1);
      sendJson(response, 200, {
        items: items.map((one) => shown(principal, one)),
        cursor: isEnd ? null : cursors.encode(list, { after: last.id }),
      });
    }),
  });
  addResource(router, '/inspections/:id', {
    get: guard('inspection:read', (principal, request, response) => {
      const { id } = validate(pathSchema, request.params, 'the path');
      validate(noQuerySchema, request.query, 'the query');
      const found = inspections
        .seenBy(principal, isOverseer(principal))
        .find((one) => one.id === id);
      if (found === undefined)
        throw new AccessError('INSPECTION_UNKNOWN', 'there is no inspection with this id');
      sendJson(response, 200, shown(principal, found));
    }),
  });
  addResource(router, '/inspections/:id/close', {
    post: guard.administering('inspection:close', (principal, request, response) => {
      const { id } = validate(pathSchema, request.params, 'the path');
      const { ledger, isHidden } = inspections.opened(principal, id);
      return {
        ledger,
        question: {},
        inspection: { id, isHidden },
        take: async () => {
          const closed = await changes.close(principal, id);
          return {
            made: { inspection: id, state: 'closed' },
            send: () => {
              sendJson(response, 200, shown(principal, closed));
            },
          };
        },
      };
    }),
  });
  return router;
}

/** @throws ApiError REQUEST_INVALID; BaseError TIME_MALFORMED. */
function askedInspection(
  input: z.output<typeof newInspectionSchema>,
  now: UnixMillis,
): Omit<NewInspection, 'id'> {
  const { scope, inspectors, expiresAt: expiry, ...rest } = input;
  const expiresAt = parseInstant(expiry);
  if (expiresAt <= now || expiresAt > now + MAX_INSPECTION_DAYS * DAY_MILLIS)
    throw new ApiError(
      'REQUEST_INVALID',
      `expiresAt must be in the future, and in at most ${MAX_INSPECTION_DAYS} days`,
    );
  const { recordedFrom: from, recordedTo: to, subjects, types } = scope;
  const recordedFrom = from === undefined ? undefined : parseInstant(from);
  const recordedTo = to === undefined ? undefined : parseInstant(to);
  if (recordedFrom !== undefined && recordedTo !== undefined && recordedFrom >= recordedTo)
    throw new ApiError('REQUEST_INVALID', 'the scope’s recordedFrom must be before its recordedTo');
  return {
    ...rest,
    expiresAt,
    scope: definedMembers({ subjects, types, recordedFrom, recordedTo }),
    inspectors: inspectors.map(({ name, key, identity = '' }) => ({
      name,
      to: key === undefined ? { identity } : { key },
    })),
  };
}

/** @throws LedgerError LEDGER_UNKNOWN, also of one that is hidden from the inspector. */
function checkLedger(
  { book, ledgers }: InspectionsRoutesOptions,
  principal: Principal,
  ledger: string,
): void {
  const { isHidden } = book.rolesIn(principal, ledger);
  ledgers.find(principal.tenant, isHidden ? NO_LEDGER : ledger);
}

/** @throws AccessError INSPECTION_HIDING_REFUSED. */
function checkHiding(
  { book }: InspectionsRoutesOptions,
  { tenant }: Principal,
  isHidden: boolean,
): void {
  if (isHidden && !book.of(tenant).settings.hiddenInspections)
    throw new AccessError(
      'INSPECTION_HIDING_REFUSED',
      'the tenant allows no hidden inspections: have an admin set hiddenInspections, or open it without isHidden',
    );
}

/** One of those that oversee the institution itself. */
function isOverseer({ role, roles }: Principal): boolean {
  return rolesAllowing('access:read', roles ?? [role]).length > 0;
}

/** Whom it is about is for those who look under it: an auditor reads no content. */
function shownTo(principal: Principal, inspection: Inspection, now: UnixMillis): JsonObject {
  const { scope, ...said } = inspectionToJson(inspection);
  const { subjects, ...narrowed } = inspection.scope;
  const counted =
    subjects === undefined || isInspector(inspection, principal)
      ? scope
      : { ...scopeToJson(narrowed), subjectCount: subjects.length };
  return { ...said, scope: counted ?? {}, state: stateOfInspection(inspection, now) };
}

export function describeInspections(registry: OpenAPIRegistry): void {
  const tags = ['inspections'];
  const one = { description: 'The inspection.', content: json(inspectionSchema) };
  registry.registerPath({
    method: 'post',
    path: '/v1/inspections',
    summary: 'Open an inspection of a ledger',
    description:
      'Reads with its id in the header Chirograph-Inspection are made under it: they show nothing out of its scope, and the access ledger says which inspection each was made under.',
    tags,
    request: { body: { required: true, content: json(newInspectionSchema) } },
    responses: { 201: one, default: problemResponse },
  });
  registry.registerPath({
    method: 'get',
    path: '/v1/inspections',
    summary: 'Inspections that you have a part in, or oversee; in the order opened',
    description: 'Hidden ones are shown only to those who look under them.',
    tags,
    request: { query: listQuerySchema },
    responses: {
      200: { description: 'A page of inspections.', content: json(inspectionPageSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'get',
    path: '/v1/inspections/{id}',
    summary: 'One inspection',
    tags,
    request: { params: pathSchema },
    responses: { 200: one, default: problemResponse },
  });
  registry.registerPath({
    method: 'post',
    path: '/v1/inspections/{id}/close',
    summary: 'Close an inspection: nothing more is shown under it',
    tags,
    request: { params: pathSchema },
    responses: { 200: one, default: problemResponse },
  });
}
