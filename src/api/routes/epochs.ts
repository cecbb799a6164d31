/** `/v1/anchors/{epoch}` and `…/ledgers/{ledger}/epochs/{epoch}`: what auditors follow the epoch log by. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { Router } from 'express';
import { z } from 'zod';
import { type EpochParts, epochView, ledgerInEpoch } from '../../queries/epoch-view.js';
import type { TenantLedgers } from '../../queries/tenant-ledgers.js';
import { sendJson } from '../answer.js';
import type { Guard } from '../authentication.js';
import { ledgerPath } from '../entry-schemas.js';
import { addResource } from '../resource.js';
import { instantSchema, json, jsonObjectSchema, problemResponse } from '../schemas.js';
import { validate } from '../validate.js';

export interface EpochsRoutesOptions {
  readonly guard: Guard;
  readonly ledgers: TenantLedgers;
  readonly epochs: EpochParts;
}

const count = z
  .string()
  .regex(/^(?:0|[1-9]\d{0,15})$/)
  .transform(Number)
  .meta({ type: 'integer', minimum: 0 });
const epochPath = { epoch: count.meta({ description: 'Index in the epoch log, from 1 on.' }) };
const pathSchema = z.object(epochPath);
const ledgerPathSchema = z.object({ ...ledgerPath, ...epochPath });
const querySchema = z.strictObject({
  from: count.optional().meta({
    description: 'A size of the epoch log that you saw: the answer proves that it grew out of it.',
  }),
});
const noQuerySchema = z.strictObject({});
const hash = z.string().meta({ description: 'Hex.' });
const base64 = z.string().meta({ description: 'Base64.' });
const epochSchema = z.object({
  epoch: z.number().int(),
  recordedAt: instantSchema,
  statement: base64,
  leafHash: hash,
  size: z.number().int().meta({ description: 'Of the epoch log right behind the epoch.' }),
  checkpoint: z.string().meta({ description: 'Signed note of the epoch log, of that size.' }),
  inclusion: z.array(hash).meta({ description: 'Of the epoch in the tree of that size.' }),
  consistency: z
    .array(hash)
    .nullable()
    .meta({ description: 'From the size asked for to that size; null if none was.' }),
  anchor: z
    .object({
      chain: z.string(),
      size: z.number().int(),
      inclusion: z.array(hash),
      transaction: jsonObjectSchema,
    })
    .nullable()
    .meta({ description: 'The first final one that holds the epoch; null while none does.' }),
  witnessed: z
    .object({
      size: z.number().int(),
      checkpoint: z.string().meta({
        description: 'Signed note of that size, with the cosignatures that satisfied the policy.',
      }),
      inclusion: z.array(hash),
    })
    .nullable()
    .meta({
      description:
        'The newest cosigned head that holds the epoch; null while none does, and where nobody is asked.',
    }),
  timeStamp: z
    .object({
      size: z.number().int(),
      at: instantSchema.meta({ description: 'By the authority’s clock.' }),
      authority: z.string(),
      inclusion: z.array(hash),
      checkpoint: z.string().meta({ description: 'Signed note of that size: what is stamped.' }),
      token: base64.meta({ description: 'RFC 3161, DER; base64.' }),
    })
    .nullable()
    .meta({ description: 'The first that is over the epoch; null while none is.' }),
});
const logsSchema = z.object({
  epoch: z.number().int(),
  logs: z.array(
    z.object({
      origin: z.string(),
      handle: hash,
      statement: base64.nullable().meta({
        description:
          'Head or closing statement; null where the epoch has nothing of the log, and the proof is of its absence.',
      }),
      salt: base64.nullable(),
      proof: base64,
      tenant: z.object({ handle: hash, proof: base64, root: base64, salt: base64.nullable() }),
    }),
  ),
});

export function epochsRoutes({ guard, ledgers, epochs }: EpochsRoutesOptions): Router {
  const router = Router({ caseSensitive: true, strict: true });
  addResource(router, '/anchors/:epoch', {
    get: guard('anchor:read', async (_principal, request, response) => {
      const { epoch } = validate(pathSchema, request.params, 'the path');
      const { from = null } = validate(querySchema, request.query, 'the query');
      sendJson(response, 200, await epochView(epochs, epoch, from));
    }),
  });
  addResource(router, '/ledgers/:ledger/epochs/:epoch', {
    get: guard('ledger:read', async ({ tenant }, request, response) => {
      const { ledger: name, epoch } = validate(ledgerPathSchema, request.params, 'the path');
      validate(noQuerySchema, request.query, 'the query');
      const { ledger } = ledgers.find(tenant, name);
      sendJson(response, 200, { epoch, logs: await ledgerInEpoch(epochs, ledger, epoch) });
    }),
  });
  return router;
}

export function describeEpochs(registry: OpenAPIRegistry): void {
  registry.registerPath({
    method: 'get',
    path: '/v1/anchors/{epoch}',
    summary: 'An epoch, with its place in the epoch log and the anchor that holds it',
    description: 'Without anything of anybody’s ledgers: the formats are those of evidence files.',
    tags: ['anchors'],
    request: { params: pathSchema, query: querySchema },
    responses: {
      200: { description: 'The epoch.', content: json(epochSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'get',
    path: '/v1/ledgers/{ledger}/epochs/{epoch}',
    summary: 'What an epoch says of the logs of a ledger, or the proof that it says nothing',
    tags: ['anchors'],
    request: { params: ledgerPathSchema },
    responses: {
      200: { description: 'Its logs, oldest first.', content: json(logsSchema) },
      default: problemResponse,
    },
  });
}
