/** How long something that failed for all is left alone: longer with each time in a row. */
import type { UnixMillis } from './brand.js';

export interface Outage {
  /** The first failure in the row. */
  readonly since: UnixMillis;
  /** Left alone until then. */
  readonly until: UnixMillis;
  /** Of the last failure. */
  readonly reason: string;
}

export class BackOff {
  readonly #first: number;
  readonly #longest: number;
  #failures = 0;
  #outage: Outage | null = null;

  /** Milliseconds after the first failure, and at most. */
  constructor(first: number, longest: number) {
    this.#first = first;
    this.#longest = longest;
  }

  /** In a row. */
  get failures(): number {
    return this.#failures;
  }

  /** Null while it works. */
  get outage(): Outage | null {
    return this.#outage;
  }

  /** Not where the clock went back behind the first failure: how long is left is not known then. */
  isOn(now: UnixMillis): boolean {
    return this.#outage !== null && now >= this.#outage.since && now < this.#outage.until;
  }

  /**
   * Several that fail at one time count once.
   *
   * @param until as long as it is known to last; otherwise longer with each time in a row.
   */
  failed(now: UnixMillis, reason: string, until?: UnixMillis): void {
    const before = this.#outage;
    if (before !== null && this.isOn(now)) {
      this.#outage = { ...before, reason };
      return;
    }
    this.#failures++;
    const pause = Math.min(this.#first * 2 ** (this.#failures - 1), this.#longest);
    const since = Math.min(before?.since ?? now, now) as UnixMillis;
    this.#outage = { since, until: until ?? ((now + pause) as UnixMillis), reason };
  }

  succeeded(): void {
    this.#failures = 0;
    this.#outage = null;
  }
}
