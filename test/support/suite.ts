/**
 * Long suites run a fixed share in `npm test`. `SUITE=long` runs them in full; `FROM` and `TO` cut that
 * into pieces, so that a run can be taken up again.
 */
export const isLong = process.env['SUITE'] === 'long';

/** @returns the numbers of the cases to run: of `share` by default, of [FROM, TO) in `total` when long. */
export function caseNumbers(share: number, total: number): number[] {
  if (!isLong) return Array.from({ length: Math.min(share, total) }, (_, at) => at);
  const from = Number(process.env['FROM'] ?? 0);
  const to = Math.min(total, Number(process.env['TO'] ?? total));
  return Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at);
}

/** Progress of a long run, on stderr, one line at a time. */
export function report(line: string): void {
  if (isLong) process.stderr.write(`${line}\n`);
}
