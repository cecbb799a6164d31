/** Whether the process lives, and whether it should be sent requests. No key is needed. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { Router } from 'express';
import { z } from 'zod';
import { sendJson } from '../answer.js';
import { addResource } from '../resource.js';
import { json } from '../schemas.js';

export interface Readiness {
  readonly ready: boolean;
  /** What is awaited or lacking, for operators; also what is worth knowing while ready. */
  readonly reasons: readonly string[];
}

const livenessSchema = z.object({ status: z.literal('ok') });
const readinessSchema = z.object({ ready: z.boolean(), reasons: z.array(z.string()) });

export function healthRoutes(readiness: () => Readiness | Promise<Readiness>): Router {
  const router = Router({ caseSensitive: true, strict: true });
  addResource(router, '/healthz', {
    get: (_request, response) => {
      sendJson(response, 200, { status: 'ok' } satisfies z.infer<typeof livenessSchema>);
    },
  });
  addResource(router, '/readyz', {
    get: async (_request, response) => {
      const { ready, reasons } = await readiness();
      const answer: z.infer<typeof readinessSchema> = { ready, reasons: [...reasons] };
      sendJson(response, ready ? 200 : 503, answer);
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
    responses: {
      200: { description: 'It does.', content: json(readinessSchema) },
      503: { description: 'It waits.', content: json(readinessSchema) },
    },
  });
}
