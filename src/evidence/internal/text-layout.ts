/** Plain text in columns for a terminal or a printed page. */

export const PAGE_WIDTH = 100;

/** Lines of at most `width` characters; what has no space to break at is cut. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((each) => pieces(each, width))) {
    if (line !== '' && columns(line) + 1 + columns(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** `label` in a column of `labelWidth`, the text beside it, its further lines below its first. */
export function row(label: string, text: string, labelWidth: number, indent = 2): string[] {
  const margin = ' '.repeat(indent);
  const column = indent + labelWidth + 2;
  return wrap(text, PAGE_WIDTH - column).map((line, at) =>
    at === 0
      ? `${margin}${label.padEnd(labelWidth)}  ${line}`.trimEnd()
      : `${' '.repeat(column)}${line}`,
  );
}

export function item(text: string): string[] {
  return wrap(text, PAGE_WIDTH - 4).map((line, at) => `${at === 0 ? '  - ' : '    '}${line}`);
}

/** An empty section is left out, its title too. */
export function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines];
}

/** In code points: no character is cut in two. */
function pieces(word: string, width: number): string[] {
  const characters = Array.from(word);
  const cut: string[] = [];
  for (let at = 0; at < characters.length; at += width)
    cut.push(characters.slice(at, at + width).join(''));
  return cut;
}

function columns(text: string): number {
  return Array.from(text).length;
}
