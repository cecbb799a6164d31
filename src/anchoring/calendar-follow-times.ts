/** When each stamp is asked about next: later with each time that nothing was there, soon again after a start. */
import type { TreeSize } from '../base/brand.js';
import type { Clock } from '../base/time.js';

/** Blocks are ten minutes apart, and calendars wait for cheap ones. */
const FIRST_PAUSE_MILLIS = 10 * 60_000;
const LONGEST_PAUSE_MILLIS = 2 * 60 * 60_000;

export class FollowTimes {
  readonly #clock: Clock;
  readonly #asked = new Map<TreeSize, { readonly at: number; readonly pause: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  isDue(size: TreeSize): boolean {
    const last = this.#asked.get(size);
    if (last === undefined) return true;
    const since = this.#clock.now() - last.at;
    // Where the clock went back, how long ago it was is not known.
    return since < 0 || since >= last.pause;
  }

  followed(size: TreeSize): void {
    const before = this.#asked.get(size)?.pause ?? FIRST_PAUSE_MILLIS / 2;
    const pause = Math.min(2 * before, LONGEST_PAUSE_MILLIS);
    this.#asked.set(size, { at: this.#clock.now(), pause });
  }

  forget(size: TreeSize): void {
    this.#asked.delete(size);
  }
}
