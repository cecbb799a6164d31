/** The reports there are, each printed from its data: here, or in a thread of its own. */
import type { InspectionReportData } from './inspection-data.js';
import { inspectionReport } from './inspection-report.js';
import { printReport, type ReportLimits } from './pdf-report.js';
import type { ReportDocument } from './report-document.js';
import type { SubjectExportData } from './subject-export-data.js';
import { subjectExportReport } from './subject-export-report.js';

/** Plain data: it may go to another thread. */
export type ReportJob =
  | { readonly kind: 'inspection'; readonly data: InspectionReportData }
  | { readonly kind: 'subject-export'; readonly data: SubjectExportData };

/**
 * In pieces, as `printReport`: nothing is printed that is not asked for, and nothing once the signal is
 * aborted. @throws ReportError REPORT_TOO_LARGE; the signal's reason.
 */
export type PrintJob = (job: ReportJob, signal: AbortSignal) => AsyncIterable<Uint8Array>;

export function reportOf(job: ReportJob): ReportDocument {
  switch (job.kind) {
    case 'inspection':
      return inspectionReport(job.data);
    case 'subject-export':
      return subjectExportReport(job.data);
  }
}

/** In the thread that asks: for tests, and for programs that have nothing else to do. */
export function inlinePrinting(limits?: ReportLimits): PrintJob {
  return (job, signal) => printReport(reportOf(job), { ...(limits && { limits }), signal });
}
