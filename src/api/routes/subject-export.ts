/** `/v1/ledgers/{ledger}/subjects/{subject}/export`: what a person may ask for of themselves. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { Router } from 'express';
import { z } from 'zod';
import type { DisclosedEntry } from '../../access/disclosure.js';
import { parseInstant } from '../../base/time.js';
import { type SubjectExport, subjectExport } from '../../queries/subject-export.js';
import type { TenantLedgers } from '../../queries/tenant-ledgers.js';
import { sendJson } from '../answer.js';
import type { Guard } from '../authentication.js';
import { Places } from '../places.js';
import { addResource } from '../resource.js';
import { json, problemResponse } from '../schemas.js';
import { validate } from '../validate.js';
import { subjectPath } from '../view-schemas.js';

export interface SubjectExportRoutesOptions {
  readonly guard: Guard;
  readonly ledgers: TenantLedgers;
}

/** Each is made in memory as a whole. */
const AT_A_TIME = { total: 2, perTenant: 1 };

const pathSchema = z.object(subjectPath);
const noQuerySchema = z.strictObject({});
const exportSchema = z.looseObject({ $v: z.literal(1), subject: z.string() });

export function subjectExportRoutes({ guard, ledgers }: SubjectExportRoutesOptions): Router {
  const places = new Places(AT_A_TIME);
  const router = Router({ caseSensitive: true, strict: true });
  addResource(router, '/ledgers/:ledger/subjects/:subject/export', {
    get: guard.disclosing('subject:export', async ({ tenant }, request, response) => {
      const { ledger, subject } = validate(pathSchema, request.params, 'the path');
      validate(noQuerySchema, request.query, 'the query');
      const asked = ledgers.find(tenant, ledger);
      places.take(tenant, response);
      const made = await subjectExport(asked, subject);
      return {
        ledger,
        question: { export: 'subject', subject, size: made.logs.at(-1)?.size ?? 0 },
        entries: disclosedBy(made),
        send: () => {
          response.setHeader(
            'Content-Disposition',
            // Without the person's name, which would end up in histories and proxies.
            `attachment; filename="subject-export-${ledger}.json"`,
          );
          sendJson(response, 200, made);
        },
      };
    }),
  });
  return router;
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
      'docs/formats/subject-export.md. Of this identifier, not of a human being who has two. Nothing of other persons: leftOut lists what was left out, and why.',
    tags: ['subjects'],
    request: { params: pathSchema },
    responses: {
      200: { description: 'One document.', content: json(exportSchema) },
      default: problemResponse,
    },
  });
}
