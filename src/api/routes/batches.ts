/** `…/ledgers/{ledger}/batches`: entries that one signature over which covers all that came before them. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { Router } from 'express';
import { z } from 'zod';
import type { BatchKeeper } from '../../commands/keep-batches.js';
import { batchView, listBatches } from '../../queries/batches.js';
import type { TenantLedgers } from '../../queries/tenant-ledgers.js';
import { sendJson } from '../answer.js';
import type { Guard } from '../authentication.js';
import { type BodyLimits, readJsonBody } from '../body.js';
import type { CursorCodec } from '../cursor.js';
import { finalitySchema, ledgerPath } from '../entry-schemas.js';
import { addResource } from '../resource.js';
import { cursorSchema, instantSchema, json, pageQuery, problemResponse } from '../schemas.js';
import { attachedSchema } from '../signature-schemas.js';
import { validate } from '../validate.js';

export interface BatchesRoutesOptions {
  readonly guard: Guard;
  readonly cursors: CursorCodec;
  readonly body: BodyLimits;
  readonly ledgers: TenantLedgers;
  readonly batches: Pick<BatchKeeper, 'cover'>;
}

const requestSchema = z.strictObject({
  signer: z.literal('seal').optional().meta({
    description: 'Have the operator seal it; without it the batch is for others to sign.',
  }),
});
const batchSchema = z.object({
  id: z.string().meta({ description: 'Leaf hash: what signatures are attached to.' }),
  index: z.number().int(),
  recordedAt: instantSchema,
  size: z.number().int().meta({ description: 'How many entries it covers: all below its index.' }),
  rootHash: z.string().meta({ description: 'RFC 6962, of the tree of these.' }),
  finality: finalitySchema,
  signatures: z.number().int().meta({ description: 'Over it; those over these not counted.' }),
});

const pathSchema = z.object(ledgerPath);
const listQuerySchema = z.strictObject(pageQuery);
const positionSchema = z.strictObject({ below: z.int().min(0) });
const madeSchema = z.object({ batch: batchSchema, signature: attachedSchema.nullable() });
const pageSchema = z.object({ items: z.array(batchSchema), cursor: cursorSchema });

export function batchesRoutes(options: BatchesRoutesOptions): Router {
  const { guard, cursors, body, ledgers, batches } = options;
  const router = Router({ caseSensitive: true, strict: true });
  addResource(router, '/ledgers/:ledger/batches', {
    post: guard('batch:sign', async ({ tenant, author }, request, response) => {
      const { ledger: name } = validate(pathSchema, request.params, 'the path');
      const found = ledgers.find(tenant, name);
      const asked = validate(requestSchema, await readJsonBody(request, body), 'the body');
      const { ledger, vault } = found;
      const order = { ledger, vault, author, signer: asked.signer ?? null };
      const { index, isNew, attached } = await batches.cover(order);
      const batch = await batchView(found, index);
      sendJson(response, isNew || attached !== null ? 201 : 200, { batch, signature: attached });
    }),
    get: guard('ledger:read', async ({ tenant }, request, response) => {
      const { ledger: name } = validate(pathSchema, request.params, 'the path');
      const { limit, cursor } = validate(listQuerySchema, request.query, 'the query');
      const found = ledgers.find(tenant, name);
      const list = ['batches', tenant, found.ledger.reader.origin];
      const start: { below?: number } =
        cursor === undefined ? {} : cursors.decode(list, cursor, positionSchema);
      const { items, next } = await listBatches(found, { limit, ...start });
      const further = next === null ? null : cursors.encode(list, { below: next });
      sendJson(response, 200, { items, cursor: further });
    }),
  });
  return router;
}

export function describeBatches(registry: OpenAPIRegistry): void {
  const path = '/v1/ledgers/{ledger}/batches';
  registry.registerPath({
    method: 'post',
    path,
    summary: 'Put all entries so far under one batch, for one signature over all of them',
    tags: ['signatures'],
    request: { params: pathSchema, body: { required: true, content: json(requestSchema) } },
    responses: {
      200: { description: 'There is such a batch already.', content: json(madeSchema) },
      201: { description: 'Made, or sealed just now.', content: json(madeSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'get',
    path,
    summary: 'The batches of the log that is written, the newest first',
    tags: ['signatures'],
    request: { params: pathSchema, query: listQuerySchema },
    responses: {
      200: { description: 'A page of batches.', content: json(pageSchema) },
      default: problemResponse,
    },
  });
}
