/** Instants and periods in words. RFC 3339; in tables with a space for the T, where a line may break. */
import type { UnixMillis } from '../../base/brand.js';
import { formatInstant } from '../../base/time.js';
import type { ValidTime } from '../content.js';
import type { Say } from '../report-language.js';

export function periodText({ from, to }: ValidTime, say: Say): string {
  if (from !== null && to !== null)
    return say('value.between', { from: formatInstant(from), to: formatInstant(to) });
  if (from !== null) return say('value.from', { from: formatInstant(from) });
  if (to !== null) return say('value.until', { to: formatInstant(to) });
  return say('value.always');
}

export function instantCell(at: UnixMillis): string {
  return formatInstant(at).replace('T', ' ');
}

export function periodCell({ from, to }: ValidTime, say: Say): string {
  return periodText({ from, to }, say).replaceAll(/(?<=\d)T(?=\d)/g, ' ');
}

/** `absent`: what is said where there is none. */
export function instantText(at: UnixMillis | null, absent: string): string {
  return at === null ? absent : formatInstant(at);
}
