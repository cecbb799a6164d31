/** The sections that the reports of all kinds of files have, as lines of text. */
import type { JsonValue } from '../../base/canonical-json.js';
import type { CheckReport } from '../verification-report.js';
import { checkKind } from './check-kind.js';
import type { Line, Say } from './describe.js';
import { PAGE_WIDTH, row, wrap } from './text-layout.js';

const LABEL_WIDTH = 14;
const MARK_WIDTH = 8;

const MAX_CONTENT_LINES = 200;
const MAX_INDENT = 40;

export function contentLines(content: JsonValue | undefined, say: Say): string[] {
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

export function rows(lines: readonly Line[], say: Say): string[] {
  return lines.flatMap(([label, text]) => row(say(label), text, LABEL_WIDTH));
}

/** What was checked and how it came out; below it, for what was checked, how and on whose word. */
export function checkLines(check: CheckReport, say: Say): string[] {
  const { id, result, word } = check;
  const kind = checkKind(id);
  const what = say('value.check', { what: say(`check.${kind}`), id });
  const detail = detailOf(check, say);
  const lines = [...row(say(`mark.${result}`), what, MARK_WIDTH), ...indented(detail)];
  if (result === 'not-present' || result === 'not-done') return lines;
  const by = say('value.means', { means: say(`means.${kind}`) });
  const on = word === null ? [] : [say('value.word', { word: say(`word.${word}`) })];
  return [...lines, ...[by, ...on].flatMap(indented)];
}

/** Of many entries, which one. */
function detailOf({ code, facts }: CheckReport, say: Say): string {
  const detail = say(code, facts);
  const { entry } = facts;
  return entry === undefined ? detail : say('value.of-entry', { entry, detail });
}

/** Under the second column. */
function indented(text: string): string[] {
  return row('', text, MARK_WIDTH);
}
