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

  isOn(now: UnixMillis): boolean {
    return this.#outage !== null && now < this.#outage.until;
  }

  /** Several that fail at one time count once. */
  failed(now: UnixMillis, reason: string): void {
    const before = this.#outage;
    if (before !== null && now < before.until) {
      this.#outage = { ...before, reason };
      return;
    }
    this.#failures++;
    const pause = Math.min(this.#first * 2 ** (this.#failures - 1), this.#longest);
    this.#outage = { since: before?.since ?? now, until: (now + pause) as UnixMillis, reason };
  }

  succeeded(): void {
    this.#failures = 0;
    this.#outage = null;
  }
}
