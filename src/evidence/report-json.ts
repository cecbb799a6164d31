/**
 * The report for programs: RFC 8785, the same bytes for the same file and trust. Codes and facts are what
 * to go by; the sentences beside them are always English.
 */
import { canonicalJson, type JsonObject, type JsonValue } from '../base/canonical-json.js';
import { formatInstant } from '../base/time.js';
import { checkKind } from './internal/check-kind.js';
import { findingText, messageText } from './message-text.js';
import type {
  BlockSummary,
  CheckReport,
  DisclosedHeader,
  EntrySummary,
  Finding,
  JudgedTime,
  LogSummary,
  SignatureSummary,
  VerificationReport,
} from './verification-report.js';

export const REPORT_FORMAT = 1;

export function reportAsJson(report: VerificationReport): string {
  return canonicalJson(reportToJson(report));
}

export function reportToJson(report: VerificationReport): JsonObject {
  const { result, checks, entry, log, signatures, development, trust, file } = report;
  return {
    $v: REPORT_FORMAT,
    result,
    summary: messageText(`result.${result}.means`),
    checks: checks.map(checkToJson),
    entry: entry && entryToJson(entry),
    log: log && logToJson(log),
    signatures: signatures.map(signatureToJson),
    development: development.map(findingToJson),
    notProven: report.notProven.map(findingToJson),
    trust: trust.map((source) => ({ ...source })),
    file: { ...file },
  };
}

function checkToJson(check: CheckReport): JsonObject {
  const { id, result, word } = check;
  const kind = checkKind(id);
  return {
    id,
    what: messageText(`check.${kind}`),
    result,
    means: messageText(`means.${kind}`),
    word,
    ...findingToJson(check),
  };
}

function findingToJson({ code, facts }: Finding): Readonly<Record<string, JsonValue>> {
  return { code, facts: { ...facts }, detail: findingText({ code, facts }) };
}

function entryToJson({ recordedAt, notYetIn, disclosed, ...entry }: EntrySummary): JsonObject {
  return {
    ...entry,
    recordedAt: formatInstant(recordedAt),
    in: blockToJson(entry.in),
    notYetIn: blockToJson(notYetIn),
    ...(disclosed !== undefined && { disclosed: disclosedToJson(disclosed) }),
  };
}

function disclosedToJson({ validFrom, validTo, ...header }: DisclosedHeader): JsonObject {
  return {
    ...header,
    ...(validFrom !== undefined && { validFrom: formatInstant(validFrom) }),
    ...(validTo !== undefined && { validTo: formatInstant(validTo) }),
  };
}

function blockToJson(block: BlockSummary | null): JsonValue {
  return block && { ...block, time: formatInstant(block.time) };
}

function logToJson({ identifiedBy, sealedBy, sealJudged, loss, ...log }: LogSummary): JsonObject {
  return {
    ...log,
    identifiedBy: [...identifiedBy],
    sealedBy: sealedBy && { ...sealedBy },
    sealJudged: sealJudged && judgedToJson(sealJudged),
    loss: loss && { ...loss },
  };
}

function signatureToJson({ recordedAt, judged, signer, ...rest }: SignatureSummary): JsonObject {
  return {
    ...rest,
    signer: signer && { ...signer },
    judged: judgedToJson(judged),
    recordedAt: formatInstant(recordedAt),
  };
}

function judgedToJson({ at, basis }: JudgedTime): JsonObject {
  return { at: formatInstant(at), basis };
}
