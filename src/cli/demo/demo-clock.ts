/** The clock of the demo: that of the system, which can be put forward, because nobody waits five years. */
import type { UnixMillis } from '../../base/brand.js';
import { assert } from '../../base/errors.js';
import { type Clock, systemClock } from '../../base/time.js';

export class DemoClock implements Clock {
  #ahead = 0;

  now(): UnixMillis {
    return (systemClock.now() + this.#ahead) as UnixMillis;
  }

  /** @param at not in its past. */
  goTo(at: UnixMillis): void {
    const ahead = at - this.now();
    assert(ahead >= 0, 'the clock of the demo never goes back');
    this.#ahead += ahead;
  }
}
