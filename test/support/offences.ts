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
    const before = process.cpuUsage();
    try {
      const taken = isTaken(bytes);
      if (taken !== false)
        found.push(`seed ${seed} passes${taken === true ? '' : ` (${taken})`}: ${what}`);
    } catch (error) {
      if (!(error instanceof refusal)) found.push(`seed ${seed} raises ${String(error)}: ${what}`);
    }
    const { user, system } = process.cpuUsage(before);
    if (user + system > BUDGET_MICROS) found.push(`seed ${seed} takes too long: ${what}`);
  }
  return found;
}
