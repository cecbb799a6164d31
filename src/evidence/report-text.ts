/** The report for people: what was checked, how, on whose word, and what is left open. */
import { collectionLines } from './internal/collection-report-lines.js';
import { describeEntry, describeLog, describeSignature, type Say } from './internal/describe.js';
import { item, PAGE_WIDTH, section, wrap } from './internal/text-layout.js';
import { checkLines, contentLines, rows } from './internal/text-sections.js';
import { findingText, messageText } from './message-text.js';
import { type Catalogue, ENGLISH } from './messages-en.js';
import type { LogSummary, VerificationReport } from './verification-report.js';
import { type FileReport, isCollectionReport } from './verify-file.js';

/** At most 100 columns, without anything that a terminal would take for a command. */
export function reportAsText(report: FileReport, catalogue: Catalogue = ENGLISH): string {
  const say: Say = (code, facts) => messageText(code, facts, catalogue);
  const { result, file } = report;
  const lines = [
    say(`result.${result}`),
    ...wrap(say(`result.${result}.means`), PAGE_WIDTH),
    ...(isCollectionReport(report)
      ? collectionLines(report, logLines(report.log, say), say)
      : evidenceLines(report, say)),
    ...section(
      say('title.checks'),
      report.checks.flatMap((check) => checkLines(check, say)),
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

function evidenceLines(report: VerificationReport, say: Say): string[] {
  const { result, entry } = report;
  return [
    ...section(
      say(result === 'failed' ? 'title.entry.failed' : 'title.entry'),
      entry === null ? [] : rows(describeEntry(entry, say), say),
    ),
    ...section(say('title.content'), contentLines(entry?.content, say)),
    ...logLines(report.log, say),
    ...section(
      say('title.signatures'),
      report.signatures.flatMap((signature, at) =>
        rows(describeSignature(signature, at + 1, say), say),
      ),
    ),
  ];
}

function logLines(log: LogSummary | null, say: Say): string[] {
  return section(say('title.log'), log === null ? [] : rows(describeLog(log, say), say));
}
