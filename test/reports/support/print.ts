/** Whole reports, and documents of a few blocks. */
import { type PrintOptions, printReport } from '../../../src/reports/pdf-report.js';
import type { Block, ReportDocument } from '../../../src/reports/report-document.js';
import { CREATED } from './report-data.js';

export async function printed(
  document: ReportDocument,
  options?: PrintOptions,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of printReport(document, options)) pieces.push(piece);
  return Buffer.concat(pieces);
}

export function documentOf(
  blocks: readonly Block[],
  bends: Partial<ReportDocument> = {},
): ReportDocument {
  return {
    language: 'en',
    title: 'A title',
    author: 'log.example.org/kyc/default',
    reference: 'Case 1',
    mark: null,
    createdAt: CREATED,
    blocks,
    files: [],
    ...bends,
  };
}
