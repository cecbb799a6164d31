/** `/v1/ledgers`: making, listing and looking at the ledgers of the caller's tenant. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { Router } from 'express';
import { z } from 'zod';
import type { Principal } from '../../access/authorize.js';
import { createLedger, type CreateLedgerDeps } from '../../commands/create-ledger.js';
import { rotateLogKey, type RotateLogKeyDeps } from '../../commands/rotate-log-key.js';
import type { LedgerState } from '../../queries/ledger-state.js';
import { listLedgers, stateOfLedger } from '../../queries/list-ledgers.js';
import type { TenantLedgers } from '../../queries/tenant-ledgers.js';
import { sendJson } from '../answer.js';
import type { Guard } from '../authentication.js';
import { type BodyLimits, readJsonBody } from '../body.js';
import type { CursorCodec } from '../cursor.js';
import { LEDGER_NAME_PATTERN, ledgerPath, ledgerSchema } from '../entry-schemas.js';
import { addResource } from '../resource.js';
import { cursorSchema, json, pageQuery, problemResponse } from '../schemas.js';
import { validate } from '../validate.js';

export interface LedgersRoutesOptions {
  readonly guard: Guard;
  readonly cursors: CursorCodec;
  readonly body: BodyLimits;
  readonly ledgers: TenantLedgers;
  readonly creation: CreateLedgerDeps;
  readonly rotation: RotateLogKeyDeps;
  /** Whether a list shows this ledger of the principal's tenant. */
  readonly isListed: (principal: Principal, ledger: string) => boolean;
}

const nameSchema = z.string().regex(LEDGER_NAME_PATTERN);
const newLedgerSchema = z.strictObject({
  name: nameSchema.meta({ description: "Stands in the ledger's origin, and never changes." }),
});
const ledgerPageSchema = z.object({ items: z.array(ledgerSchema), cursor: cursorSchema });
const pathSchema = z.object(ledgerPath);
const nothingSchema = z.strictObject({});
const rotatedSchema = z.object({
  origin: z.string(),
  old: z.string().meta({ description: 'C2SP vkey that signed until now; its key is destroyed.' }),
  new: z.string().meta({ description: 'C2SP vkey that signs from here on.' }),
  size: z.number().int().meta({ description: 'The handover is the entry with this index.' }),
  rootHash: z.string().meta({ description: 'RFC 6962, of the tree of that size; hex.' }),
});
const listQuerySchema = z.strictObject(pageQuery);
const positionSchema = z.strictObject({ after: nameSchema });

export function ledgersRoutes(options: LedgersRoutesOptions): Router {
  const { guard, cursors, body, ledgers, creation, rotation, isListed } = options;
  const router = Router({ caseSensitive: true, strict: true });
  addResource(router, '/ledgers', {
    post: guard.administering('ledger:create', async ({ tenant }, request, response) => {
      const { name } = validate(newLedgerSchema, await readJsonBody(request, body), 'the body');
      return {
        ledger: name,
        question: {},
        take: async () => {
          const state: LedgerState = await createLedger(creation, tenant, name);
          return {
            made: { origin: state.origin },
            send: () => {
              response.setHeader('Location', `/v1/ledgers/${name}`);
              sendJson(response, 201, state);
            },
          };
        },
      };
    }),
    get: guard('ledger:read', (principal, request, response) => {
      const { tenant } = principal;
      const { limit, cursor } = validate(listQuerySchema, request.query, 'the query');
      const list = ['ledgers', tenant];
      const start = cursor === undefined ? {} : cursors.decode(list, cursor, positionSchema);
      const { items, next } = listLedgers(ledgers, tenant, {
        limit,
        ...start,
        isShown: (name) => isListed(principal, name),
      });
      sendJson(response, 200, {
        items: [...items],
        cursor: next === null ? null : cursors.encode(list, { after: next }),
      } satisfies z.infer<typeof ledgerPageSchema>);
    }),
  });
  addResource(router, '/ledgers/:ledger', {
    get: guard('ledger:read', ({ tenant }, request, response) => {
      const { ledger } = validate(pathSchema, request.params, 'the path');
      sendJson(response, 200, stateOfLedger(ledgers, tenant, ledger));
    }),
  });
  addResource(router, '/ledgers/:ledger/rotate-key', {
    post: guard.administering('ledger:rotate-key', async ({ tenant }, request, response) => {
      const { ledger } = validate(pathSchema, request.params, 'the path');
      validate(nothingSchema, await readJsonBody(request, body), 'the body');
      return {
        ledger,
        question: {},
        take: async () => {
          const rotated = await rotateLogKey(rotation, tenant, ledger);
          const { old, new: next, size } = rotated;
          return {
            made: { old, new: next, size },
            send: () => {
              sendJson(response, 200, rotated satisfies z.infer<typeof rotatedSchema>);
            },
          };
        },
      };
    }),
  });
  return router;
}

export function describeLedgers(registry: OpenAPIRegistry): void {
  registry.registerPath({
    method: 'post',
    path: '/v1/ledgers',
    summary: 'Make a ledger',
    tags: ['ledgers'],
    request: { body: { required: true, content: json(newLedgerSchema) } },
    responses: {
      201: { description: 'The ledger, with its first entry.', content: json(ledgerSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'get',
    path: '/v1/ledgers',
    summary: "List the tenant's ledgers, by name",
    tags: ['ledgers'],
    request: { query: listQuerySchema },
    responses: {
      200: { description: 'A page of ledgers.', content: json(ledgerPageSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'get',
    path: '/v1/ledgers/{ledger}',
    summary: 'What a ledger says of itself',
    tags: ['ledgers'],
    request: { params: pathSchema },
    responses: {
      200: { description: 'Its state.', content: json(ledgerSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'post',
    path: '/v1/ledgers/{ledger}/rotate-key',
    summary: 'Give the log another key, signed for by the old one, which is then destroyed',
    tags: ['ledgers'],
    request: { params: pathSchema, body: { required: true, content: json(nothingSchema) } },
    responses: {
      200: { description: 'The log goes on by the new key.', content: json(rotatedSchema) },
      default: problemResponse,
    },
  });
}
