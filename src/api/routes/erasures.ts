/** `/v1/erasures`: forgetting what is free, by two persons, and the certificates of it. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { type Response, Router } from 'express';
import { z } from 'zod';
import { ACCESS_LEDGER } from '../../access/access-entry.js';
import type { TenantName } from '../../access/tenant-name.js';
import type { JsonObject } from '../../base/canonical-json.js';
import { definedMembers } from '../../base/defined-members.js';
import type { ErasureChanges } from '../../commands/change-erasures.js';
import type { ErasureProgress } from '../../commands/erasure-run.js';
import type { Eraser } from '../../commands/run-erasures.js';
import type { MayForgetParts } from '../../queries/may-forget.js';
import { erasureNumbered, type ErasureVersion } from '../../queries/tenant-erasures.js';
import type { TenantLedgers } from '../../queries/tenant-ledgers.js';
import type { ErasureBook } from '../../retention/erasure-book.js';
import { erasureToJson } from '../../retention/erasure-payload.js';
import type { Erasure } from '../../retention/erasure.js';
import { RetentionError } from '../../retention/retention-error.js';
import { sendJson } from '../answer.js';
import type { Guard } from '../authentication.js';
import { type BodyLimits, readJsonBody } from '../body.js';
import type { CursorCodec } from '../cursor.js';
import {
  certificateSchema,
  erasurePageSchema,
  erasureRunSchema,
  erasureSchema,
  newErasureSchema,
  runQuery,
} from '../erasure-schemas.js';
import { sendListPage } from '../list-page.js';
import { addResource } from '../resource.js';
import { json, pageQuery, problemResponse } from '../schemas.js';
import { validate } from '../validate.js';

export interface ErasuresRoutesOptions {
  readonly guard: Guard;
  readonly cursors: CursorCodec;
  readonly body: BodyLimits;
  readonly ledgers: Pick<TenantLedgers, 'find'>;
  readonly erasures: ErasureBook;
  readonly changes: ErasureChanges;
  readonly eraser: Eraser;
  readonly forget: MayForgetParts;
}

const pathSchema = z.object({ id: z.string() });
const noQuerySchema = z.strictObject({});
const listQuerySchema = z.strictObject(pageQuery);

export function erasuresRoutes(options: ErasuresRoutesOptions): Router {
  const { guard, cursors, body, erasures, changes, eraser, forget } = options;
  const router = Router({ caseSensitive: true, strict: true });
  const shown = (erasure: Erasure): JsonObject => {
    const progress = eraser.progressOf(erasure);
    return { ...erasureToJson(erasure), ...(progress !== null && { progress: { ...progress } }) };
  };
  addResource(router, '/erasures', {
    post: guard.administering('erasure:propose', async (principal, request, response) => {
      const input = validate(newErasureSchema, await readJsonBody(request, body), 'the body');
      const wanted = {
        ...definedMembers(input),
        kind: input.subject === undefined ? 'due' : 'subject',
      } as const;
      return {
        question: { ...definedMembers(input) },
        take: async () => {
          const erasure = await changes.propose(principal, wanted, forget);
          return {
            made: { erasure: erasure.id },
            send: () => {
              response.setHeader('Location', `/v1/erasures/${erasure.id}`);
              sendJson(response, 201, shown(erasure));
            },
          };
        },
      };
    }),
    get: guard('erasure:read', ({ tenant }, request, response) => {
      const page = validate(listQuerySchema, request.query, 'the query');
      const asked = { list: ['erasures', tenant], ...page, shown: shown };
      sendListPage(response, cursors, erasures.of(tenant), asked);
    }),
  });
  // Before the routes of single ones: `run` is the id of none.
  addResource(router, '/erasures/run', {
    post: guard.administering('erasure:run', (principal, request, response) => {
      validate(noQuerySchema, request.query, 'the query');
      return Promise.resolve({
        question: {},
        take: () => {
          const { tenant } = principal;
          const ids = erasures
            .of(tenant)
            .filter(({ state }) => state === 'approved' || state === 'executing')
            .map(({ id }) => id);
          if (ids.length > 0) eraser.begin(tenant, ids, forget);
          return Promise.resolve({
            made: { erasures: ids.length },
            send: () => {
              sendJson(response, 202, { begun: ids });
            },
          });
        },
      });
    }),
  });
  addResource(router, '/erasures/:id', {
    get: guard.disclosing('erasure:show', async ({ tenant }, request, response) => {
      const { id } = validate(pathSchema, request.params, 'the path');
      validate(noQuerySchema, request.query, 'the query');
      const { erasure, said } = await newest(options, tenant, id);
      // While it is carried out nothing can be put on record that names the person.
      const subject = isUnderWay(eraser.progressOf(erasure)) ? undefined : erasure.subject;
      return {
        ledger: ACCESS_LEDGER,
        question: { erasure: id },
        entries: [],
        persons: subject === undefined ? [] : [subject],
        send: () => {
          const { refused } = said;
          sendJson(response, 200, definedMembers({ ...shown(erasure), subject, refused }));
        },
      };
    }),
  });
  addResource(router, '/erasures/:id/approval', {
    post: guard.administering('erasure:approve', (principal, request, response) => {
      const { id } = validate(pathSchema, request.params, 'the path');
      const { run } = validate(runQuery, request.query, 'the query');
      // Nobody is named: the person may be gone before it is on record that this was done.
      const { id: erasure } = erasures.get(principal.tenant, id);
      return Promise.resolve({
        question: { erasure, run: run === 'true' },
        take: async () => {
          const approved = await changes.approve(principal, erasure);
          return {
            made: { erasure, state: approved.state },
            send: () => {
              // Not before it is on record that it was approved.
              if (run === 'true') eraser.begin(principal.tenant, [erasure], forget);
              sendJson(response, run === 'true' ? 202 : 200, shown(approved));
            },
          };
        },
      });
    }),
  });
  addResource(router, '/erasures/:id/withdrawal', {
    post: guard.administering('erasure:withdraw', (principal, request, response) => {
      const { id } = validate(pathSchema, request.params, 'the path');
      validate(noQuerySchema, request.query, 'the query');
      const { id: erasure } = erasures.get(principal.tenant, id);
      return Promise.resolve({
        question: { erasure },
        take: async () => {
          const withdrawn = await changes.withdraw(principal, erasure);
          return {
            made: { erasure, state: withdrawn.state },
            send: () => {
              sendJson(response, 200, shown(withdrawn));
            },
          };
        },
      });
    }),
  });
  addResource(router, '/erasures/:id/certificate', {
    get: guard('erasure:read', async ({ tenant }, request, response) => {
      const { id } = validate(pathSchema, request.params, 'the path');
      validate(noQuerySchema, request.query, 'the query');
      await sendCertificate(options, tenant, id, response);
    }),
  });
  return router;
}

function isUnderWay(progress: ErasureProgress | null): boolean {
  return progress !== null && progress.step !== 'failed';
}

/** @throws RetentionError ERASURE_UNKNOWN, ERASURE_NOT_DONE. */
async function sendCertificate(
  options: ErasuresRoutesOptions,
  tenant: TenantName,
  id: string,
  response: Response,
): Promise<void> {
  const { erasure, said, entry } = await newest(options, tenant, id);
  if (said.certificate === undefined)
    throw new RetentionError(
      'ERASURE_NOT_DONE',
      `the erasure is ${erasure.state}: there is a certificate once it is done`,
    );
  sendJson(response, 200, {
    ...erasureToJson(erasure),
    certificate: said.certificate,
    entry: { ledger: ACCESS_LEDGER, ...entry },
  });
}

/** As its ledger has it. @throws RetentionError ERASURE_UNKNOWN. */
function newest(
  { ledgers, erasures }: ErasuresRoutesOptions,
  tenant: TenantName,
  id: string,
): Promise<ErasureVersion> {
  const { number } = erasures.get(tenant, id);
  const { ledger, vault } = ledgers.find(tenant, ACCESS_LEDGER);
  return erasureNumbered(ledger, vault, tenant, number);
}

export function describeErasures(registry: OpenAPIRegistry): void {
  const tags = ['retention'];
  const one = { description: 'The erasure.', content: json(erasureSchema) };
  const ofOne = { params: pathSchema };
  registry.registerPath({
    method: 'post',
    path: '/v1/erasures',
    summary: 'Propose to erase a person, or all that is due',
    description:
      'Another person, with another key, has to approve it. Refused while nothing of the person is free.',
    tags,
    request: { body: { required: true, content: json(newErasureSchema) } },
    responses: { 201: one, default: problemResponse },
  });
  registry.registerPath({
    method: 'get',
    path: '/v1/erasures',
    summary: 'All erasures that ever were proposed, in that order, without the persons',
    tags,
    request: { query: listQuerySchema },
    responses: {
      200: { description: 'A page of erasures.', content: json(erasurePageSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'post',
    path: '/v1/erasures/run',
    summary: 'Carry out all approved erasures with one rotation of the vault',
    description: 'Answers at once; the erasures say how far they are.',
    tags,
    responses: {
      202: { description: 'Their ids.', content: json(erasureRunSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'get',
    path: '/v1/erasures/{id}',
    summary: 'One erasure; with the person that is meant, while it is pending',
    tags,
    request: ofOne,
    responses: { 200: one, default: problemResponse },
  });
  registry.registerPath({
    method: 'post',
    path: '/v1/erasures/{id}/approval',
    summary: 'Approve what another person proposed; it is then carried out, unless told not to be',
    description:
      'What is free is judged again when it is carried out: what a hold covers by then stays. It cannot be undone.',
    tags,
    request: { ...ofOne, query: runQuery },
    responses: {
      200: { description: 'Approved, and not begun.', content: json(erasureSchema) },
      202: { description: 'Approved, and begun.', content: json(erasureSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'post',
    path: '/v1/erasures/{id}/withdrawal',
    summary: 'Withdraw an erasure of which nothing has been destroyed',
    tags,
    request: ofOne,
    responses: { 200: one, default: problemResponse },
  });
  registry.registerPath({
    method: 'get',
    path: '/v1/erasures/{id}/certificate',
    summary: 'The certificate of destruction of an erasure that is done',
    tags,
    request: ofOne,
    responses: {
      200: { description: 'What went, what was kept and why.', content: json(certificateSchema) },
      default: problemResponse,
    },
  });
}
