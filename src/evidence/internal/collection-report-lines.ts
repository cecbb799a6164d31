/** What only the report of a collection says, as lines of text. */
import type { LeafIndex } from '../../base/brand.js';
import type { CollectedSummary, CollectionReport, QuestionSummary } from '../collection-report.js';
import { describeAttached, describeQuestion, describeVersion } from './describe-collection.js';
import type { Say } from './describe.js';
import { section } from './text-layout.js';
import { contentLines, rows } from './text-sections.js';

/** @param log what the report says of the log. */
export function collectionLines(
  report: CollectionReport,
  log: readonly string[],
  say: Say,
): string[] {
  const entries = new Map(report.entries.map((entry) => [entry.index, entry]));
  return [
    ...section(say('title.inspection'), contentLines(report.inspection, say)),
    ...report.questions.flatMap((question, at) => questionLines(question, at + 1, entries, say)),
    ...log,
    ...section(say('title.signatures.all'), rows(describeAttached(report, say), say)),
  ];
}

/** Of a question, for people; the report as JSON has them all. */
const MAX_VERSIONS_SHOWN = 200;

function questionLines(
  summary: QuestionSummary,
  number: number,
  entries: ReadonlyMap<LeafIndex, CollectedSummary>,
  say: Say,
): string[] {
  const { ledger, subject } = summary.question;
  const state = summary.answer?.state ?? [];
  const shown = state.slice(0, MAX_VERSIONS_SHOWN).flatMap((index) => entries.get(index) ?? []);
  const hidden = state.length - shown.length;
  return section(say('title.question', { number, subject, ledger }), [
    ...rows(describeQuestion(summary, say), say),
    ...shown.flatMap((entry) => [
      '',
      ...rows(describeVersion(entry, say), say),
      ...contentLines(entry.content, say),
    ]),
    ...(hidden === 0 ? [] : ['', `  ${say('value.more-versions', { count: hidden })}`]),
  ]);
}
