/** What of an entry is given as a file: statement, leaf input, evidence. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { type Request, Router } from 'express';
import { z } from 'zod';
import { leafInput, statementBytes } from '../../queries/entry-bytes.js';
import { evidenceFile, type EvidenceParts, logProof } from '../../queries/entry-evidence.js';
import type { TenantLedgers } from '../../queries/tenant-ledgers.js';
import { ApiError } from '../api-error.js';
import type { Guard } from '../authentication.js';
import { sendImmutable } from '../conditional.js';
import { eitherHandler } from '../disclosing-routes.js';
import { entryPath } from '../entry-schemas.js';
import { addResource } from '../resource.js';
import { notModifiedResponse, problemResponse } from '../schemas.js';
import { validate } from '../validate.js';

export interface EntryFilesRoutesOptions {
  readonly guard: Guard;
  readonly ledgers: TenantLedgers;
  readonly evidence: EvidenceParts;
}

const OCTETS = 'application/octet-stream';
const EVIDENCE_TYPES = { json: 'application/json', 'tlog-proof': 'text/x-tlog-proof' } as const;
type EvidenceFormat = keyof typeof EVIDENCE_TYPES;
/** Formats that this version does not write yet. */
const NOT_YET = ['asice', 'ots'] as const;

const pathSchema = z.object(entryPath);
const noQuerySchema = z.strictObject({});
const evidenceQuerySchema = z.strictObject({
  format: z
    .enum(['json', 'tlog-proof', ...NOT_YET])
    .optional()
    .meta({ description: 'Instead of Accept.' }),
});

export function entryFilesRoutes(options: EntryFilesRoutesOptions): Router {
  const { guard, ledgers, evidence } = options;
  const router = Router({ caseSensitive: true, strict: true });
  addResource(router, '/ledgers/:ledger/records/:id/statement', {
    get: guard('statement:read', async ({ tenant }, request, response) => {
      const { ledger, id } = validate(pathSchema, request.params, 'the path');
      validate(noQuerySchema, request.query, 'the query');
      const bytes = await statementBytes(ledgers.find(tenant, ledger), id);
      sendImmutable(request, response, 'application/json', bytes);
    }),
  });
  addResource(router, '/ledgers/:ledger/records/:id/leaf', {
    get: guard('statement:read', async ({ tenant }, request, response) => {
      const { ledger, id } = validate(pathSchema, request.params, 'the path');
      validate(noQuerySchema, request.query, 'the query');
      const bytes = await leafInput(ledgers.find(tenant, ledger), id);
      sendImmutable(request, response, OCTETS, bytes);
    }),
  });
  // It shows hashes and no content.
  const proof = guard('statement:read', async ({ tenant }, request, response) => {
    const { ledger, id } = validate(pathSchema, request.params, 'the path');
    evidenceFormat(request);
    const bytes = await logProof(ledgers.find(tenant, ledger), id);
    sendImmutable(request, response, EVIDENCE_TYPES['tlog-proof'], bytes);
  });
  const file = guard.disclosing('evidence:export', async ({ tenant }, request, response) => {
    const { ledger, id } = validate(pathSchema, request.params, 'the path');
    const format = evidenceFormat(request);
    const { bytes, shown } = await evidenceFile(evidence, ledgers.find(tenant, ledger), id);
    return {
      ledger,
      question: { evidence: id, format },
      entries: shown,
      send: () => {
        response.setHeader('Content-Type', EVIDENCE_TYPES.json);
        // It grows with signatures and anchors.
        response.setHeader('Cache-Control', 'no-store');
        response.setHeader('Vary', 'Accept');
        response.end(bytes);
      },
    };
  });
  addResource(router, '/ledgers/:ledger/records/:id/evidence', {
    get: eitherHandler({ proof, file }, (request) =>
      wantedFormat(request) === 'tlog-proof' ? 'proof' : 'file',
    ),
  });
  return router;
}

/** Null if it is none, or none of those there are: `evidenceFormat` says what is wrong with it. */
function wantedFormat(request: Request): EvidenceFormat | null {
  const { format } = request.query;
  if (format !== undefined) return format === 'json' || format === 'tlog-proof' ? format : null;
  const accepted = request.accepts(Object.values(EVIDENCE_TYPES));
  if (accepted === EVIDENCE_TYPES.json) return 'json';
  return accepted === EVIDENCE_TYPES['tlog-proof'] ? 'tlog-proof' : null;
}

/** @throws ApiError REQUEST_INVALID, NOT_ACCEPTABLE. */
function evidenceFormat(request: Request): EvidenceFormat {
  validate(evidenceQuerySchema, request.query, 'the query');
  const wanted = wantedFormat(request);
  if (wanted !== null) return wanted;
  const types = Object.values(EVIDENCE_TYPES);
  throw new ApiError('NOT_ACCEPTABLE', `evidence is given as ${types.join(' or ')}`);
}

export function describeEntryFiles(registry: OpenAPIRegistry): void {
  const bytes = z.string().meta({ format: 'binary' });
  registry.registerPath({
    method: 'get',
    path: '/v1/ledgers/{ledger}/records/{id}/statement',
    summary: 'The canonical bytes of the statement, verbatim: what is signed',
    tags: ['records'],
    request: { params: pathSchema },
    responses: {
      200: {
        description: 'RFC 8785 JSON.',
        content: { 'application/json': { schema: z.looseObject({}) } },
      },
      304: notModifiedResponse,
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'get',
    path: '/v1/ledgers/{ledger}/records/{id}/leaf',
    summary: '00 ‖ statement, whose SHA-256 is the leaf hash',
    tags: ['records'],
    request: { params: pathSchema },
    responses: {
      200: { description: 'The leaf input.', content: { [OCTETS]: { schema: bytes } } },
      304: notModifiedResponse,
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'get',
    path: '/v1/ledgers/{ledger}/records/{id}/evidence',
    summary: 'One file from which a third party verifies the entry offline',
    tags: ['evidence'],
    request: { params: pathSchema, query: evidenceQuerySchema },
    responses: {
      200: {
        description: 'docs/formats/evidence.md; or C2SP tlog-proof.',
        content: {
          [EVIDENCE_TYPES.json]: { schema: z.looseObject({}) },
          [EVIDENCE_TYPES['tlog-proof']]: { schema: z.string() },
        },
      },
      304: notModifiedResponse,
      default: problemResponse,
    },
  });
}
