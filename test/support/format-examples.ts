import { readFileSync } from 'node:fs';

/**
 * The worked example of a page in docs/formats: its one block of JSON. Tests recompute every value,
 * so that the page cannot say anything else than the program does.
 */
export function formatExample(page: string): Record<string, string> {
  const text = readFileSync(new URL(`../../docs/formats/${page}.md`, import.meta.url), 'utf8');
  const block = /```json\n([^`]*)```/.exec(text)?.[1];
  if (block === undefined) throw new Error(`docs/formats/${page}.md has no example`);
  const example = JSON.parse(block) as Record<string, string | string[]>;
  return Object.fromEntries(
    Object.entries(example).map(([name, value]) => [name, [value].flat().join('')]),
  );
}
