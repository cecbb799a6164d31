/**
 * The report for programs: RFC 8785, the same bytes for the same file and trust. Codes and facts are what
 * to go by; the sentences beside them are always English.
 */
import { canonicalJson, type JsonObject, type JsonValue } from '../base/canonical-json.js';
import { formatInstant } from '../base/time.js';
import { collectionToJson } from './internal/collection-report-to-json.js';
import {
  checkToJson,
  comparedToJson,
  containerToJson,
  disclosedToJson,
  findingToJson,
  logToJson,
  signatureToJson,
} from './internal/report-parts-to-json.js';
import { messageText } from './message-text.js';
import type { BlockSummary, EntrySummary, VerificationReport } from './verification-report.js';
import { type FileReport, isCollectionReport } from './verify-file.js';

export const REPORT_FORMAT = 1;

export function reportAsJson(report: FileReport): string {
  return canonicalJson(reportToJson(report));
}

export function reportToJson(report: FileReport): JsonObject {
  const members = isCollectionReport(report) ? collectionToJson(report) : evidenceToJson(report);
  return {
    $v: REPORT_FORMAT,
    result: report.result,
    summary: messageText(`result.${report.result}.means`),
    ...members,
    checks: report.checks.map(checkToJson),
    log: report.log && logToJson(report.log),
    development: report.development.map(findingToJson),
    notProven: report.notProven.map(findingToJson),
    ranges: report.ranges.map(({ marks, ...range }) => ({ ...range, marks: [...marks] })),
    growthCheckedBy: [...report.growthCheckedBy],
    trust: report.trust.map((source) => ({ ...source })),
    file: { ...report.file },
    ...(report.compared !== undefined && { compared: report.compared.map(comparedToJson) }),
    ...(report.container !== undefined && { container: containerToJson(report.container) }),
  };
}

function evidenceToJson({ entry, signatures }: VerificationReport): JsonObject {
  return { entry: entry && entryToJson(entry), signatures: signatures.map(signatureToJson) };
}

function entryToJson({
  recordedAt,
  notYetIn,
  stamped,
  brings,
  disclosed,
  ...entry
}: EntrySummary): JsonObject {
  return {
    ...entry,
    recordedAt: formatInstant(recordedAt),
    in: blockToJson(entry.in),
    notYetIn: blockToJson(notYetIn),
    ...(stamped !== undefined && { stamped: { ...stamped, at: formatInstant(stamped.at) } }),
    ...(brings !== undefined && { brings: { ...brings } }),
    ...(disclosed !== undefined && { disclosed: disclosedToJson(disclosed) }),
  };
}

function blockToJson(block: BlockSummary | null): JsonValue {
  return block && { ...block, time: formatInstant(block.time) };
}
