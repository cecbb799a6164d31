/**
 * Where the two scrubbers stop: at the instants at which something changed, so that each step is a change.
 * Between two of them every answer is the same.
 */
import type { UnixMillis } from '../../src/base/brand.js';
import { formatInstant, parseInstant } from '../../src/base/time.js';
import type { Entry, Mention } from './answers.js';

/** Of recorded time: a state of the log. */
export type RecordedTick =
  | { readonly kind: 'before'; readonly size: number }
  | { readonly kind: 'entry'; readonly size: number; readonly instant: string }
  | { readonly kind: 'newest' };

/** Of valid time. `any`: it is not asked for. */
export type ValidTick =
  | { readonly kind: 'before'; readonly instant: string }
  | { readonly kind: 'boundary'; readonly instant: string }
  | { readonly kind: 'any' };

/** @param items of the timeline as far as it is loaded, in any order. */
export function recordedTicks(items: readonly (Entry | Mention)[]): RecordedTick[] {
  const instants = new Map(items.map(({ index, recordedAt }) => [index, recordedAt]));
  const entries = [...instants].sort(([a], [b]) => a - b);
  const [first] = entries;
  return [
    ...(first === undefined ? [] : [{ kind: 'before', size: first[0] } as const]),
    ...entries.map(([index, instant]) => ({ kind: 'entry', size: index + 1, instant }) as const),
    { kind: 'newest' },
  ];
}

/** Where versions begin and end to be valid; one that does not say is valid from when it was recorded. */
export function validTicks(items: readonly (Entry | Mention)[]): ValidTick[] {
  const boundaries = items.flatMap((item) => {
    if (item.role !== 'own' || item.kind !== 'record') return [];
    const { validFrom, validTo, recordedAt } = item;
    return [validFrom ?? recordedAt, ...(validTo === null ? [] : [validTo])];
  });
  const instants = [...new Set(boundaries)].sort();
  const [first] = instants;
  return [
    ...(first === undefined ? [] : [{ kind: 'before', instant: justBefore(first) } as const]),
    ...instants.map((instant) => ({ kind: 'boundary', instant }) as const),
    { kind: 'any' },
  ];
}

/** The last tick that is not above what is shown. @param size null: the newest. */
export function recordedPosition(ticks: readonly RecordedTick[], size: number | null): number {
  return lastNotAbove(ticks, (tick) =>
    size === null ? true : tick.kind !== 'newest' && tick.size <= size,
  );
}

/** @param instant null: any. */
export function validPosition(ticks: readonly ValidTick[], instant: string | null): number {
  return lastNotAbove(ticks, (tick) =>
    instant === null ? true : tick.kind !== 'any' && tick.instant <= instant,
  );
}

function lastNotAbove<T>(ticks: readonly T[], isReached: (tick: T) => boolean): number {
  return Math.max(0, ticks.findLastIndex(isReached));
}

function justBefore(instant: string): string {
  return formatInstant((parseInstant(instant) - 1) as UnixMillis);
}
