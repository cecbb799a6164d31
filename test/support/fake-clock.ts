import type { UnixMillis } from '../../src/base/brand.js';
import type { Clock } from '../../src/base/time.js';

/** Stands still until it is told to move. */
export class FakeClock implements Clock {
  #now: number;

  constructor(now = Date.UTC(2026, 10, 23, 12)) {
    this.#now = now;
  }

  now(): UnixMillis {
    return this.#now as UnixMillis;
  }

  advance(millis: number): void {
    this.#now += millis;
  }
}
