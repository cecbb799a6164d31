/**
 * The report for people before it is laid out: which sentences stand in which part, in which order. Text
 * on a terminal and the page of `verify.html` are two layouts of it, so that both say the same. Every text
 * is printable as it is: see `messageText`.
 */
import type { JsonValue } from '../base/canonical-json.js';
import { checkKind } from './internal/check-kind.js';
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
  VerificationReport,
  VerificationResult,
} from './verification-report.js';

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
  | { readonly kind: 'checks'; readonly checks: readonly OutlineCheck[] }
  | { readonly kind: 'items'; readonly items: readonly string[] }
);

export type PartId =
  'entry' | 'content' | 'log' | 'signatures' | 'checks' | 'not-proven' | 'development' | 'trust';

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

export function reportOutline(
  report: VerificationReport,
  catalogue: Catalogue = ENGLISH,
): ReportOutline {
  const say: Say = (code, facts) => messageText(code, facts, catalogue);
  const { result, entry, log } = report;
  const items = (id: PartId, findings: readonly Finding[]): OutlinePart => ({
    kind: 'items',
    id,
    title: say(`title.${id}`),
    items: findings.map((finding) => findingText(finding, catalogue)),
  });
  const rows = (id: PartId, lines: readonly Line[]): OutlinePart => ({
    kind: 'rows',
    id,
    title: say(id === 'entry' && result === 'failed' ? 'title.entry.failed' : `title.${id}`),
    rows: lines.map(([label, text]) => [say(label), text]),
  });
  const parts: OutlinePart[] = [
    rows('entry', entry === null ? [] : describeEntry(entry, say)),
    {
      kind: 'content',
      id: 'content',
      title: say('title.content'),
      lines: contentLines(entry?.content, say),
    },
    rows('log', log === null ? [] : describeLog(log, say)),
    rows(
      'signatures',
      report.signatures.flatMap((signature, at) => describeSignature(signature, at + 1, say)),
    ),
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
    means: say(`result.${result}.means`),
    parts: parts.filter((part) => !isEmpty(part)),
    file: [say('label.file'), say('value.file', report.file)],
  };
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
    detail: say(check.code, check.facts),
    grounds: isMade ? [by, ...on] : [],
  };
}

function isEmpty(part: OutlinePart): boolean {
  switch (part.kind) {
    case 'rows':
      return part.rows.length === 0;
    case 'content':
      return part.lines.length === 0;
    case 'checks':
      return part.checks.length === 0;
    case 'items':
      return part.items.length === 0;
  }
}
