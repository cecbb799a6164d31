/** `/v1/calendar`: the node as an OpenTimestamps calendar (docs/formats/opentimestamps.md, "A calendar of a node"). */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { Router } from 'express';
import { z } from 'zod';
import type { Principal } from '../../access/authorize.js';
import { MAX_DIGEST_BYTES } from '../../commands/take-commitment.js';
import { ApiError } from '../api-error.js';
import type { Guard } from '../authentication.js';
import { readBody, refuseCompressed } from '../body.js';
import type { MinuteBudget } from '../minute-budget.js';
import { addResource } from '../resource.js';
import { problemResponse } from '../schemas.js';
import { validate } from '../validate.js';

export interface CalendarRoutesOptions {
  readonly guard: Guard;
  /** Of one key. */
  readonly budget: MinuteBudget;
  /** For a body to arrive. */
  readonly timeoutMillis: number;
  /** Durable when it returns a bare timestamp with a promise. */
  readonly take: (
    from: Pick<Principal, 'tenant' | 'keyId'>,
    digest: Uint8Array,
  ) => Promise<Uint8Array>;
  readonly timestampOf: (commitment: string) => Promise<Uint8Array>;
}

const TYPE = 'application/vnd.opentimestamps.v1';
const noQuerySchema = z.strictObject({});
const pathSchema = z.object({
  commitment: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits'),
});

export function calendarRoutes(options: CalendarRoutesOptions): Router {
  const { guard, budget, timeoutMillis, take, timestampOf } = options;
  const router = Router({ caseSensitive: true, strict: true });
  addResource(router, '/calendar/digest', {
    post: guard('calendar:submit', async (principal, request, response) => {
      validate(noQuerySchema, request.query, 'the query');
      // Clients say of the body whatever their libraries say of any.
      refuseCompressed(request);
      budget.take(principal.keyId);
      const digest = await readBody(request, { maxBytes: MAX_DIGEST_BYTES, timeoutMillis });
      if (digest.length === 0)
        throw new ApiError('REQUEST_INVALID', `send a digest of 1 to ${MAX_DIGEST_BYTES} bytes`);
      const bytes = await take(principal, digest);
      response.setHeader('Content-Type', TYPE);
      response.setHeader('Cache-Control', 'no-store');
      response.end(bytes);
    }),
  });
  addResource(router, '/calendar/timestamp/:commitment', {
    get: guard('calendar:read', async (_principal, request, response) => {
      const { commitment } = validate(pathSchema, request.params, 'the path');
      validate(noQuerySchema, request.query, 'the query');
      const bytes = await timestampOf(commitment);
      response.setHeader('Content-Type', TYPE);
      response.setHeader('Cache-Control', 'no-store');
      response.end(bytes);
    }),
  });
  return router;
}

export function describeCalendar(registry: OpenAPIRegistry): void {
  const schema = z.string().meta({ format: 'binary' });
  const content = { [TYPE]: { schema } };
  registry.registerPath({
    method: 'post',
    path: '/v1/calendar/digest',
    summary: 'Has a digest stamped with the next epoch (OpenTimestamps)',
    tags: ['calendar'],
    request: {
      body: { required: true, content: { 'application/octet-stream': { schema } } },
    },
    responses: {
      200: { description: 'A bare timestamp with the promise of more.', content },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'get',
    path: '/v1/calendar/timestamp/{commitment}',
    summary: 'What is known of a commitment by now (OpenTimestamps)',
    description:
      '404 while no block holds it. A commitment is the message at a promise of this calendar.',
    tags: ['calendar'],
    request: { params: pathSchema },
    responses: {
      200: { description: 'A bare timestamp that leads into a block.', content },
      default: problemResponse,
    },
  });
}
