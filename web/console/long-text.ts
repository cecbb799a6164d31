/** Long texts of records, and those of several lines, as the console shows them: see `base/visible-text.ts`. */
import { visible } from '../../src/base/visible-text.js';

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
