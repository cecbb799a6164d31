/** Questions that overtake one another: of each kind one is on its way, and the last one that was asked is answered. */

export class Latest {
  #running: AbortController | null = null;

  /** Ends what is on its way. `settle` is called unless this is ended in the same way. */
  ask<T>(
    question: (signal: AbortSignal) => Promise<T>,
    settle: { readonly answered: (answer: T) => void; readonly failed: (error: unknown) => void },
  ): void {
    this.stop();
    const controller = new AbortController();
    this.#running = controller;
    const unlessEnded =
      <A>(then: (value: A) => void) =>
      (value: A): void => {
        if (controller.signal.aborted) return;
        this.#running = null;
        then(value);
      };
    question(controller.signal).then(unlessEnded(settle.answered), unlessEnded(settle.failed));
  }

  get isRunning(): boolean {
    return this.#running !== null;
  }

  stop(): void {
    this.#running?.abort();
    this.#running = null;
  }
}

export interface Timers {
  readonly set: (run: () => void, millis: number) => number;
  readonly clear: (timer: number) => void;
}

/** Runs the last of what it is given, once nothing else has been given for a while: one timer, never more. */
export class Settling {
  readonly #millis: number;
  readonly #timers: Timers;
  #timer: number | null = null;

  constructor(millis: number, timers: Timers) {
    this.#millis = millis;
    this.#timers = timers;
  }

  soon(run: () => void): void {
    this.stop();
    this.#timer = this.#timers.set(() => {
      this.#timer = null;
      run();
    }, this.#millis);
  }

  stop(): void {
    if (this.#timer !== null) this.#timers.clear(this.#timer);
    this.#timer = null;
  }
}
