/** `/v1/anchors`: how far the node's epochs have come into the chain, and anchoring now. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { Router } from 'express';
import { z } from 'zod';
import type { WitnessStatus } from '../../checkpoint/witness-status.js';
import type { AnchorStatus, CalendarStatus } from '../../commands/anchor-now.js';
import { type AnchorFunding, COIN_PATTERN, topUpAnchors } from '../../commands/fund-anchors.js';
import {
  type AnchorSuccession,
  SUCCESSION_CAUSES,
  succeedAnchors,
} from '../../commands/succeed-anchors.js';
import type { BackendView } from '../../queries/anchor-backends.js';
import { anchoringAnswer, anchorsSchema } from '../anchor-schemas.js';
import { sendJson } from '../answer.js';
import type { Guard } from '../authentication.js';
import { type BodyLimits, readJsonBody } from '../body.js';
import { addResource } from '../resource.js';
import { json, problemResponse, textOfForm } from '../schemas.js';
import { validate } from '../validate.js';

export interface AnchorsRoutesOptions {
  readonly guard: Guard;
  readonly chain: string;
  /** Of the epoch log, as C2SP writes it. */
  readonly verifierKey: string;
  /** Whether its blocks cost nothing, so that it proves nothing to others. */
  readonly isDevelopment: boolean;
  readonly status: () => AnchorStatus;
  readonly anchorNow: () => Promise<AnchorStatus>;
  readonly funding: AnchorFunding & AnchorSuccession;
  /** Null where no witnesses are asked. */
  readonly witnesses: () => WitnessStatus | null;
  readonly backends: () => Promise<readonly BackendView[]>;
  /** Null where no calendars are asked. */
  readonly calendars: () => CalendarStatus | null;
  readonly body: BodyLimits;
}

const noQuerySchema = z.strictObject({});
const satoshi = z.number().int().meta({ description: 'In satoshi.' });
const coinBodySchema = z.strictObject({
  outpoint: textOfForm(COIN_PATTERN).meta({
    description: 'A confirmed, unspent output to the anchor address.',
  }),
});
const successorBodySchema = z.strictObject({
  outpoint: coinBodySchema.shape.outpoint.optional().meta({
    description:
      'A confirmed, unspent output to the address of the new key; without it, what the setting names, or the development chain makes.',
  }),
  why: z.enum(SUCCESSION_CAUSES).meta({ description: 'What the epoch log says of it, for good.' }),
});
const coinSchema = z.object({ outpoint: z.string(), value: satoshi });
const successionSchema = z.object({
  cause: z.enum(SUCCESSION_CAUSES),
  before: z
    .string()
    .nullable()
    .meta({ description: 'The coin that the old chain ended at; null of one that had none.' }),
  outpoint: z.string(),
  value: satoshi,
});

export function anchorsRoutes(options: AnchorsRoutesOptions): Router {
  const { guard, chain, verifierKey, isDevelopment, status, anchorNow, funding, body } = options;
  const answerOf = async (now: AnchorStatus): Promise<z.infer<typeof anchorsSchema>> =>
    anchoringAnswer(now, {
      ...{ chain, verifierKey, isDevelopment },
      witnesses: options.witnesses(),
      calendars: options.calendars(),
      backends: await options.backends(),
    });
  const router = Router({ caseSensitive: true, strict: true });
  addResource(router, '/anchors', {
    get: guard('anchor:read', async (_principal, request, response) => {
      validate(noQuerySchema, request.query, 'the query');
      sendJson(response, 200, await answerOf(status()));
    }),
    post: guard.administering('anchor:now', (_principal, request, response) => {
      validate(noQuerySchema, request.query, 'the query');
      return {
        question: {},
        take: async () => {
          const answer = await answerOf(await anchorNow());
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
  addResource(router, '/anchors/top-ups', {
    post: guard.administering('anchor:fund', async (_principal, request, response) => {
      const { outpoint } = validate(coinBodySchema, await readJsonBody(request, body), 'the body');
      return {
        question: { coin: outpoint },
        take: async () => {
          const coin = await topUpAnchors(funding, outpoint);
          return {
            made: {},
            send: () => {
              sendJson(response, 201, coin satisfies z.infer<typeof coinSchema>);
            },
          };
        },
      };
    }),
  });
  addResource(router, '/anchors/successor', {
    post: guard.administering('anchor:fund', async (_principal, request, response) => {
      const parsed = await readJsonBody(request, body);
      const { outpoint = null, why } = validate(successorBodySchema, parsed, 'the body');
      return {
        question: { why, ...(outpoint !== null && { coin: outpoint }) },
        take: async () => {
          const succession = await succeedAnchors(funding, outpoint, why);
          return {
            made: { coin: succession.outpoint, ...definedBefore(succession) },
            send: () => {
              sendJson(response, 201, succession satisfies z.infer<typeof successionSchema>);
            },
          };
        },
      };
    }),
  });
  return router;
}

function definedBefore({ before }: { readonly before: string | null }): { before?: string } {
  return before === null ? {} : { before };
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
  registry.registerPath({
    method: 'post',
    path: '/v1/anchors/top-ups',
    summary: 'Name a coin that the next anchor pays in',
    description:
      'For operators and admins of the tenant "default". It must be confirmed and unspent.',
    tags: ['anchors'],
    request: { body: { required: true, content: json(coinBodySchema) } },
    responses: {
      201: { description: 'The coin.', content: json(coinSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'post',
    path: '/v1/anchors/successor',
    summary: 'Begin another chain of anchors where the one before has ended',
    description:
      'For operators and admins of the tenant "default", where the anchor key is another than that of the chain. The epoch log says it first, in an epoch of its own.',
    tags: ['anchors'],
    request: { body: { required: true, content: json(successorBodySchema) } },
    responses: {
      201: { description: 'Both ends.', content: json(successionSchema) },
      default: problemResponse,
    },
  });
}
