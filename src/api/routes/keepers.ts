/** `/v1/ledgers/{ledger}/keepers`: which peers keep a ledger beside those that write it. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { Router } from 'express';
import { z } from 'zod';
import { type KeepLedgerDeps, keepersOf, setKeepers } from '../../commands/keep-ledger.js';
import type { TenantLedgers } from '../../queries/tenant-ledgers.js';
import { sendJson } from '../answer.js';
import type { Guard } from '../authentication.js';
import { type BodyLimits, readJsonBody } from '../body.js';
import { ledgerPath } from '../entry-schemas.js';
import { keptLedgerSchema, shownKeptLedger } from '../keepers-schemas.js';
import { addResource } from '../resource.js';
import { json, problemResponse } from '../schemas.js';
import { validate } from '../validate.js';

export interface KeepersRoutesOptions {
  readonly guard: Guard;
  readonly body: BodyLimits;
  readonly ledgers: TenantLedgers;
  /** Null of a node without peers. */
  readonly keeping: KeepLedgerDeps | null;
}

const MAX_KEEPERS = 64;
const noQuerySchema = z.strictObject({});
const pathSchema = z.object(ledgerPath);
const wantedSchema = z.strictObject({
  keepers: z
    .array(
      z.strictObject({
        peer: z
          .string()
          .regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
          .meta({ description: "As this node's settings call it." }),
        witness: z
          .boolean()
          .default(false)
          .meta({ description: 'It is to cosign what it has on disk.' }),
      }),
    )
    .max(MAX_KEEPERS)
    .meta({ description: 'All of them; none ends the keeping.' }),
});
const shownSchema = z.object({ kept: z.union([keptLedgerSchema, z.null()]) });

export function keepersRoutes({ guard, body, ledgers, keeping }: KeepersRoutesOptions): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const shown = (tenant: string, ledger: string): z.infer<typeof shownSchema> => {
    // Of another tenant's, or of none, nothing is said but that.
    ledgers.find(tenant, ledger);
    const kept = keeping && keepersOf(keeping, tenant, ledger);
    return { kept: kept && shownKeptLedger(kept) };
  };
  addResource(router, '/ledgers/:ledger/keepers', {
    get: guard('group:read', ({ tenant }, request, response) => {
      validate(noQuerySchema, request.query, 'the query');
      const { ledger } = validate(pathSchema, request.params, 'the path');
      sendJson(response, 200, shown(tenant, ledger));
    }),
    put: guard.administering('keepers:change', async ({ tenant }, request, response) => {
      const { ledger } = validate(pathSchema, request.params, 'the path');
      const { keepers } = validate(wantedSchema, await readJsonBody(request, body), 'the body');
      ledgers.find(tenant, ledger);
      return {
        ledger,
        question: { keepers },
        take: async () => {
          await setKeepers(keeping, tenant, ledger, keepers);
          return {
            made: {},
            send: () => {
              sendJson(response, 200, shown(tenant, ledger));
            },
          };
        },
      };
    }),
  });
  return router;
}

export function describeKeepers(registry: OpenAPIRegistry): void {
  const common = {
    tags: ['replication'],
    path: '/v1/ledgers/{ledger}/keepers',
    responses: {
      200: { description: 'How far each has come.', content: json(shownSchema) },
      default: problemResponse,
    },
  };
  registry.registerPath({
    ...common,
    method: 'get',
    summary: 'The peers that keep a ledger and have no part in it; null where there are none',
    request: { params: pathSchema },
  });
  registry.registerPath({
    ...common,
    method: 'put',
    summary: 'Have peers keep the sealed blocks of a ledger, which they cannot read',
    description: 'Asked of the node that writes it, and of each that may come to.',
    request: { params: pathSchema, body: { required: true, content: json(wantedSchema) } },
  });
}
