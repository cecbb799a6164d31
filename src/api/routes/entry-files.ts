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
import { entryPath } from '../entry-schemas.js';
import { addResource } from '../resource.js';
import { problemResponse } from '../schemas.js';
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
    get: guard('record:read', async ({ tenant }, request, response) => {
      const { ledger, id } = validate(pathSchema, request.params, 'the path');
      validate(noQuerySchema, request.query, 'the query');
      const bytes = await statementBytes(ledgers.find(tenant, ledger), id);
      sendImmutable(request, response, 'application/json', bytes);
    }),
  });
  addResource(router, '/ledgers/:ledger/records/:id/leaf', {
    get: guard('record:read', async ({ tenant }, request, response) => {
      const { ledger, id } = validate(pathSchema, request.params, 'the path');
      validate(noQuerySchema, request.query, 'the query');
      const bytes = await leafInput(ledgers.find(tenant, ledger), id);
      sendImmutable(request, response, OCTETS, bytes);
    }),
  });
  addResource(router, '/ledgers/:ledger/records/:id/evidence', {
    get: guard('evidence:export', async ({ tenant }, request, response) => {
      const { ledger: name, id } = validate(pathSchema, request.params, 'the path');
      const format = evidenceFormat(request);
      const ledger = ledgers.find(tenant, name);
      if (format === 'tlog-proof') {
        sendImmutable(request, response, EVIDENCE_TYPES[format], await logProof(ledger, id));
        return;
      }
      const bytes = await evidenceFile(evidence, ledger, id);
      response.setHeader('Content-Type', EVIDENCE_TYPES[format]);
      // It grows with signatures and anchors.
      response.setHeader('Cache-Control', 'no-store');
      response.setHeader('Vary', 'Accept');
      response.end(bytes);
    }),
  });
  return router;
}

function evidenceFormat(request: Request): EvidenceFormat {
  const { format } = validate(evidenceQuerySchema, request.query, 'the query');
  if (format === 'json' || format === 'tlog-proof') return format;
  const types = Object.values(EVIDENCE_TYPES);
  const accepted = format === undefined ? request.accepts(types) : false;
  if (accepted === EVIDENCE_TYPES.json) return 'json';
  if (accepted === EVIDENCE_TYPES['tlog-proof']) return 'tlog-proof';
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
      default: problemResponse,
    },
  });
}
