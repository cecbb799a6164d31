/** Whether an answer is wanted as JSON or as a report for people, and in which language. */
import type { Request } from 'express';
import { z } from 'zod';
import { ApiError } from './api-error.js';

export const JSON_TYPE = 'application/json';
export const PDF_TYPE = 'application/pdf';

export type ReportFormat = 'json' | 'pdf';

/** Members of the query of every route that gives a report. */
export const reportQuery = {
  format: z.enum(['json', 'pdf']).optional().meta({ description: 'Instead of Accept.' }),
  language: z
    .enum(['en', 'de'])
    .default('en')
    .meta({ description: 'Of the pages of a PDF. JSON has none.' }),
} as const;

/** @param format of the query, which goes before Accept. @throws ApiError NOT_ACCEPTABLE. */
export function reportFormat(request: Request, format: ReportFormat | undefined): ReportFormat {
  if (format !== undefined) return format;
  const accepted = request.accepts([JSON_TYPE, PDF_TYPE]);
  if (accepted === JSON_TYPE) return 'json';
  if (accepted === PDF_TYPE) return 'pdf';
  throw new ApiError('NOT_ACCEPTABLE', `this is given as ${JSON_TYPE} or ${PDF_TYPE}`);
}
