/** `/v1/inspections/{inspection}/package`: all that was inspected, for others to read and to verify. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { type Request, Router } from 'express';
import { z } from 'zod';
import type { Principal } from '../../access/authorize.js';
import type { Disclosure } from '../../access/disclosure.js';
import type { InspectionBook } from '../../access/inspection-book.js';
import { definedMembers } from '../../base/defined-members.js';
import { collectionContainer, CONTAINER_TYPES } from '../../queries/evidence-container.js';
import {
  inspectionPackage,
  type InspectionPackage,
  type PackageParts,
} from '../../queries/inspection-package.js';
import type { PrintInspection } from '../../queries/inspection-report-data.js';
import { type NodeTrustParts, verifiedFile } from '../../queries/node-trust.js';
import type { Guard } from '../authentication.js';
import type { ContainerSeals } from '../container-seals.js';
import { goneSignal, Places } from '../places.js';
import {
  JSON_TYPE,
  PDF_TYPE,
  type ReportFormat,
  reportFormat,
  reportQuery,
} from '../report-format.js';
import { addResource } from '../resource.js';
import { json, problemResponse } from '../schemas.js';
import { begunReport, sendReport } from '../send-report.js';
import { validate } from '../validate.js';

export interface InspectionPackageRoutesOptions {
  readonly guard: Guard;
  readonly inspections: InspectionBook;
  readonly parts: PackageParts;
  readonly trust: NodeTrustParts;
  readonly seals: ContainerSeals;
  readonly print: PrintInspection;
  /** The name that a tenant has in law, as far as it is known here. */
  readonly legalNameOf: (tenant: Principal['tenant']) => string;
  /** Longest time in which a client reads nothing. */
  readonly idleTimeoutMillis: number;
}

/** Each is made in memory, and verified in the thread that commits. */
const AT_A_TIME = { total: 2, perTenant: 1 };

const pathSchema = z.object({ inspection: z.string() });
const querySchema = z.strictObject({
  ...reportQuery,
  format: z.enum(['json', 'pdf', 'asice']).optional().meta({ description: 'Instead of Accept.' }),
  origin: z
    .string()
    .max(512)
    .optional()
    .meta({ description: 'Of a log of the ledger; else the one that is written.' }),
});

export function inspectionPackageRoutes(options: InspectionPackageRoutesOptions): Router {
  const { guard, inspections, parts, trust, seals, print, idleTimeoutMillis } = options;
  const places = new Places(AT_A_TIME);
  const router = Router({ caseSensitive: true, strict: true });
  addResource(router, '/inspections/:inspection/package', {
    get: guard.disclosing('inspection:package', async (principal, request, response) => {
      const { inspection: id } = validate(pathSchema, request.params, 'the path');
      const { format, language, origin } = validate(querySchema, request.query, 'the query');
      const wanted = packageFormat(request, format);
      const inspection = inspections.opened(principal, id);
      const { tenant } = principal;
      places.take(tenant, response);
      const gone = goneSignal(response);
      const made = await inspectionPackage(parts, tenant, inspection, origin);
      const fileName = `inspection-${id}`;
      const about = { ...disclosureOf(made, wanted, origin), ledger: inspection.ledger };
      if (wanted !== 'pdf') {
        const isPlain = wanted === 'json';
        const bytes = isPlain
          ? made.bytes
          : await collectionContainer(made.bytes, seals.of(tenant));
        return {
          ...about,
          send: () => {
            response.setHeader('Content-Type', isPlain ? JSON_TYPE : CONTAINER_TYPES.asice);
            response.setHeader('Cache-Control', 'no-store');
            response.setHeader(
              'Content-Disposition',
              `attachment; filename="${fileName}.${isPlain ? 'collection' : 'asice'}"`,
            );
            response.setHeader('Vary', 'Accept');
            response.end(bytes);
          },
        };
      }
      const verification = await verifiedFile(trust, tenant, made.bytes);
      const institution = options.legalNameOf(tenant);
      const printing = print({ language, inspection, institution, made, verification }, gone);
      const pieces = await begunReport(await printing);
      return {
        ...about,
        send: () =>
          sendReport(request, response, {
            ...{ pieces, language, idleTimeoutMillis },
            fileName: `${fileName}.pdf`,
          }),
      };
    }),
  });
  return router;
}

type PackageFormat = ReportFormat | 'asice';

/** @param format of the query, which goes before Accept. @throws ApiError NOT_ACCEPTABLE. */
function packageFormat(request: Request, format: PackageFormat | undefined): PackageFormat {
  if (format === 'asice') return format;
  const types = [JSON_TYPE, PDF_TYPE, CONTAINER_TYPES.asice];
  const isSealed = format === undefined && request.accepts(types) === CONTAINER_TYPES.asice;
  return isSealed ? 'asice' : reportFormat(request, format);
}

function disclosureOf(
  { sha256, questions, shown, authors, standing }: InspectionPackage,
  format: PackageFormat,
  origin: string | undefined,
): Pick<Disclosure, 'question' | 'entries' | 'persons' | 'standing'> {
  // By the digest anybody who has the file finds the entry that let it go.
  const question = definedMembers({
    package: format,
    origin,
    questions: questions.length,
    file: { sha256 },
  });
  return { question, entries: shown, persons: authors, standing: () => Promise.resolve(standing) };
}

export function describeInspectionPackage(registry: OpenAPIRegistry): void {
  registry.registerPath({
    method: 'get',
    path: '/v1/inspections/{inspection}/package',
    summary: 'The hand-over package: all that was inspected, and the proof of it',
    description:
      'As JSON a collection file (docs/formats/collection.md) with the whole answer for each person and state that was asked about; what is out of scope is counted in it and not opened. As PDF/A-3 the report for people, with that file embedded. As ASiC-E that file and its entries for reading, under the operator’s seal (docs/formats/asic.md).',
    tags: ['inspections'],
    request: { params: pathSchema, query: querySchema },
    responses: {
      200: {
        description: 'The package.',
        content: {
          ...json(z.looseObject({ $v: z.literal(1) })),
          [PDF_TYPE]: { schema: z.string().meta({ format: 'binary' }) },
          [CONTAINER_TYPES.asice]: { schema: z.string().meta({ format: 'binary' }) },
        },
      },
      default: problemResponse,
    },
  });
}
