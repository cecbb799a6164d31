/** What the report of an inspection says to people, from what its package holds for programs. */
import type { Inspection } from '../access/inspection.js';
import type { TreeSize } from '../base/brand.js';
import { canonicalJson, type JsonValue } from '../base/canonical-json.js';
import { isHexDigest } from '../base/hex-digest.js';
import type { FileReport } from '../evidence/verify-file.js';
import type {
  InspectedSubject,
  InspectionQuestion,
  InspectionReportData,
  Inspector,
} from '../reports/inspection-data.js';
import type { PrintJob } from '../reports/print-job.js';
import { proofState } from '../reports/proof-state.js';
import type { ReportLanguage } from '../reports/report-language.js';
import { inspectedSubject, treeState } from './inspected-subject.js';
import type { InspectionPackage } from './inspection-package.js';
import type { InspectionRead } from './inspection-reads.js';
import { validInstant } from './subject-state.js';

export const COLLECTION_FILE = 'inspection.collection';

export interface ReportSubject {
  readonly language: ReportLanguage;
  readonly inspection: Inspection;
  /** The inspected tenant, by the name it has in law. */
  readonly institution: string;
  readonly made: InspectionPackage;
  /** The verifier's, of the package's collection. */
  readonly verification: FileReport;
}

/** The PDF in pieces, until the signal is aborted. @throws as `inspectionReportData`, before the first. */
export type PrintInspection = (
  about: ReportSubject,
  signal: AbortSignal,
) => Promise<AsyncIterable<Uint8Array>>;

export function inspectionPrinter(print: PrintJob): PrintInspection {
  return async (about, signal) =>
    print({ kind: 'inspection', data: await inspectionReportData(about) }, signal);
}

/** @throws QueryError QUERY_TOO_BROAD; as `subjectState`. */
export async function inspectionReportData(about: ReportSubject): Promise<InspectionReportData> {
  const { language, inspection, institution, made, verification } = about;
  const { caseId, authority, legalBasis, scope, openedAt, expiresAt, closedAt } = inspection;
  const subjects = [...new Set(made.questions.map(({ subject }) => subject))];
  const inspected: InspectedSubject[] = [];
  for (const subject of subjects) inspected.push(await inspectedSubject({ made, scope }, subject));
  return {
    ...{ language, institution, caseId, authority, legalBasis, openedAt, expiresAt },
    createdAt: made.madeAt,
    log: made.reader.origin,
    scope: {
      subjects: scope.subjects ?? null,
      types: scope.types ?? null,
      period: { from: scope.recordedFrom ?? null, to: scope.recordedTo ?? null },
    },
    closedAt: closedAt ?? null,
    hidden: inspection.isHidden,
    inspectors: inspectorsOf(inspection),
    questions: await Promise.all(made.reads.map((read) => questionOf(made, read))),
    subjects: inspected,
    proofs: [proofState(COLLECTION_FILE, verification)],
    files: [
      {
        name: COLLECTION_FILE,
        mediaType: 'application/json',
        relationship: 'Source',
        description: 'docs/formats/collection.md',
        modifiedAt: made.madeAt,
        bytes: made.bytes,
      },
    ],
  };
}

function inspectorsOf({ authority, openedBy, inspectors }: Inspection): readonly Inspector[] {
  return [
    {
      name: openedBy.author,
      organisation: authority,
      identity: openedBy.author,
      identifiedBy: openedBy.key,
    },
    ...inspectors.map(({ name, to }) => ({
      name,
      organisation: authority,
      identity: 'key' in to ? `key:${to.key}` : to.identity,
      identifiedBy: 'key' in to ? to.key : to.identity,
    })),
  ];
}

async function questionOf(
  { ledger, reader }: InspectionPackage,
  { askedAt, actor, action, question, shown, rootHash }: InspectionRead,
): Promise<InspectionQuestion> {
  const { size, validAt, ...asked } = question;
  const members = Object.entries(asked).map(([name, value]) => `${name}=${plainText(value)}`);
  const isOfThisLog = asked['origin'] === undefined || asked['origin'] === reader.origin;
  const ofState = typeof size === 'number' && size <= reader.head.size && isOfThisLog;
  return {
    askedAt,
    question: `${actor}: ${[action, ...members].join(', ')}`,
    asOf: ofState ? await treeState(reader, size as TreeSize) : null,
    validAt: typeof validAt === 'string' ? (validInstant(ledger, validAt) ?? null) : null,
    shown,
    resultRoot: shown > 0 && isHexDigest(rootHash) ? rootHash : null,
  };
}

function plainText(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : canonicalJson(value ?? null);
}
