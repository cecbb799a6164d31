/** `…/records/{id}/signatures`: certificate signatures over an entry's statement. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { type Request, Router } from 'express';
import { z } from 'zod';
import { authorize } from '../../access/authorize.js';
import { MAX_CMS_BYTES } from '../../commands/attach-signature.js';
import { MAX_PREPARED_LENGTH } from '../../commands/prepare-signing.js';
import { signEntry, type SignatureSource, type SignEntryDeps } from '../../commands/sign-entry.js';
import { isAboutABatch } from '../../queries/batches.js';
import { listSignatures, signatureBytes } from '../../queries/list-signatures.js';
import type { TenantLedgers } from '../../queries/tenant-ledgers.js';
import type { WaitingOf } from '../../queries/waiting-signature.js';
import { sendJson } from '../answer.js';
import type { Guard } from '../authentication.js';
import { base64Text } from '../base64-text.js';
import { type BodyLimits, contentTypeOf, readBody, readJsonBody } from '../body.js';
import { sendImmutable, sendRevalidated } from '../conditional.js';
import type { CursorCodec } from '../cursor.js';
import { entryPath } from '../entry-schemas.js';
import { addResource } from '../resource.js';
import { json, notModifiedResponse, pageQuery, problemResponse } from '../schemas.js';
import { attachedSchema, signaturePageSchema } from '../signature-schemas.js';
import { validate } from '../validate.js';

export interface SignaturesRoutesOptions {
  readonly guard: Guard;
  readonly cursors: CursorCodec;
  readonly body: BodyLimits;
  readonly ledgers: TenantLedgers;
  readonly signing: SignEntryDeps;
  readonly waitingOf: WaitingOf | null;
}

const CMS = 'application/pkcs7-signature';
/** RSA of 16,384 bits. */
const MAX_VALUE_BYTES = 2048;

const requestSchema = z.union([
  z
    .strictObject({ signer: z.literal('seal') })
    .meta({ description: "Sign with the operator's own certificate." }),
  z
    .strictObject({
      prepared: z.string().max(MAX_PREPARED_LENGTH).meta({ description: 'As it was handed out.' }),
      signatureValue: base64Text(MAX_VALUE_BYTES).meta({
        description: 'Base64 of the signature over `toBeSigned`: RSA, or ECDSA as DER or as r ‖ s.',
      }),
    })
    .meta({ description: 'Complete a signing that was prepared.' }),
]);
const pathSchema = z.object(entryPath);
const numberPathSchema = pathSchema.extend({
  number: z
    .string()
    .regex(/^(?:0|[1-9]\d{0,8})$/)
    .transform(Number)
    .meta({ type: 'integer', minimum: 0, description: 'From 0, in the order attached.' }),
});
const bytesQuerySchema = z.strictObject({
  version: z
    .string()
    .regex(/^(?:0|[1-9]\d{0,3})$/)
    .transform(Number)
    .optional()
    .meta({
      type: 'integer',
      minimum: 0,
      description: 'From 0, which is what was attached; without it the newest.',
    }),
});
const listQuerySchema = z.strictObject(pageQuery);
const positionSchema = z.strictObject({ from: z.int().min(0) });

export function signaturesRoutes(options: SignaturesRoutesOptions): Router {
  const { guard, cursors, body, ledgers, signing, waitingOf } = options;
  const router = Router({ caseSensitive: true, strict: true });
  addResource(router, '/ledgers/:ledger/records/:id/signatures', {
    post: guard('signature:attach', async (principal, request, response) => {
      const { tenant, author } = principal;
      const { ledger: name, id } = validate(pathSchema, request.params, 'the path');
      const ledger = ledgers.find(tenant, name);
      if (await isAboutABatch(ledger, id)) authorize(principal, 'batch:sign', tenant);
      const source = await readSource(request, body);
      const { receipt, report } = await signEntry(signing, ledger, { id, author }, source);
      sendJson(response, 201, { receipt, report });
    }),
    get: guard.disclosing('record:read', async ({ tenant }, request, response) => {
      const { ledger: name, id } = validate(pathSchema, request.params, 'the path');
      const { limit, cursor } = validate(listQuerySchema, request.query, 'the query');
      const ledger = ledgers.find(tenant, name);
      const list = ['signatures', tenant, ledger.ledger.reader.origin, id];
      const start: { from?: number } =
        cursor === undefined ? {} : cursors.decode(list, cursor, positionSchema);
      const deps = { trustAnchors: signing.trustAnchors, waitingOf };
      const page = await listSignatures(deps, ledger, id, { limit, ...start });
      const next = page.next === null ? null : cursors.encode(list, { from: page.next });
      return {
        ledger: name,
        question: { signatures: id, limit, from: start.from ?? 0 },
        entries: page.shown,
        send: () => {
          sendJson(response, 200, { items: page.items, cursor: next });
        },
      };
    }),
  });
  addResource(router, '/ledgers/:ledger/records/:id/signatures/:number', {
    get: guard.disclosing('record:read', async ({ tenant }, request, response) => {
      const { ledger, id, number } = validate(numberPathSchema, request.params, 'the path');
      const { version } = validate(bytesQuerySchema, request.query, 'the query');
      const from = ledgers.find(tenant, ledger);
      const { bytes, shown } = await signatureBytes(from, id, number, version);
      // The newest of today is not that of tomorrow.
      const send = version === undefined ? sendRevalidated : sendImmutable;
      return {
        ledger,
        question: { signatures: id, number, ...(version !== undefined && { version }) },
        entries: shown,
        send: () => {
          send(request, response, CMS, bytes);
        },
      };
    }),
  });
  return router;
}

async function readSource(request: Request, limits: BodyLimits): Promise<SignatureSource> {
  if (contentTypeOf(request, [CMS, 'application/json']) === CMS)
    return readBody(request, { ...limits, maxBytes: MAX_CMS_BYTES });
  const asked = validate(requestSchema, await readJsonBody(request, limits), 'the body');
  return 'signer' in asked ? asked.signer : asked;
}

export function describeSignatures(registry: OpenAPIRegistry): void {
  const bytes = z.string().meta({ format: 'binary' });
  const path = '/v1/ledgers/{ledger}/records/{id}/signatures';
  registry.registerPath({
    method: 'post',
    path,
    summary: 'Attach a detached CMS over the statement, or have the operator seal it',
    tags: ['signatures'],
    request: {
      params: pathSchema,
      body: { required: true, content: { [CMS]: { schema: bytes }, ...json(requestSchema) } },
    },
    responses: {
      201: { description: 'Attached, with its verdict.', content: json(attachedSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'get',
    path,
    summary: 'The signatures with their validation reports',
    tags: ['signatures'],
    request: { params: pathSchema, query: listQuerySchema },
    responses: {
      200: {
        description: 'A page of signatures; short once 1 MiB of them has been validated for it.',
        content: json(signaturePageSchema),
      },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'get',
    path: `${path}/{number}`,
    summary: 'One signature, in its newest version or in an earlier one',
    tags: ['signatures'],
    request: { params: numberPathSchema, query: bytesQuerySchema },
    responses: {
      200: { description: 'CMS, DER.', content: { [CMS]: { schema: bytes } } },
      304: notModifiedResponse,
      default: problemResponse,
    },
  });
}
