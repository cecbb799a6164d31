/** What a collection says, in short, for the report; each part only once its check has passed. */
import type { TreeSize } from '../../base/brand.js';
import { digestToHex } from '../../base/hex-digest.js';
import type { AnswerSummary, CollectedSummary, QuestionSummary } from '../collection-report.js';
import type { CheckId, CheckReport } from '../verification-report.js';
import { answerTo, isOpened } from './answer.js';
import type { CollectedEntry, ReadQuestion } from './read-collection.js';
import type { ReadEntry } from './read-statement.js';
import { disclosedOf, hasPassed } from './summaries.js';

/** @param number from 1. */
export function questionSummary(
  read: ReadQuestion,
  number: number,
  checks: readonly CheckReport[],
): QuestionSummary {
  const { content } = read.map;
  const isKnown =
    RESTS_ON.every((id) => hasPassed(checks, id)) &&
    hasPassed(checks, `completeness:${number}`) &&
    // Valid times and withdrawals are in the headers.
    checks.every(({ id, result }) => id !== 'header' || result !== 'fail');
  return {
    question: read.question,
    tag: read.completeness.tag,
    map: {
      index: content.index,
      recordedAt: content.recordedAt,
      size: content.size as TreeSize,
    },
    answer: isKnown ? answerSummary(read) : null,
  };
}

export function collectedSummary(
  entry: CollectedEntry,
  checks: readonly CheckReport[],
): CollectedSummary {
  const { content, leafHash } = entry;
  const { index, kind, recordedAt } = content;
  return {
    id: digestToHex(leafHash),
    index,
    kind,
    recordedAt,
    opened: isOpened(entry),
    ...(content.kind === 'record' && { type: content.type }),
    ...(content.kind === 'record' && content.prev !== undefined && { previous: content.prev }),
    ...(content.kind === 'signature' && { of: content.of }),
    ...disclosedOf(entry, checks),
  };
}

const RESTS_ON: readonly CheckId[] = ['statement', 'inclusion', 'checkpoint'];

function answerSummary(read: ReadQuestion): AnswerSummary {
  const { entries, notOpened, mentions, state, determined } = answerTo(read);
  return {
    entries: entries.map(indexOf),
    notOpened: notOpened.map(indexOf),
    mentions: mentions.map(indexOf),
    state: state.map(indexOf),
    determined,
  };
}

function indexOf({ content }: ReadEntry) {
  return content.index;
}
