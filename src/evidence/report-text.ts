/** The report for people: what was checked, how, on whose word, and what is left open. */
import { item, PAGE_WIDTH, row, section, wrap } from './internal/text-layout.js';
import { messageText } from './message-text.js';
import { type Catalogue, ENGLISH } from './messages-en.js';
import {
  type ContentLine,
  type OutlineCheck,
  type OutlinePart,
  type OutlineRow,
  reportOutline,
} from './report-outline.js';
import type { FileReport } from './verify-file.js';

/** At most 100 columns, without anything that a terminal would take for a command. */
export function reportAsText(report: FileReport, catalogue: Catalogue = ENGLISH): string {
  const { title, means, parts, file } = reportOutline(report, catalogue);
  const lines = [
    title,
    ...wrap(means, PAGE_WIDTH),
    ...parts.flatMap((part) => section(part.title, linesOf(part, catalogue))),
    '',
    ...rowLines(file),
  ];
  return `${lines.join('\n')}\n`;
}

const LABEL_WIDTH = 14;
const MARK_WIDTH = 8;

const MAX_CONTENT_LINES = 200;
const MAX_INDENT = 40;

function linesOf(part: OutlinePart, catalogue: Catalogue): string[] {
  switch (part.kind) {
    case 'rows':
      return part.rows.flatMap(rowLines);
    case 'content':
      return layContent(part.lines, catalogue);
    case 'answer':
      return [
        ...part.rows.flatMap(rowLines),
        ...part.versions.flatMap((version) => [
          '',
          ...version.rows.flatMap(rowLines),
          ...layContent(version.lines, catalogue),
        ]),
        ...(part.more === null ? [] : ['', `  ${part.more}`]),
      ];
    case 'checks':
      return part.checks.flatMap(checkLines);
    case 'items':
      return part.items.flatMap(item);
  }
}

function rowLines([label, text]: OutlineRow): string[] {
  return row(label, text, LABEL_WIDTH);
}

function layContent(content: readonly ContentLine[], catalogue: Catalogue): string[] {
  const lines = content.flatMap(({ indent, text }) => {
    const margin = Math.min(2 + indent, MAX_INDENT);
    return wrap(text, PAGE_WIDTH - margin).map((part) => `${' '.repeat(margin)}${part}`);
  });
  const hidden = lines.length - MAX_CONTENT_LINES;
  if (hidden <= 0) return lines;
  const more = messageText('value.more-lines', { count: hidden }, catalogue);
  return [...lines.slice(0, MAX_CONTENT_LINES), `  ${more}`];
}

/** What was checked and how it came out; below it, for what was checked, how and on whose word. */
function checkLines({ mark, what, detail, grounds }: OutlineCheck): string[] {
  return [...row(mark, what, MARK_WIDTH), ...[detail, ...grounds].flatMap(indented)];
}

/** Under the second column. */
function indented(text: string): string[] {
  return row('', text, MARK_WIDTH);
}
