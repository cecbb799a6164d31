/** A report as elements: the same outline that the text of `verify.mjs` is laid out from. */
import { CATALOGUES, type Language } from '../../src/evidence/languages.js';
import {
  type ContentLine,
  type OutlineCheck,
  type OutlinePart,
  type OutlineRow,
  reportOutline,
} from '../../src/evidence/report-outline.js';
import { reportAsText } from '../../src/evidence/report-text.js';
import type { FileReport } from '../../src/evidence/verify-file.js';
import { element } from '../shared/elements.js';
import type { PageTexts } from './page-texts.js';

export function reportView(report: FileReport, language: Language, texts: PageTexts): Node[] {
  const { title, means, result, parts, file } = reportOutline(report, CATALOGUES[language]);
  return [
    verdictView(result, title, [means, ...(result === 'consistent' ? [texts.consistentHint] : [])]),
    rowsView([file]),
    ...developmentFirst(parts).map((part) => partView(part, texts)),
    element(
      'details',
      {},
      element('summary', {}, texts.plain),
      element('pre', { class: 'plain', tabindex: '0' }, reportAsText(report, CATALOGUES[language])),
    ),
  ];
}

/** Who looks at the answer alone must see that it rests on parts made for development. */
function developmentFirst(parts: readonly OutlinePart[]): OutlinePart[] {
  const isDevelopment = ({ id }: OutlinePart): boolean => id === 'development';
  return [...parts.filter(isDevelopment), ...parts.filter((part) => !isDevelopment(part))];
}

/** Large, in words, with a sign that does not need colour. */
export function verdictView(
  result: FileReport['result'] | 'unusable',
  title: string,
  sentences: readonly string[],
): Node {
  return element(
    'div',
    { class: `verdict ${result}` },
    element(
      'p',
      { class: 'answer' },
      sign(SIGNS[result]),
      element('span', { class: 'title' }, title),
    ),
    ...sentences.map((sentence) => element('p', {}, sentence)),
  );
}

/** Not spoken: the words beside it say the same. */
function sign(text: string): Node {
  return element('span', { class: 'sign', 'aria-hidden': 'true' }, text);
}

const SIGNS = { verified: '✓', consistent: '○', failed: '✗', unusable: '?' } as const;

function partView(part: OutlinePart, texts: PageTexts): Node {
  return element(
    'section',
    { class: part.id },
    element('h3', {}, part.title),
    contentOf(part, texts),
  );
}

function contentOf(part: OutlinePart, texts: PageTexts): Node {
  switch (part.kind) {
    case 'rows':
      return rowsView(part.rows);
    case 'content':
      return contentView(part.lines);
    case 'answer':
      return element(
        'div',
        {},
        rowsView(part.rows),
        ...part.versions.map(({ rows, lines }) =>
          element(
            'article',
            { class: 'version' },
            rowsView(rows),
            ...(lines.length === 0 ? [] : [contentView(lines)]),
          ),
        ),
        ...(part.more === null ? [] : [element('p', {}, part.more)]),
      );
    case 'checks':
      return checksView(part.checks, texts);
    case 'items':
      return element('ul', {}, ...part.items.map((item) => element('li', {}, item)));
  }
}

function contentView(content: readonly ContentLine[]): Node {
  const lines = content.map(({ indent, text }) => `${' '.repeat(indent)}${text}`);
  return element('pre', {}, lines.join('\n'));
}

function rowsView(rows: readonly OutlineRow[]): Node {
  return element(
    'dl',
    {},
    ...rows.flatMap(([label, text]) => [element('dt', {}, label), element('dd', {}, text)]),
  );
}

function checksView(checks: readonly OutlineCheck[], texts: PageTexts): Node {
  return element(
    'table',
    {},
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        element('th', { scope: 'col' }, texts.checkResult),
        element('th', { scope: 'col' }, texts.check),
      ),
    ),
    element('tbody', {}, ...checks.map(checkView)),
  );
}

function checkView({ result, mark, what, detail, grounds }: OutlineCheck): Node {
  return element(
    'tr',
    { 'data-result': result },
    element('td', { class: 'mark' }, mark),
    element(
      'td',
      {},
      element('p', { class: 'what' }, what),
      element('p', {}, detail),
      ...grounds.map((ground) => element('p', { class: 'ground' }, ground)),
    ),
  );
}
