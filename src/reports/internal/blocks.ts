/** Short ways to write blocks. */
import type { Block, HeadingBlock, LabelledRow } from '../report-document.js';
import type { Say } from '../report-language.js';

export function heading(level: HeadingBlock['level'], text: string): Block {
  return { kind: 'heading', level, text };
}

export function paragraph(text: string): Block {
  return { kind: 'paragraph', text };
}

export type RowText = readonly [label: string, value: string, mono?: 'mono'];

export function rows(items: readonly RowText[]): Block {
  return {
    kind: 'rows',
    rows: items.map(([label, value, mono]): LabelledRow => ({
      label,
      value,
      mono: mono !== undefined,
    })),
  };
}

/** What a record is about. */
export interface Thing {
  readonly type: string;
  readonly key: string | null;
}

export function thingText({ type, key }: Thing, say: Say): string {
  return key === null ? type : say('value.thing', { type, key });
}

/** Null: all. */
export function listText(items: readonly string[] | null, say: Say): string {
  if (items === null) return say('value.all');
  return items.length === 0 ? say('value.none') : items.join(', ');
}
