/** A payload as rows: a JSON Pointer (RFC 6901) and a value, as differences name them. */
import { visible } from '../../src/base/visible-text.js';
import { cut } from './long-text.js';

export interface PayloadRow {
  readonly pointer: string;
  /** As JSON, but texts without quotes. */
  readonly value: string;
}

export interface PayloadRows {
  readonly rows: readonly PayloadRow[];
  /** Not shown: more of them than fit. */
  readonly isCut: boolean;
}

const MAX_ROWS = 200;
const MAX_CHARACTERS = 2_000;

export function payloadRows(payload: unknown): PayloadRows {
  const rows: PayloadRow[] = [];
  // A list of what is still to be shown, and not a recursion: payloads may be deep.
  const open: { readonly pointer: string; readonly value: unknown }[] = [
    { pointer: '', value: payload },
  ];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (rows.length >= MAX_ROWS) return { rows, isCut: true };
    const { pointer, value } = next;
    const inner = innerOf(value);
    if (inner.length === 0) rows.push({ pointer: visible(pointer), value: valueText(value) });
    else
      open.push(
        ...inner
          .map(([name, one]) => ({ pointer: `${pointer}/${escaped(name)}`, value: one }))
          .reverse(),
      );
  }
  return { rows, isCut: false };
}

/** One value on one line, cut where it is long. */
export function valueText(value: unknown): string {
  if (value === undefined) return '–';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return visible(cut(text, MAX_CHARACTERS).text);
}

function innerOf(value: unknown): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).slice(0, MAX_ROWS + 1);
}

function escaped(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1');
}
