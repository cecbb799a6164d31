/** `…/records/{id}/signatures/prepare`: what is to be signed by a key that is elsewhere. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { Router } from 'express';
import { z } from 'zod';
import { authorize } from '../../access/authorize.js';
import { toBase64 } from '../../base/bytes.js';
import { parseInstant } from '../../base/time.js';
import { MAX_SIGNING_CHAIN, SIGNING_ALGORITHMS } from '../../commands/prepare-signing.js';
import { prepareEntry, type SignEntryDeps } from '../../commands/sign-entry.js';
import { isAboutABatch } from '../../queries/batches.js';
import type { TenantLedgers } from '../../queries/tenant-ledgers.js';
import { sendJson } from '../answer.js';
import type { Guard } from '../authentication.js';
import { certificateText } from '../base64-text.js';
import { type BodyLimits, readJsonBody } from '../body.js';
import { entryPath } from '../entry-schemas.js';
import { addResource } from '../resource.js';
import { instantSchema, json, problemResponse } from '../schemas.js';
import { validate } from '../validate.js';

export interface PrepareSigningRoutesOptions {
  readonly guard: Guard;
  readonly body: BodyLimits;
  readonly ledgers: TenantLedgers;
  readonly signing: Pick<SignEntryDeps, 'clock'>;
}

const MAX_CERTIFICATE_BYTES = 8 * 1024;

const certificate = certificateText(MAX_CERTIFICATE_BYTES);
const pathSchema = z.object(entryPath);
const requestSchema = z.strictObject({
  certificate: certificate.meta({ description: 'PEM, or base64 of the DER.' }),
  chain: z
    .array(certificate)
    .max(MAX_SIGNING_CHAIN)
    .optional()
    .meta({ description: "From the certificate's issuer upwards, without the root." }),
  algorithm: z
    .enum(SIGNING_ALGORITHMS)
    .optional()
    .meta({ description: "Without it the usual one of the certificate's key." }),
  signingTime: instantSchema
    .optional()
    .meta({ description: 'What the signature claims; without it now.' }),
});
const preparedSchema = z
  .object({
    prepared: z.string().meta({ description: 'To be sent back with the signature value.' }),
    toBeSigned: z.string().meta({ description: 'Base64: the signed attributes in DER.' }),
    digestAlgorithm: z.string(),
    digest: z.string().meta({ description: 'Base64 of the digest of `toBeSigned`.' }),
    signatureAlgorithm: z.string(),
  })
  .meta({ id: 'PreparedSigning' });

export function prepareSigningRoutes(options: PrepareSigningRoutesOptions): Router {
  const { guard, body, ledgers, signing } = options;
  const router = Router({ caseSensitive: true, strict: true });
  addResource(router, '/ledgers/:ledger/records/:id/signatures/prepare', {
    post: guard('signature:attach', async (principal, request, response) => {
      const { tenant, author } = principal;
      const { ledger: name, id } = validate(pathSchema, request.params, 'the path');
      const ledger = ledgers.find(tenant, name);
      if (await isAboutABatch(ledger, id)) authorize(principal, 'batch:sign', tenant);
      const asked = validate(requestSchema, await readJsonBody(request, body), 'the body');
      const { certificate: der, chain = [], algorithm, signingTime } = asked;
      const made = await prepareEntry(
        signing,
        ledger,
        { id, author },
        {
          certificate: der,
          chain,
          ...(algorithm !== undefined && { algorithm }),
          ...(signingTime !== undefined && { signingTime: parseInstant(signingTime) }),
        },
      );
      sendJson(response, 200, {
        ...made,
        toBeSigned: toBase64(made.toBeSigned),
        digest: toBase64(made.digest),
      });
    }),
  });
  return router;
}

export function describePrepareSigning(registry: OpenAPIRegistry): void {
  registry.registerPath({
    method: 'post',
    path: '/v1/ledgers/{ledger}/records/{id}/signatures/prepare',
    summary: 'What is to be signed by a key that is elsewhere; nothing is kept',
    tags: ['signatures'],
    request: { params: pathSchema, body: { required: true, content: json(requestSchema) } },
    responses: {
      200: { description: 'To be signed, and sent back.', content: json(preparedSchema) },
      default: problemResponse,
    },
  });
}
