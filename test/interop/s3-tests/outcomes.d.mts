export type Outcome = 'PASSED' | 'FAILED';

export function readOutcome(line: string): readonly [id: string, outcome: Outcome] | null;

export function report(
  outcomes: ReadonlyMap<string, Outcome>,
  expected: Readonly<Record<string, string>>,
  isWhole: boolean,
  out: { write(text: string): unknown },
): boolean;
