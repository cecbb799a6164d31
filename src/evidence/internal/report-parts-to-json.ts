/** What the reports of all kinds of files say in the same way, for programs. */
import type { JsonObject, JsonValue } from '../../base/canonical-json.js';
import { formatInstant } from '../../base/time.js';
import type { ComparedFile } from '../compared-file.js';
import { findingText, messageText } from '../message-text.js';
import type {
  CheckReport,
  ContainerSummary,
  DisclosedHeader,
  Finding,
  JudgedTime,
  LogSummary,
  SignatureSummary,
  ValidationSummary,
} from '../verification-report.js';
import { checkKind } from './check-kind.js';

export function checkToJson(check: CheckReport): JsonObject {
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

export function findingToJson({ code, facts }: Finding): Readonly<Record<string, JsonValue>> {
  return { code, facts: { ...facts }, detail: findingText({ code, facts }) };
}

export function disclosedToJson({
  attachments,
  validFrom,
  validTo,
  ...header
}: DisclosedHeader): JsonObject {
  return {
    ...header,
    ...(attachments !== undefined && { attachments: attachments.map((one) => ({ ...one })) }),
    ...(validFrom !== undefined && { validFrom: formatInstant(validFrom) }),
    ...(validTo !== undefined && { validTo: formatInstant(validTo) }),
  };
}

export function logToJson({
  elections,
  identifiedBy,
  sealedBy,
  sealJudged,
  loss,
  ...log
}: LogSummary): JsonObject {
  return {
    ...log,
    ...(elections !== undefined && {
      elections: elections.map(({ group, votes, ...election }) => ({
        ...election,
        group: { ...group },
        votes: [...votes],
      })),
    }),
    identifiedBy: [...identifiedBy],
    sealedBy: sealedBy && { ...sealedBy },
    sealJudged: sealJudged && judgedToJson(sealJudged),
    loss: loss && { ...loss },
  };
}

export function signatureToJson({ recordedAt, ...validation }: SignatureSummary): JsonObject {
  return { ...validationToJson(validation), recordedAt: formatInstant(recordedAt) };
}

export function comparedToJson({ is, ...file }: ComparedFile): JsonObject {
  return { ...file, is: is.map((match) => ({ ...match })) };
}

export function containerToJson({ kind, files, signatures }: ContainerSummary): JsonObject {
  return {
    kind,
    files: files.map((file) => ({ ...file })),
    signatures: signatures.map(validationToJson),
  };
}

function validationToJson({ judged, signer, ...rest }: ValidationSummary): JsonObject {
  return { ...rest, signer: signer && { ...signer }, judged: judgedToJson(judged) };
}

function judgedToJson({ at, basis }: JudgedTime): JsonObject {
  return { at: formatInstant(at), basis };
}
