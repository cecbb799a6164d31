/**
 * How much work checking one record may be. Schemas are written by others, and a small one can ask
 * for endless work (alternatives of alternatives); so steps are counted where the work is done.
 */
export class StepBudget {
  readonly #limit: number;
  #spent = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Before each record. */
  begin(): void {
    this.#spent = 0;
  }

  /** @throws StepsExceeded. */
  spend(steps: number): void {
    this.#spent += steps;
    if (this.#spent > this.#limit) throw new StepsExceeded();
  }
}

/** Caught by whoever began: it says nothing about the record but that it was not checked to the end. */
export class StepsExceeded extends Error {
  override readonly name = 'StepsExceeded';
}
