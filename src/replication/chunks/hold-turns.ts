/** Contents that one peer wants held: got a few at a time, and so many wait; for more it is told to ask later. */

/** At a time. */
const HOLDING = 16;
const MAX_WAITING = 256;

export class HoldTurns {
  readonly #waiting: (() => void)[] = [];
  #holding = 0;

  get isFull(): boolean {
    return this.#waiting.length >= MAX_WAITING;
  }

  async take<T>(act: () => Promise<T>): Promise<T> {
    if (this.#holding >= HOLDING)
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    this.#holding++;
    try {
      return await act();
    } finally {
      this.#holding--;
      this.#waiting.shift()?.();
    }
  }
}
