import type { UnixMillis } from '../../src/base/brand.js';
import type { Clock } from '../../src/base/time.js';

/** A clock that stands still until it is told to go on. */
export class ManualClock implements Clock {
  #now: number;

  constructor(start = Date.UTC(2026, 0, 31, 12)) {
    this.#now = start;
  }

  now(): UnixMillis {
    return this.#now as UnixMillis;
  }

  advance(millis: number): void {
    this.#now += millis;
  }
}
