/** The report for people: what was checked, how, on whose word, and what is left open. */
import type { JsonValue } from '../base/canonical-json.js';
import { checkKind } from './internal/check-kind.js';
import {
  describeEntry,
  describeLog,
  describeSignature,
  type Line,
  type Say,
} from './internal/describe.js';
import { item, PAGE_WIDTH, row, section, wrap } from './internal/text-layout.js';
import { findingText, messageText } from './message-text.js';
import { type Catalogue, ENGLISH } from './messages-en.js';
import type { CheckReport, VerificationReport } from './verification-report.js';

/** At most 100 columns, without anything that a terminal would take for a command. */
export function reportAsText(report: VerificationReport, catalogue: Catalogue = ENGLISH): string {
  const say: Say = (code, facts) => messageText(code, facts, catalogue);
  const { result, entry, log, file } = report;
  const lines = [
    say(`result.${result}`),
    ...wrap(say(`result.${result}.means`), PAGE_WIDTH),
    ...section(
      say(result === 'failed' ? 'title.entry.failed' : 'title.entry'),
      entry === null ? [] : rows(describeEntry(entry, say), say),
    ),
    ...section(say('title.content'), describeContent(entry?.content, say)),
    ...section(say('title.log'), log === null ? [] : rows(describeLog(log, say), say)),
    ...section(
      say('title.signatures'),
      report.signatures.flatMap((signature, at) =>
        rows(describeSignature(signature, at + 1, say), say),
      ),
    ),
    ...section(
      say('title.checks'),
      report.checks.flatMap((check) => describeCheck(check, say)),
    ),
    ...section(
      say('title.not-proven'),
      report.notProven.flatMap((finding) => item(findingText(finding, catalogue))),
    ),
    ...section(
      say('title.development'),
      report.development.flatMap((finding) => item(findingText(finding, catalogue))),
    ),
    ...section(
      say('title.trust'),
      report.trust.flatMap(({ name }) => item(say('value.text', { text: name }))),
    ),
    '',
    ...rows([['label.file', say('value.file', file)]], say),
  ];
  return `${lines.join('\n')}\n`;
}

const LABEL_WIDTH = 14;
const MARK_WIDTH = 8;

const MAX_CONTENT_LINES = 200;
const MAX_INDENT = 40;

function describeContent(content: JsonValue | undefined, say: Say): string[] {
  if (content === undefined) return [];
  const lines = JSON.stringify(content, null, 2)
    .split('\n')
    .flatMap((line) => {
      const text = line.trimStart();
      const indent = Math.min(2 + line.length - text.length, MAX_INDENT);
      return wrap(say('value.text', { text }), PAGE_WIDTH - indent).map(
        (part) => `${' '.repeat(indent)}${part}`,
      );
    });
  const hidden = lines.length - MAX_CONTENT_LINES;
  if (hidden <= 0) return lines;
  return [...lines.slice(0, MAX_CONTENT_LINES), `  ${say('value.more-lines', { count: hidden })}`];
}

function rows(lines: readonly Line[], say: Say): string[] {
  return lines.flatMap(([label, text]) => row(say(label), text, LABEL_WIDTH));
}

/** What was checked and how it came out; below it, for what was checked, how and on whose word. */
function describeCheck(check: CheckReport, say: Say): string[] {
  const { id, result, word } = check;
  const kind = checkKind(id);
  const what = say('value.check', { what: say(`check.${kind}`), id });
  const detail = say(check.code, check.facts);
  const lines = [...row(say(`mark.${result}`), what, MARK_WIDTH), ...indented(detail)];
  if (result === 'not-present' || result === 'not-done') return lines;
  const by = say('value.means', { means: say(`means.${kind}`) });
  const on = word === null ? [] : [say('value.word', { word: say(`word.${word}`) })];
  return [...lines, ...[by, ...on].flatMap(indented)];
}

/** Under the second column. */
function indented(text: string): string[] {
  return row('', text, MARK_WIDTH);
}
