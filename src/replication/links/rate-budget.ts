/** A token bucket: how much of something may come, on average and at once. */

export interface Rate {
  readonly perSecond: number;
  /** At once, after a pause; what a full bucket holds. */
  readonly burst: number;
}

export class RateBudget {
  readonly #rate: Rate;
  #left: number;
  #at: number;

  /** @param now monotonic milliseconds. */
  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#left = rate.burst;
    this.#at = now;
  }

  /** False, and nothing taken, where there is not so much left. */
  take(amount: number, now: number): boolean {
    const { perSecond, burst } = this.#rate;
    this.#left = Math.min(burst, this.#left + ((now - this.#at) * perSecond) / 1_000);
    this.#at = now;
    if (amount > this.#left) return false;
    this.#left -= amount;
    return true;
  }
}
