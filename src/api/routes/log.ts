/** A ledger as a transparency log (C2SP tlog-checkpoint, tlog-tiles), and its proofs as JSON. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { Router } from 'express';
import { z } from 'zod';
import { utf8 } from '../../base/bytes.js';
import { proveConsistency, proveInclusion } from '../../queries/prove.js';
import {
  checkpointOfSize,
  cosignedCheckpoint,
  type Cosigners,
  newestCheckpoint,
  readTile,
} from '../../queries/read-log.js';
import type { TenantLedgers } from '../../queries/tenant-ledgers.js';
import { ApiError } from '../api-error.js';
import type { Guard } from '../authentication.js';
import { sendImmutable } from '../conditional.js';
import { indexText, ledgerPath, sizeText } from '../entry-schemas.js';
import { addResource } from '../resource.js';
import { json, notModifiedResponse, problemResponse } from '../schemas.js';
import { validate } from '../validate.js';

export interface LogRoutesOptions {
  readonly guard: Guard;
  readonly ledgers: TenantLedgers;
  /** Null where ledgers are kept by nobody else. */
  readonly cosigners: Cosigners | null;
}

const TEXT = 'text/plain; charset=utf-8';
const OCTETS = 'application/octet-stream';

const pathSchema = z.object(ledgerPath);
const checkpointQuerySchema = z.strictObject({
  cosigned: z.enum(['true', 'false']).optional().meta({
    description: 'With true, the newest that a keeper has cosigned, which may not be the newest.',
  }),
});
const sizePathSchema = z.object({ ...ledgerPath, size: sizeText });
const tilePathSchema = z.object({ ...ledgerPath, path: z.array(z.string()) });
const inclusionQuerySchema = z.strictObject({ index: indexText, size: sizeText });
const consistencyQuerySchema = z.strictObject({ from: sizeText, to: sizeText });

const number = z.number().int();
const proof = z.array(z.string()).meta({ description: 'Hashes as hex, from the leaf upwards.' });
const inclusionSchema = z.object({
  index: number,
  size: number,
  leafHash: z.string(),
  rootHash: z.string(),
  proof,
});
const consistencySchema = z.object({
  from: number,
  to: number,
  fromRoot: z.string(),
  toRoot: z.string(),
  proof,
});

export function logRoutes({ guard, cosigners, ledgers }: LogRoutesOptions): Router {
  const router = Router({ caseSensitive: true, strict: true });
  addResource(router, '/ledgers/:ledger/checkpoint', {
    get: guard('ledger:read', ({ tenant }, request, response) => {
      const { ledger } = validate(pathSchema, request.params, 'the path');
      const { cosigned } = validate(checkpointQuerySchema, request.query, 'the query');
      const found = ledgers.find(tenant, ledger);
      const note =
        cosigned === 'true'
          ? cosignedCheckpoint(found, cosigners)
          : newestCheckpoint(found, cosigners);
      response.setHeader('Content-Type', TEXT);
      response.setHeader('Cache-Control', 'no-store');
      response.end(note);
    }),
  });
  addResource(router, '/ledgers/:ledger/checkpoints/:size', {
    get: guard('ledger:read', async ({ tenant }, request, response) => {
      const { ledger, size } = validate(sizePathSchema, request.params, 'the path');
      const note = await checkpointOfSize(ledgers.find(tenant, ledger), size);
      sendImmutable(request, response, TEXT, note);
    }),
  });
  addResource(router, '/ledgers/:ledger/tile/*path', {
    get: guard('ledger:read', async ({ tenant }, request, response) => {
      const { ledger, path } = validate(tilePathSchema, request.params, 'the path');
      // A decoded %2F: a second spelling of a tile's one path.
      if (path.some((step) => step.includes('/')))
        throw new ApiError('ROUTE_UNKNOWN', 'a tile has one path, without %2F');
      const tile = await readTile(ledgers.find(tenant, ledger), `tile/${path.join('/')}`);
      sendImmutable(request, response, OCTETS, tile);
    }),
  });
  addResource(router, '/ledgers/:ledger/proofs/inclusion', {
    get: guard('ledger:read', async ({ tenant }, request, response) => {
      const { ledger } = validate(pathSchema, request.params, 'the path');
      const { index, size } = validate(inclusionQuerySchema, request.query, 'the query');
      const answer = await proveInclusion(ledgers.find(tenant, ledger), index, size);
      sendImmutable(request, response, 'application/json', utf8(JSON.stringify(answer)));
    }),
  });
  addResource(router, '/ledgers/:ledger/proofs/consistency', {
    get: guard('ledger:read', async ({ tenant }, request, response) => {
      const { ledger } = validate(pathSchema, request.params, 'the path');
      const { from, to } = validate(consistencyQuerySchema, request.query, 'the query');
      const answer = await proveConsistency(ledgers.find(tenant, ledger), from, to);
      sendImmutable(request, response, 'application/json', utf8(JSON.stringify(answer)));
    }),
  });
  return router;
}

export function describeLog(registry: OpenAPIRegistry): void {
  const text = { [TEXT]: { schema: z.string() } };
  const bytes = { [OCTETS]: { schema: z.string().meta({ format: 'binary' }) } };
  const path = '/v1/ledgers/{ledger}';
  const tags = ['log'];
  registry.registerPath({
    method: 'get',
    path: `${path}/checkpoint`,
    summary: 'The newest checkpoint, with the cosignatures of those keepers that have it',
    tags,
    request: { params: pathSchema, query: checkpointQuerySchema },
    responses: {
      200: { description: 'A signed note.', content: text },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'get',
    path: `${path}/checkpoints/{size}`,
    summary: 'The checkpoint that was shown of a size',
    tags,
    request: { params: sizePathSchema },
    responses: {
      200: { description: 'A signed note.', content: text },
      304: notModifiedResponse,
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'get',
    path: `${path}/tile/{path}`,
    summary: 'A tile (<L>/<N>[.p/<W>]) or an entry bundle (entries/<N>[.p/<W>]) of C2SP tlog-tiles',
    description: 'The path has slashes, as C2SP writes it: 0/x001/x234/067.p/8.',
    tags,
    request: { params: z.object({ ...ledgerPath, path: z.string() }) },
    responses: {
      200: { description: 'Hashes, or statements.', content: bytes },
      304: notModifiedResponse,
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'get',
    path: `${path}/proofs/inclusion`,
    summary: 'That an entry is in the tree of a size',
    tags,
    request: { params: pathSchema, query: inclusionQuerySchema },
    responses: {
      200: { description: 'RFC 6962 §2.1.1.', content: json(inclusionSchema) },
      304: notModifiedResponse,
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'get',
    path: `${path}/proofs/consistency`,
    summary: 'That the tree of a size goes on from that of another',
    tags,
    request: { params: pathSchema, query: consistencyQuerySchema },
    responses: {
      200: { description: 'RFC 6962 §2.1.2.', content: json(consistencySchema) },
      304: notModifiedResponse,
      default: problemResponse,
    },
  });
}
