/**
 * What altered files must not do, for suites that alter them by number: pass, raise anything but what the product
 * says it raises, or keep this thread busy for a second.
 */

export interface Alteration {
  readonly bytes: Uint8Array;
  /** For the message of a failing test. */
  readonly what: string;
}

export interface Trial {
  /** From a seed alone. It may change nothing. */
  readonly alter: (seed: number) => Alteration;
  /** Whether nothing was altered, or nothing that says anything: it is then not tried. */
  readonly isTheSame: (bytes: Uint8Array) => boolean;
  /** Whether it is taken for what it was made from, though it is not; in words, if there is something to say. */
  readonly isTaken: (bytes: Uint8Array) => boolean | string;
  /** What it may raise instead of an answer. */
  readonly refusal: abstract new (...args: never[]) => Error;
}

const BUDGET_MICROS = 1_000_000;

/** A line for each. */
export function offences(seeds: readonly number[], trial: Trial): string[] {
  const { alter, isTheSame, isTaken, refusal } = trial;
  const found: string[] = [];
  for (const seed of seeds) {
    const { bytes, what } = alter(seed);
    if (isTheSame(bytes)) continue;
    const begun = process.cpuUsage();
    try {
      const taken = isTaken(bytes);
      if (taken !== false)
        found.push(`seed ${seed} passes${taken === true ? '' : ` (${taken})`}: ${what}`);
    } catch (error) {
      if (!(error instanceof refusal)) found.push(`seed ${seed} raises ${String(error)}: ${what}`);
    }
    if (!isOverBudget(begun)) continue;
    // The process's time is that of its other threads too: compiling and collecting do not come twice, a slow check does.
    const again = process.cpuUsage();
    attempt(() => isTaken(bytes));
    if (isOverBudget(again)) found.push(`seed ${seed} takes too long: ${what}`);
  }
  return found;
}

function isOverBudget(since: NodeJS.CpuUsage): boolean {
  const { user, system } = process.cpuUsage(since);
  return user + system > BUDGET_MICROS;
}

/** What it raises was said the first time. */
function attempt(act: () => unknown): void {
  try {
    act();
  } catch {
    return;
  }
}
