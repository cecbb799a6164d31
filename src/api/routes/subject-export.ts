/** `/v1/ledgers/{ledger}/subjects/{subject}/export`: what a person may ask for of themselves. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { Router } from 'express';
import { z } from 'zod';
import type { AccessBook } from '../../access/access-book.js';
import { AccessError } from '../../access/access-error.js';
import type { DisclosedEntry } from '../../access/disclosure.js';
import { isRestricted } from '../../access/tenant-settings.js';
import { parseInstant } from '../../base/time.js';
import type { PrintSubjectExport } from '../../queries/subject-export-report.js';
import { type SubjectExport, subjectExport } from '../../queries/subject-export.js';
import type { TenantLedgers } from '../../queries/tenant-ledgers.js';
import { sendJson } from '../answer.js';
import type { Guard } from '../authentication.js';
import { goneSignal, Places } from '../places.js';
import { PDF_TYPE, reportFormat, reportQuery } from '../report-format.js';
import { addResource } from '../resource.js';
import { json, problemResponse } from '../schemas.js';
import { begunReport, sendReport } from '../send-report.js';
import { validate } from '../validate.js';
import { subjectPath } from '../view-schemas.js';

export interface SubjectExportRoutesOptions {
  readonly guard: Guard;
  readonly ledgers: TenantLedgers;
  readonly book: Pick<AccessBook, 'of' | 'checkExport'>;
  readonly print: PrintSubjectExport;
  /** Longest time in which a client reads nothing. */
  readonly idleTimeoutMillis: number;
}

/** Each is made in memory as a whole. */
const AT_A_TIME = { total: 2, perTenant: 1 };

const pathSchema = z.object(subjectPath);
const querySchema = z.strictObject(reportQuery);
const exportSchema = z.looseObject({ $v: z.literal(1), subject: z.string() });

export function subjectExportRoutes(options: SubjectExportRoutesOptions): Router {
  const { guard, ledgers, book, print, idleTimeoutMillis } = options;
  const places = new Places(AT_A_TIME);
  const router = Router({ caseSensitive: true, strict: true });
  addResource(router, '/ledgers/:ledger/subjects/:subject/export', {
    get: guard.disclosing('subject:export', async (principal, request, response) => {
      const { tenant } = principal;
      const { ledger, subject } = validate(pathSchema, request.params, 'the path');
      const { language, ...query } = validate(querySchema, request.query, 'the query');
      const format = reportFormat(request, query.format);
      const asked = ledgers.find(tenant, ledger);
      const { settings } = book.of(tenant);
      if (isRestricted(settings, ledger)) throw withheld();
      book.checkExport(principal, ledger);
      places.take(tenant, response);
      const gone = goneSignal(response);
      const withheldTypes = new Set(Object.keys(settings.restrictedTypes));
      const made = await subjectExport(asked, { subject, withheldTypes });
      // Without the person's name, which would end up in histories and proxies.
      const fileName = `subject-export-${ledger}.${format}`;
      const about = { export: 'subject', subject, size: made.logs.at(-1)?.size ?? 0, format };
      const entries = disclosedBy(made);
      if (format === 'json')
        return {
          ledger,
          question: about,
          entries,
          send: () => {
            response.setHeader('Content-Disposition', `attachment; filename="${fileName}"`);
            response.setHeader('Vary', 'Accept');
            sendJson(response, 200, made);
          },
        };
      const { legalName = tenant, notices = [] } = settings;
      const pages = { language, controller: legalName, notices };
      const pieces = await begunReport(print(made, pages, gone));
      return {
        ledger,
        question: { ...about, language },
        entries,
        send: () =>
          sendReport(request, response, { pieces, fileName, language, idleTimeoutMillis }),
      };
    }),
  });
  return router;
}

function withheld(): AccessError {
  return new AccessError(
    'ACCESS_DENIED',
    'this ledger is restricted: nothing in it is exported for the persons it is about',
  );
}

function disclosedBy({ subject, records, mentions, signatures }: SubjectExport): DisclosedEntry[] {
  const entry = (id: string, recordedAt: string, type: string | null): DisclosedEntry => {
    return { leafHash: id, recordedAt: parseInstant(recordedAt), type, subject };
  };
  return [
    ...[...records, ...mentions].map(({ id, recordedAt, type }) => entry(id, recordedAt, type)),
    ...signatures.map(({ id, recordedAt }) => entry(id, recordedAt, null)),
  ];
}

export function describeSubjectExport(registry: OpenAPIRegistry): void {
  registry.registerPath({
    method: 'get',
    path: '/v1/ledgers/{ledger}/subjects/{subject}/export',
    summary: 'Everything recorded of a person, for that person (GDPR, Art. 15)',
    description:
      'docs/formats/subject-export.md. Of this identifier, not of a human being who has two. Nothing of other persons: leftOut lists what was left out, and why. Nothing of restricted types, nor whether there are any; a restricted ledger has no export. As PDF/A-3b it has the JSON inside.',
    tags: ['subjects'],
    request: { params: pathSchema, query: querySchema },
    responses: {
      200: {
        description: 'One document.',
        content: {
          ...json(exportSchema),
          [PDF_TYPE]: { schema: z.string().meta({ format: 'binary' }) },
        },
      },
      default: problemResponse,
    },
  });
}
