/** What of an entry is given as a file: statement, leaf input, evidence. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { type Request, type RequestHandler, Router } from 'express';
import { z } from 'zod';
import type { Principal } from '../../access/authorize.js';
import { leafInput, statementBytes } from '../../queries/entry-bytes.js';
import {
  type EvidenceAnswer,
  evidenceFile,
  type EvidenceParts,
  logProof,
} from '../../queries/entry-evidence.js';
import { entryTimestamp, OTS_TYPE } from '../../queries/entry-timestamp.js';
import {
  CONTAINER_TYPES,
  type ContainerSeal,
  entryContainer,
  signedObject,
} from '../../queries/evidence-container.js';
import type { LedgerLogs, TenantLedgers } from '../../queries/tenant-ledgers.js';
import { ApiError } from '../api-error.js';
import type { Guard } from '../authentication.js';
import { sendImmutable } from '../conditional.js';
import type { ContainerSeals } from '../container-seals.js';
import { eitherHandler } from '../disclosing-routes.js';
import { entryPath } from '../entry-schemas.js';
import { addResource } from '../resource.js';
import { notModifiedResponse, problemResponse } from '../schemas.js';
import { validate } from '../validate.js';

export interface EntryFilesRoutesOptions {
  readonly guard: Guard;
  readonly ledgers: TenantLedgers;
  readonly evidence: EvidenceParts;
  readonly seals: ContainerSeals;
}

const OCTETS = 'application/octet-stream';
const EVIDENCE_TYPES = {
  json: 'application/json',
  'tlog-proof': 'text/x-tlog-proof',
  ...CONTAINER_TYPES,
  ots: OTS_TYPE,
} as const;
type EvidenceFormat = keyof typeof EVIDENCE_TYPES;

const pathSchema = z.object(entryPath);
const noQuerySchema = z.strictObject({});
const evidenceQuerySchema = z.strictObject({
  format: z
    .enum(['json', 'tlog-proof', 'asice', 'asics', 'ots'])
    .optional()
    .meta({ description: 'Instead of Accept.' }),
});

export function entryFilesRoutes(options: EntryFilesRoutesOptions): Router {
  const { guard, ledgers } = options;
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
    const { ledger, id } = entryAsked(request);
    const bytes = await logProof(ledgers.find(tenant, ledger), id);
    sendImmutable(request, response, EVIDENCE_TYPES['tlog-proof'], bytes);
  });
  const file = evidenceFileHandler(options, (_principal, request) => entryAsked(request));
  addResource(router, '/ledgers/:ledger/records/:id/evidence', {
    get: eitherHandler({ proof, file }, (request) =>
      wantedFormat(request) === 'tlog-proof' ? 'proof' : 'file',
    ),
  });
  return router;
}

function entryAsked(request: Request): EvidencePlace {
  validate(evidenceQuerySchema, request.query, 'the query');
  return validate(pathSchema, request.params, 'the path');
}

/** Which entry a request asks the evidence of. */
export interface EvidencePlace {
  readonly ledger: string;
  /** Leaf hash or index. */
  readonly id: string;
}

/**
 * Of a route that gives the evidence of an entry, in each of the formats that show its content.
 * @param placeOf checks path and query, in which `format` may be.
 */
export function evidenceFileHandler(
  { guard, ledgers, evidence, seals }: EntryFilesRoutesOptions,
  placeOf: (principal: Principal, request: Request) => EvidencePlace | Promise<EvidencePlace>,
): RequestHandler {
  return guard.disclosing('evidence:export', async (principal, request, response) => {
    const { tenant } = principal;
    const { ledger, id } = await placeOf(principal, request);
    const format = contentFormat(request);
    const make = MAKERS[format];
    const logs = ledgers.find(tenant, ledger);
    const { bytes, shown, persons = [] } = await make(evidence, logs, id, seals.of(tenant));
    return {
      ledger,
      question: { evidence: id, format },
      entries: shown,
      persons,
      send: () => {
        response.setHeader('Content-Type', EVIDENCE_TYPES[format]);
        // It grows with signatures and anchors.
        response.setHeader('Cache-Control', 'no-store');
        response.setHeader('Vary', 'Accept');
        response.end(bytes);
      },
    };
  });
}

type Make = (
  parts: EvidenceParts,
  logs: LedgerLogs,
  id: string,
  seal: ContainerSeal,
) => Promise<EvidenceAnswer>;

/** Of what is put on record as shown; a proof shows that the log has something, and no more. */
const MAKERS = {
  json: evidenceFile,
  asice: entryContainer,
  asics: signedObject,
  ots: entryTimestamp,
} as const satisfies Partial<Record<EvidenceFormat, Make>>;

/** Null if it is none, or none of those there are: `evidenceFormat` says what is wrong with it. */
function wantedFormat(request: Request): EvidenceFormat | null {
  const { format } = request.query;
  const formats = Object.keys(EVIDENCE_TYPES) as EvidenceFormat[];
  if (format !== undefined) return formats.find((each) => each === format) ?? null;
  const accepted = request.accepts(Object.values(EVIDENCE_TYPES));
  return formats.find((each) => EVIDENCE_TYPES[each] === accepted) ?? null;
}

/** A proof has been routed elsewhere, or is not given by that route. @throws ApiError NOT_ACCEPTABLE. */
function contentFormat(request: Request): keyof typeof MAKERS {
  const wanted = wantedFormat(request);
  if (wanted !== null && wanted !== 'tlog-proof') return wanted;
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
        description:
          'docs/formats/evidence.md; C2SP tlog-proof; a container, docs/formats/asic.md: ASiC-E of the evidence, ASiC-S of the statement and a signature over it; or an OpenTimestamps file, docs/formats/opentimestamps.md, of what `/leaf` gives. Containers take a node with a seal, an OpenTimestamps file an entry that is anchored.',
        content: {
          [EVIDENCE_TYPES.json]: { schema: z.looseObject({}) },
          [EVIDENCE_TYPES['tlog-proof']]: { schema: z.string() },
          [EVIDENCE_TYPES.asice]: { schema: bytes },
          [EVIDENCE_TYPES.asics]: { schema: bytes },
          [EVIDENCE_TYPES.ots]: { schema: bytes },
        },
      },
      304: notModifiedResponse,
      default: problemResponse,
    },
  });
}
