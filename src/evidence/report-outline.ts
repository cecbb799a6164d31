/**
 * The report for people before it is laid out: which sentences stand in which part, in which order. Text
 * on a terminal and the page of `verify.html` are two layouts of it, so that both say the same. Every text
 * is printable as it is: see `messageText`.
 */
import type { LeafIndex } from '../base/brand.js';
import type { JsonValue } from '../base/canonical-json.js';
import type { CollectedSummary, CollectionReport, QuestionSummary } from './collection-report.js';
import type { ComparedFile } from './compared-file.js';
import { checkKind } from './internal/check-kind.js';
import {
  describeAttached,
  describeQuestion,
  describeVersion,
} from './internal/describe-collection.js';
import { describeCompared } from './internal/describe-compared.js';
import { describeContainer } from './internal/describe-container.js';
import { describeRanges } from './internal/describe-ranges.js';
import {
  describeEntry,
  describeLog,
  describeSignature,
  type Line,
  type Say,
} from './internal/describe.js';
import type { CheckResult } from './internal/outcome.js';
import { findingText, messageText } from './message-text.js';
import { type Catalogue, ENGLISH } from './messages-en.js';
import type {
  CheckReport,
  Finding,
  LogSummary,
  VerificationReport,
  VerificationResult,
} from './verification-report.js';
import { type FileReport, isCollectionReport } from './verify-file.js';

export interface ReportOutline {
  readonly result: VerificationResult;
  readonly title: string;
  readonly means: string;
  /** None is empty. */
  readonly parts: readonly OutlinePart[];
  readonly file: OutlineRow;
}

export type OutlinePart = { readonly id: PartId; readonly title: string } & (
  | { readonly kind: 'rows'; readonly rows: readonly OutlineRow[] }
  /** JSON, line by line, each with the columns that it is indented by. */
  | { readonly kind: 'content'; readonly lines: readonly ContentLine[] }
  /** The answer to a question of a collection: what it says as a whole, then each version that stands. */
  | {
      readonly kind: 'answer';
      readonly rows: readonly OutlineRow[];
      readonly versions: readonly OutlineVersion[];
      /** What is said in the place of versions that are left out here. */
      readonly more: string | null;
    }
  | { readonly kind: 'checks'; readonly checks: readonly OutlineCheck[] }
  | { readonly kind: 'items'; readonly items: readonly string[] }
);

export interface OutlineVersion {
  readonly rows: readonly OutlineRow[];
  readonly lines: readonly ContentLine[];
}

export type PartId =
  | 'container'
  | 'entry'
  | 'content'
  | 'inspection'
  | 'question'
  | 'log'
  | 'signatures'
  | 'compared'
  | 'ranges'
  | 'checks'
  | 'not-proven'
  | 'development'
  | 'trust';

export type OutlineRow = readonly [label: string, text: string];

export interface ContentLine {
  readonly indent: number;
  readonly text: string;
}

export interface OutlineCheck {
  readonly result: CheckResult;
  readonly mark: string;
  readonly what: string;
  readonly detail: string;
  /** How it was made, and on whose word it rests; of a check that was made. */
  readonly grounds: readonly string[];
}

export function reportOutline(report: FileReport, catalogue: Catalogue = ENGLISH): ReportOutline {
  const say: Say = (code, facts) => messageText(code, facts, catalogue);
  const { result } = report;
  const items = (id: 'not-proven' | 'development', findings: readonly Finding[]): OutlinePart => ({
    kind: 'items',
    id,
    title: say(`title.${id}`),
    items: findings.map((finding) => findingText(finding, catalogue)),
  });
  const { container } = report;
  const compared = report.compared ?? [];
  const parts: OutlinePart[] = [
    rowsPart('compared', say('title.compared'), describeCompared(compared, say), say),
    rowsPart(
      'container',
      say('title.container'),
      container === undefined ? [] : describeContainer(container, say),
      say,
    ),
    ...(isCollectionReport(report) ? collectionParts(report, say) : evidenceParts(report, say)),
    rowsPart('ranges', say('title.ranges'), describeRanges(report, say), say),
    {
      kind: 'checks',
      id: 'checks',
      title: say('title.checks'),
      checks: report.checks.map((check) => outlineCheck(check, say)),
    },
    items('not-proven', report.notProven),
    items('development', report.development),
    {
      kind: 'items',
      id: 'trust',
      title: say('title.trust'),
      items: report.trust.map(({ name }) => say('value.text', { text: name })),
    },
  ];
  return {
    result,
    title: say(`result.${result}`),
    means: [say(`result.${result}.means`), ...unmatched(compared, say)].join(' '),
    parts: parts.filter((part) => !isEmpty(part)),
    file: [say('label.file'), say('value.file', report.file)],
  };
}

/** Nobody must take the answer for one about a file that is nothing of it. */
function unmatched(compared: readonly ComparedFile[], say: Say): string[] {
  const count = compared.filter(({ is }) => is.length === 0).length;
  return count === 0 ? [] : [say('result.compared', { count, files: compared.length })];
}

function evidenceParts(report: VerificationReport, say: Say): OutlinePart[] {
  const { result, entry } = report;
  const title = say(result === 'failed' ? 'title.entry.failed' : 'title.entry');
  return [
    rowsPart('entry', title, entry === null ? [] : describeEntry(entry, say), say),
    contentPart('content', say('title.content'), entry?.content, say),
    logPart(report.log, say),
    rowsPart(
      'signatures',
      say('title.signatures'),
      report.signatures.flatMap((signature, at) => describeSignature(signature, at + 1, say)),
      say,
    ),
  ];
}

function collectionParts(report: CollectionReport, say: Say): OutlinePart[] {
  const entries = new Map(report.entries.map((entry) => [entry.index, entry]));
  return [
    contentPart('inspection', say('title.inspection'), report.inspection, say),
    ...report.questions.map((question, at) => answerPart(question, at + 1, entries, say)),
    logPart(report.log, say),
    rowsPart('signatures', say('title.signatures.all'), describeAttached(report, say), say),
  ];
}

/** Of a question, for people; the report as JSON has them all. */
const MAX_VERSIONS_SHOWN = 200;

function answerPart(
  summary: QuestionSummary,
  number: number,
  entries: ReadonlyMap<LeafIndex, CollectedSummary>,
  say: Say,
): OutlinePart {
  const { ledger, subject } = summary.question;
  const state = summary.answer?.state ?? [];
  const shown = state.slice(0, MAX_VERSIONS_SHOWN).flatMap((index) => entries.get(index) ?? []);
  const hidden = state.length - shown.length;
  return {
    kind: 'answer',
    id: 'question',
    title: say('title.question', { number, subject, ledger }),
    rows: spoken(describeQuestion(summary, say), say),
    versions: shown.map((entry) => ({
      rows: spoken(describeVersion(entry, say), say),
      lines: contentLines(entry.content, say),
    })),
    more: hidden === 0 ? null : say('value.more-versions', { count: hidden }),
  };
}

function rowsPart(id: PartId, title: string, lines: readonly Line[], say: Say): OutlinePart {
  return { kind: 'rows', id, title, rows: spoken(lines, say) };
}

function contentPart(
  id: PartId,
  title: string,
  content: JsonValue | undefined,
  say: Say,
): OutlinePart {
  return { kind: 'content', id, title, lines: contentLines(content, say) };
}

function logPart(log: LogSummary | null, say: Say): OutlinePart {
  return rowsPart('log', say('title.log'), log === null ? [] : describeLog(log, say), say);
}

function spoken(lines: readonly Line[], say: Say): OutlineRow[] {
  return lines.map(([label, text]) => [say(label), text]);
}

function contentLines(content: JsonValue | undefined, say: Say): ContentLine[] {
  if (content === undefined) return [];
  return JSON.stringify(content, null, 2)
    .split('\n')
    .map((line) => {
      const text = line.trimStart();
      return { indent: line.length - text.length, text: say('value.text', { text }) };
    });
}

function outlineCheck(check: CheckReport, say: Say): OutlineCheck {
  const { id, result, word } = check;
  const kind = checkKind(id);
  const isMade = result === 'pass' || result === 'fail';
  const by = say('value.means', { means: say(`means.${kind}`) });
  const on = word === null ? [] : [say('value.word', { word: say(`word.${word}`) })];
  return {
    result,
    mark: say(`mark.${result}`),
    what: say('value.check', { what: say(`check.${kind}`), id }),
    detail: detailOf(check, say),
    grounds: isMade ? [by, ...on] : [],
  };
}

/** Of many entries, which one. */
function detailOf({ code, facts }: CheckReport, say: Say): string {
  const detail = say(code, facts);
  const { entry } = facts;
  return entry === undefined ? detail : say('value.of-entry', { entry, detail });
}

function isEmpty(part: OutlinePart): boolean {
  switch (part.kind) {
    case 'rows':
    case 'answer':
      return part.rows.length === 0;
    case 'content':
      return part.lines.length === 0;
    case 'checks':
      return part.checks.length === 0;
    case 'items':
      return part.items.length === 0;
  }
}
