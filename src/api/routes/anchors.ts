/** `/v1/anchors`: how far the node's epochs have come into the chain, and anchoring now. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { Router } from 'express';
import { z } from 'zod';
import type { AnchorStatus } from '../../commands/anchor-now.js';
import { sendJson } from '../answer.js';
import type { Guard } from '../authentication.js';
import { addResource } from '../resource.js';
import { json, problemResponse } from '../schemas.js';
import { validate } from '../validate.js';

export interface AnchorsRoutesOptions {
  readonly guard: Guard;
  readonly chain: string;
  /** Whether its blocks cost nothing, so that it proves nothing to others. */
  readonly isDevelopment: boolean;
  readonly status: () => AnchorStatus;
  readonly anchorNow: () => Promise<AnchorStatus>;
}

const noQuerySchema = z.strictObject({});
const size = z.number().int();
const anchorsSchema = z.object({
  chain: z.string(),
  development: z.boolean().meta({ description: 'The chain proves nothing to others.' }),
  epochSize: size.meta({ description: 'Of the epoch log, its first entry included.' }),
  settledSize: size.meta({ description: 'What of it is final in the chain.' }),
  pending: z.discriminatedUnion('state', [
    z.object({ state: z.literal('idle') }),
    z.object({
      state: z.literal('pending'),
      epochSize: size,
      confirmations: z.number().int(),
      isStarved: z.boolean().meta({ description: 'The fee wanted is above the budget.' }),
    }),
  ]),
});

export function anchorsRoutes(options: AnchorsRoutesOptions): Router {
  const { guard, chain, isDevelopment, status, anchorNow } = options;
  // Which logs are inconsistent is for the operator: they are of all tenants.
  const answerOf = ({ inconsistent: _, ...now }: AnchorStatus): z.infer<typeof anchorsSchema> => ({
    chain,
    development: isDevelopment,
    ...now,
  });
  const router = Router({ caseSensitive: true, strict: true });
  addResource(router, '/anchors', {
    get: guard('anchor:read', (_principal, request, response) => {
      validate(noQuerySchema, request.query, 'the query');
      sendJson(response, 200, answerOf(status()));
    }),
    post: guard.administering('anchor:now', (_principal, request, response) => {
      validate(noQuerySchema, request.query, 'the query');
      return {
        question: {},
        take: async () => {
          const answer = answerOf(await anchorNow());
          return {
            made: { epochSize: answer.epochSize },
            send: () => {
              sendJson(response, 200, answer);
            },
          };
        },
      };
    }),
  });
  return router;
}

export function describeAnchors(registry: OpenAPIRegistry): void {
  registry.registerPath({
    method: 'get',
    path: '/v1/anchors',
    summary: 'How far the epochs have come into the chain',
    tags: ['anchors'],
    responses: {
      200: { description: 'The state of anchoring.', content: json(anchorsSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'post',
    path: '/v1/anchors',
    summary: 'Make an epoch of the present heads and put it on its way',
    description: 'Final once settledSize has reached epochSize: ask again until it has.',
    tags: ['anchors'],
    responses: {
      200: { description: 'The state of anchoring.', content: json(anchorsSchema) },
      default: problemResponse,
    },
  });
}
