/** Whether the process lives, and whether it should be sent requests. No key is needed. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { Router } from 'express';
import { z } from 'zod';
import { sendJson } from '../answer.js';
import { addResource } from '../resource.js';
import { json, problemResponse } from '../schemas.js';
import { validate } from '../validate.js';

export interface Readiness {
  readonly ready: boolean;
  /** What is awaited or lacking, for operators; also what is worth knowing while ready. */
  readonly reasons: readonly string[];
}

const livenessSchema = z.object({ status: z.literal('ok') });
const readinessSchema = z.object({ ready: z.boolean(), reasons: z.array(z.string()) });

const readinessQuerySchema = z.strictObject({
  maxLag: z.coerce
    .number()
    .int()
    .min(0)
    .max(2 ** 53 - 1)
    .optional()
    .meta({
      description:
        'For load balancers that send reads here: not ready while a shared ledger is more entries behind its writer than that, or hears none.',
    }),
});

/** @param lagging how many shared ledgers are more entries behind than that, or cut off; 0 where there are none. */
export function healthRoutes(
  readiness: () => Readiness | Promise<Readiness>,
  lagging: (maxLag: number) => number = () => 0,
): Router {
  const router = Router({ caseSensitive: true, strict: true });
  addResource(router, '/healthz', {
    get: (_request, response) => {
      sendJson(response, 200, { status: 'ok' } satisfies z.infer<typeof livenessSchema>);
    },
  });
  addResource(router, '/readyz', {
    get: async (request, response) => {
      const { maxLag } = validate(readinessQuerySchema, request.query, 'the query');
      const { ready, reasons } = await readiness();
      const late = maxLag === undefined ? 0 : lagging(maxLag);
      const answer: z.infer<typeof readinessSchema> = {
        ready: ready && late === 0,
        reasons: late === 0 ? [...reasons] : [...reasons, `${late} shared ledgers are behind`],
      };
      sendJson(response, answer.ready ? 200 : 503, answer);
    },
  });
  return router;
}

export function describeHealth(registry: OpenAPIRegistry): void {
  registry.registerPath({
    method: 'get',
    path: '/healthz',
    summary: 'Whether the process lives',
    tags: ['node'],
    security: [],
    responses: { 200: { description: 'It does.', content: json(livenessSchema) } },
  });
  registry.registerPath({
    method: 'get',
    path: '/readyz',
    summary: 'Whether the node takes requests, and what it waits for',
    tags: ['node'],
    security: [],
    request: { query: readinessQuerySchema },
    responses: {
      200: { description: 'It does.', content: json(readinessSchema) },
      503: { description: 'It waits.', content: json(readinessSchema) },
      default: problemResponse,
    },
  });
}
