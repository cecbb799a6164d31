/** A table for people: cells as wide as the widest of their column. */
import { oneLine } from './terminal.js';

/** Nothing where there are no rows. */
export function columns(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const lines = [head, ...rows].map((cells) => cells.map(oneLine));
  const widths = head.map((_, at) => Math.max(...lines.map((cells) => (cells[at] ?? '').length)));
  return lines.map((cells) =>
    cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
