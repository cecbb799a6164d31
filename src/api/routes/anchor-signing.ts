/** `/v1/anchors/psbt`: anchors that wait for a signature from elsewhere, and where it is handed in. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { Router } from 'express';
import { z } from 'zod';
import { toBase64 } from '../../base/bytes.js';
import { formatInstant } from '../../base/time.js';
import {
  acceptSignedAnchor,
  type AnchorSigning,
  anchorsToSign,
  type HandedAnchor,
  MAX_PSBT_BYTES,
} from '../../commands/sign-anchors.js';
import { sendJson } from '../answer.js';
import type { Guard } from '../authentication.js';
import { base64Text } from '../base64-text.js';
import { type BodyLimits, readJsonBody } from '../body.js';
import { addResource } from '../resource.js';
import { instantSchema, json, problemResponse } from '../schemas.js';
import { validate } from '../validate.js';

export interface AnchorSigningRoutesOptions {
  readonly guard: Guard;
  readonly signing: AnchorSigning;
  readonly body: BodyLimits;
}

const noQuerySchema = z.strictObject({});
const bodySchema = z.strictObject({
  psbt: base64Text(MAX_PSBT_BYTES).meta({
    description: 'The PSBT that was handed out, signed by the anchor key; finalised or not.',
  }),
});
const handedSchema = z.object({
  txid: z.string(),
  epochSize: z.number().int().meta({ description: 'Of the epoch log, as the anchor says it.' }),
  fee: z.number().int().meta({ description: 'In satoshi.' }),
});
const unsignedSchema = z.object({
  items: z.array(
    handedSchema.extend({
      since: instantSchema.nullable().meta({ description: 'When it was handed out first.' }),
      psbt: z.string().meta({ description: 'Base64 (BIP 174, version 0).' }),
    }),
  ),
});
const acceptedSchema = handedSchema.extend({
  failure: z.string().nullable().meta({
    description:
      'Code of what kept it from being broadcast at once: it is tried again. Null where nothing did.',
  }),
});

export function anchorSigningRoutes(options: AnchorSigningRoutesOptions): Router {
  const { guard, signing, body } = options;
  const router = Router({ caseSensitive: true, strict: true });
  addResource(router, '/anchors/psbt', {
    get: guard('anchor:sign', (_principal, request, response) => {
      validate(noQuerySchema, request.query, 'the query');
      const items = anchorsToSign(signing).map(({ psbt, since, ...anchor }) => ({
        ...shown(anchor),
        since: since === null ? null : formatInstant(since),
        psbt: toBase64(psbt),
      }));
      sendJson(response, 200, { items } satisfies z.infer<typeof unsignedSchema>);
    }),
    post: guard.administering('anchor:sign', async (_principal, request, response) => {
      const { psbt } = validate(bodySchema, await readJsonBody(request, body), 'the body');
      return {
        question: {},
        take: async () => {
          const { failure, ...anchor } = await acceptSignedAnchor(signing, psbt);
          const answer = { ...shown(anchor), failure };
          return {
            made: { txid: anchor.txid },
            send: () => {
              sendJson(response, 200, answer satisfies z.infer<typeof acceptedSchema>);
            },
          };
        },
      };
    }),
  });
  return router;
}

function shown({
  txid,
  epochSize,
  fee,
}: Omit<HandedAnchor, 'since'>): z.infer<typeof handedSchema> {
  return { txid, epochSize, fee };
}

export function describeAnchorSigning(registry: OpenAPIRegistry): void {
  registry.registerPath({
    method: 'get',
    path: '/v1/anchors/psbt',
    summary: 'Anchors that wait for a signature, newest first',
    description:
      'For operators and admins of the tenant "default", where the anchor key is neither in the node nor in a token. Sign the first; an older one is taken too while none after it is signed.',
    tags: ['anchors'],
    responses: {
      200: { description: 'What is to be signed.', content: json(unsignedSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'post',
    path: '/v1/anchors/psbt',
    summary: 'Hand in an anchor that was signed elsewhere',
    description:
      'For operators and admins of the tenant "default". Its transaction must be one that was handed out, byte for byte; of the rest the signatures are used. Handing it in again does no harm.',
    tags: ['anchors'],
    request: { body: { required: true, content: json(bodySchema) } },
    responses: {
      200: {
        description: 'The anchor, whose signatures are durable.',
        content: json(acceptedSchema),
      },
      default: problemResponse,
    },
  });
}
