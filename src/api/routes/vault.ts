/** `/v1/vault`: a new key for the tenant's vault. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { Router } from 'express';
import { z } from 'zod';
import type { Eraser } from '../../commands/run-erasures.js';
import { sendJson } from '../answer.js';
import type { Guard } from '../authentication.js';
import { addResource } from '../resource.js';
import { json, problemResponse } from '../schemas.js';
import { validate } from '../validate.js';

export interface VaultRoutesOptions {
  readonly guard: Guard;
  readonly eraser: Pick<Eraser, 'rotate'>;
}

const noQuerySchema = z.strictObject({});
const rotatedSchema = z
  .object({ generation: z.int() })
  .meta({ description: 'Of the vault, from now on. The key of the one before is destroyed.' });

export function vaultRoutes({ guard, eraser }: VaultRoutesOptions): Router {
  const router = Router({ caseSensitive: true, strict: true });
  addResource(router, '/vault/rotation', {
    post: guard.administering('vault:rotate', ({ tenant }, request, response) => {
      validate(noQuerySchema, request.query, 'the query');
      return {
        question: {},
        take: async () => {
          const generation = await eraser.rotate(tenant);
          return {
            made: { generation },
            send: () => {
              sendJson(response, 200, { generation } satisfies z.infer<typeof rotatedSchema>);
            },
          };
        },
      };
    }),
  });
  return router;
}

export function describeVault(registry: OpenAPIRegistry): void {
  registry.registerPath({
    method: 'post',
    path: '/v1/vault/rotation',
    summary: "Wrap the tenant's secrets under a new vault key, and destroy the old one",
    description:
      'Answers when it is done; writing goes on meanwhile. With escrow the new key is in escrow before it is used.',
    tags: ['keys'],
    responses: {
      200: { description: 'The new generation.', content: json(rotatedSchema) },
      default: problemResponse,
    },
  });
}
