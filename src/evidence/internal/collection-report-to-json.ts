/** What only the report of a collection says, for programs. */
import type { JsonObject } from '../../base/canonical-json.js';
import { formatInstant } from '../../base/time.js';
import type { CollectedSummary, CollectionReport, QuestionSummary } from '../collection-report.js';
import { questionToJson } from '../format-collection.js';
import { disclosedToJson, signatureToJson } from './report-parts-to-json.js';

export function collectionToJson(report: CollectionReport): JsonObject {
  const { entries, inspection, questions, signatures } = report;
  return {
    kind: 'collection',
    entries: entries.map(entryToJson),
    questions: questions.map(questionSummaryToJson),
    signatures: signatures.map(signatureToJson),
    ...(inspection !== undefined && { inspection }),
  };
}

function questionSummaryToJson({ answer, map, question, tag }: QuestionSummary): JsonObject {
  return {
    answer: answer && { ...answer },
    map: { ...map, recordedAt: formatInstant(map.recordedAt) },
    question: questionToJson(question),
    tag,
  };
}

function entryToJson({ brings, disclosed, recordedAt, ...entry }: CollectedSummary): JsonObject {
  return {
    ...entry,
    recordedAt: formatInstant(recordedAt),
    ...(brings !== undefined && { brings: { ...brings } }),
    ...(disclosed !== undefined && { disclosed: disclosedToJson(disclosed) }),
  };
}
