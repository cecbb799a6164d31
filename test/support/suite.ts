/**
 * Long suites run a fixed share in `npm test`. `SUITE=long` runs them in full. `FROM` and `TO` choose
 * cases by number, so that a long run can be had in pieces, and a fault be given so many to show in.
 */
export const isLong = process.env['SUITE'] === 'long';

/** For a test that runs chosen cases, in milliseconds. */
export const timeLimit = isLong || process.env['TO'] !== undefined ? 590_000 : 60_000;

/** @returns the numbers of the cases to run, of those from 0 to `total`: the first `share` unless chosen. */
export function caseNumbers(share: number, total: number): number[] {
  const from = Number(process.env['FROM'] ?? 0);
  const to = Math.min(total, Number(process.env['TO'] ?? (isLong ? total : from + share)));
  return Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at);
}

/** Progress of a long run, on stderr, one line at a time. */
export function report(line: string): void {
  if (isLong) process.stderr.write(`${line}\n`);
}

/** The same items in an order of which every beginning is spread over all of them (by the golden ratio). */
export function spread<T>(items: readonly T[]): T[] {
  const places = items.map((_, at) => (at * GOLDEN) % 1);
  const rank = [...places].sort((a, b) => a - b);
  return items.map((_, at) => items[rank.indexOf(places[at] ?? 0)]).filter(isThere);
}

const GOLDEN = (Math.sqrt(5) - 1) / 2;

function isThere<T>(item: T | undefined): item is T {
  return item !== undefined;
}
