/** How often something is done that is asked for more often. */
import type { UnixMillis } from './brand.js';
import type { Clock } from './time.js';

export class Pace {
  readonly #clock: Clock;
  readonly #millis: number;
  #last: UnixMillis;

  /** @param millis from one time to the next, and from now to the first. */
  constructor(clock: Clock, millis: number) {
    this.#clock = clock;
    this.#millis = millis;
    this.#last = clock.now();
  }

  /** Whether it is time; then it is again an interval later. A clock that was put back holds nothing up for longer. */
  isTime(): boolean {
    const now = this.#clock.now();
    if (now >= this.#last && now - this.#last < this.#millis) return false;
    this.#last = now;
    return true;
  }
}
