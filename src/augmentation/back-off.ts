/** How long something that failed for all is left alone: longer with each time in a row. */
import type { UnixMillis } from '../base/brand.js';

export class BackOff {
  readonly #first: number;
  readonly #longest: number;
  #failures = 0;
  #until = 0;
  #reason: string | null = null;

  /** Milliseconds after the first failure, and at most. */
  constructor(first: number, longest: number) {
    this.#first = first;
    this.#longest = longest;
  }

  /** In a row. */
  get failures(): number {
    return this.#failures;
  }

  /** Of the last failure; null while it works. */
  get reason(): string | null {
    return this.#reason;
  }

  isOn(now: UnixMillis): boolean {
    return now < this.#until;
  }

  /** Several that fail at one time count once. */
  failed(now: UnixMillis, reason: string): void {
    this.#reason = reason;
    if (this.isOn(now)) return;
    this.#failures++;
    this.#until = now + Math.min(this.#first * 2 ** (this.#failures - 1), this.#longest);
  }

  succeeded(): void {
    this.#failures = 0;
    this.#until = 0;
    this.#reason = null;
  }
}
