/** `/v1/trust` and `/v1/verify`: what the node would have verifiers trust, and verifying on it. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { Router } from 'express';
import { z } from 'zod';
import { CONTAINER_TYPES } from '../../queries/evidence-container.js';
import { nodeTrust, type NodeTrustParts, verifyFile } from '../../queries/node-trust.js';
import { sendJson } from '../answer.js';
import type { Guard } from '../authentication.js';
import { type BodyLimits, contentTypeOf, readBody } from '../body.js';
import { Places } from '../places.js';
import { JSON_TYPE } from '../report-format.js';
import { addResource } from '../resource.js';
import { json, problemResponse } from '../schemas.js';
import { validate } from '../validate.js';

export interface VerifyRoutesOptions {
  readonly guard: Guard;
  /** Of an evidence file, which is larger than other bodies. */
  readonly body: BodyLimits;
  readonly trust: NodeTrustParts;
}

/** A file may have 64 MiB, and is verified in the thread that commits. */
const VERIFIED_AT_A_TIME = { total: 4, perTenant: 2 };

const binary = z.string().meta({ format: 'binary' });
const noQuerySchema = z.strictObject({});
const trustSchema = z.looseObject({ $v: z.literal(1), name: z.string() });
const evidenceSchema = z.looseObject({ $v: z.literal(1) });
const reportSchema = z.looseObject({
  $v: z.literal(1),
  result: z.enum(['verified', 'consistent', 'failed']),
  summary: z.string(),
});

export function verifyRoutes({ guard, body, trust }: VerifyRoutesOptions): Router {
  const places = new Places(VERIFIED_AT_A_TIME);
  const router = Router({ caseSensitive: true, strict: true });
  addResource(router, '/trust', {
    get: guard('trust:read', async ({ tenant }, request, response) => {
      validate(noQuerySchema, request.query, 'the query');
      sendJson(response, 200, await nodeTrust(trust, tenant));
    }),
  });
  addResource(router, '/verify', {
    post: guard('evidence:verify', async ({ tenant }, request, response) => {
      validate(noQuerySchema, request.query, 'the query');
      contentTypeOf(request, [JSON_TYPE, ...Object.values(CONTAINER_TYPES)]);
      // Before the body is read, or a tenant that sends slowly would keep all others out.
      places.take(tenant, response);
      // The bytes themselves: the verifier refuses any other spelling of the same JSON.
      const evidence = await readBody(request, body);
      sendJson(response, 200, await verifyFile(trust, tenant, evidence));
    }),
  });
  return router;
}

export function describeVerify(registry: OpenAPIRegistry): void {
  registry.registerPath({
    method: 'get',
    path: '/v1/trust',
    summary: 'The trust file of this node for your tenant',
    description: 'docs/formats/trust.md. Fetch it once, over a connection that you trust.',
    tags: ['evidence'],
    responses: {
      200: { description: 'A trust file.', content: json(trustSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'post',
    path: '/v1/verify',
    summary: "The offline verifier's report of an evidence file, on this node's own trust",
    description:
      'Of a collection too, and of a container (docs/formats/asic.md), of at most 64 MiB. A node is no judge of itself: who doubts it runs verify.mjs elsewhere.',
    tags: ['evidence'],
    request: {
      body: {
        required: true,
        content: {
          ...json(evidenceSchema),
          [CONTAINER_TYPES.asice]: { schema: binary },
          [CONTAINER_TYPES.asics]: { schema: binary },
        },
      },
    },
    responses: {
      200: { description: 'The report, whatever its result.', content: json(reportSchema) },
      default: problemResponse,
    },
  });
}
