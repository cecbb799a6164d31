/**
 * Texts of records are anyone's: what could move, hide or turn text around on a page is shown as escapes,
 * as in reports and in `verify.html`.
 */

/** Control, format (direction-changing and invisible ones), private and unassigned characters, and line breaks. */
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** One line. */
export function visible(text: string): string {
  return text.replace(HIDDEN, escaped);
}

/** Line feeds stay: of texts that are laid out by us, as JSON is. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}

/** At most so many UTF-16 units, no character in halves, and how many there were. */
export function cut(text: string, most: number): { readonly text: string; readonly of: number } {
  const of = text.length;
  if (of <= most) return { text, of };
  return { text: `${text.slice(0, most).replace(/[\ud800-\udbff]$/, '')}…`, of };
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
