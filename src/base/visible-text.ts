/**
 * Texts of records and files are anyone's: what could move a cursor, hide or turn text around is shown as
 * escapes, alike on a terminal, in a report and on a page.
 */

/** Control, format (direction-changing and invisible ones), private and unassigned characters, and line breaks. */
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** One line, with `\u{202e}` for U+202E. */
export function visible(text: string): string {
  return text.replace(HIDDEN, escaped);
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
